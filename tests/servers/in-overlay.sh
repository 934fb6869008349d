#!/usr/bin/env bash
# The first process of postfix.sh's namespaces: lays packages and configuration over / and runs the
# servers there. It stays their parent, and the kernel ends them all when it ends.
#
#   in-overlay.sh PACKAGES CONFIGURATION MAILDIR
set -euo pipefail
packages=$1 configuration=$2 maildir=$3

layers=$(mktemp -d)
# In memory: gone with the namespace, and possible where / is itself an overlay.
mount -t tmpfs -o mode=755 tmpfs "$layers"
mkdir "$layers"/{upper,work,root}
cp -a "$packages/." "$configuration/." "$layers/upper"
mkdir -p "$layers"/upper/{srv/maildir,run/dovecot,var/spool/postfix,var/lib/postfix}
chown -R 0:0 "$layers/upper"
chmod 755 "$layers/upper" "$layers/upper/etc"
mount -t overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" overlay "$layers/root"
mount --bind "$maildir" "$layers/root/srv/maildir"
mount --rbind /dev "$layers/root/dev"
mount -t proc proc "$layers/root/proc"
mount -t tmpfs tmpfs "$layers/root/run"
mount -t tmpfs -o mode=1777 tmpfs "$layers/root/tmp"

chroot "$layers/root" bash -euc '
  chown postfix /var/lib/postfix
  mkdir -p /run/dovecot
  /usr/sbin/dovecot -F -c /etc/dovecot/dovecot.conf &
  /usr/sbin/postfix start-fg &
  wait -n' &
wait $!
