#!/usr/bin/env bash
# The first process of namespaces of their own (see server.sh and callers.sh): lays packages and
# configuration over / and runs the configuration's file `commands` there. It stays their parent, and
# the kernel ends them all when it ends; its exit status is theirs.
#
#   in-overlay.sh PACKAGES CONFIGURATION OUTSIDE:INSIDE...
#
# A file or folder OUTSIDE is also at INSIDE. Of the system's devices there are those that everybody
# has; whatever listens to /dev/log is not reached.
set -euo pipefail
packages=$1 configuration=$2
shift 2

# In memory: gone with the namespace, and possible where / is itself an overlay. A folder of its own
# would stay behind, and of this one nothing is needed here.
layers=/sys
mount -t tmpfs -o mode=755 tmpfs "$layers"
mkdir "$layers"/{upper,work,root}
cp -a "$packages/." "$configuration/." "$layers/upper"
chown -R 0:0 "$layers/upper"
chmod 755 "$layers/upper" "$layers/upper/etc"
mount -t overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" overlay "$layers/root"
cd "$layers/root"
for pair; do
  if [ -d "${pair%:*}" ]; then mkdir -p ".${pair##*:}"; else : >".${pair##*:}"; fi
  mount --bind "${pair%:*}" ".${pair##*:}"
done
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do
  [ -e "/dev/$name" ] || continue
  : >"dev/$name"
  mount --bind "/dev/$name" "dev/$name"
done
mkdir dev/{pts,shm}
mount --rbind /dev/pts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for name in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${name#*:}" "dev/${name%:*}"; done
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp

chroot . bash -eu /commands &
wait $!
