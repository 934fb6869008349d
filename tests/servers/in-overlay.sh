#!/usr/bin/env bash
# The first process of a server's namespaces (see server.sh): lays packages and configuration over /
# and runs the configuration's file `servers` there. It stays their parent, and the kernel ends them
# all when it ends.
#
#   in-overlay.sh PACKAGES CONFIGURATION MAILDIR
set -euo pipefail
packages=$1 configuration=$2 maildir=$3

layers=$(mktemp -d)
# In memory: gone with the namespace, and possible where / is itself an overlay.
mount -t tmpfs -o mode=755 tmpfs "$layers"
mkdir "$layers"/{upper,work,root}
cp -a "$packages/." "$configuration/." "$layers/upper"
mkdir -p "$layers/upper/srv/maildir"
chown -R 0:0 "$layers/upper"
chmod 755 "$layers/upper" "$layers/upper/etc"
mount -t overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" overlay "$layers/root"
mount --bind "$maildir" "$layers/root/srv/maildir"
mount --rbind /dev "$layers/root/dev"
mount -t proc proc "$layers/root/proc"
mount -t tmpfs -o mode=755 tmpfs "$layers/root/run"
mount -t tmpfs -o mode=1777 tmpfs "$layers/root/tmp"

chroot "$layers/root" bash -eu /servers &
wait $!
