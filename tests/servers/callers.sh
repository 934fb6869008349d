#!/usr/bin/env bash
# Programs that have their mail sent by /usr/sbin/sendmail or /usr/bin/mail, as Debian has them. No
# server runs:
#
#   callers.sh start DIR [OWNER]   unpacks them and prints KEY=value lines (also in DIR/env)
#   callers.sh play PACKAGES PROGRAM FOLDER
#                                  runs FOLDER/play on a stage and ends as it does
#   callers.sh stop DIR            does nothing
#
#   STAGE      this script
#   PACKAGES   the folder with what was unpacked
#
# A stage is / with these programs laid over it, and over them FOLDER/overlay, in namespaces of its
# own; any number can be played on side by side. There PROGRAM is /usr/sbin/sendmail, mailq,
# newaliases, /usr/bin/mail and mailx. The host is night, in full night.example.test. Beside root there
# is amy, who is in the group mailsend and may read /etc/mailsend with it, and bob, who may not.
# FOLDER/outside is /srv/outside; what is said to /dev/log goes to the socket `log` there.
#
# A play has no environment but PATH, and two functions: `as USER COMMAND...`, and `await_end`, which
# waits for a file `end` in FOLDER/outside.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/packages.sh"
# libmailtools-perl is for git, which has addresses read by it; strace stands in for smartd's disk.
packages=(cron anacron at git-email libmailtools-perl mutt s-nail bsd-mailx mdadm logwatch php-cli
  unattended-upgrades smartmontools strace apcupsd apticron fail2ban rkhunter)

main() {
  case "${1:-} $#" in
    "start 2" | "start 3") start "$2" ;;
    "play 4") play "$2" "$3" "$4" ;;
    "stop 2") ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 64 ;;
  esac
}

start() {
  [ "$(id -u)" = 0 ] || { echo "callers.sh: needs root for its namespaces and users" >&2; exit 77; }
  local unpacked
  unpacked=$(unpack_packages "${packages[@]}")
  mkdir -p "$1"
  printf '%s\n' "STAGE=$here/callers.sh" "PACKAGES=$unpacked" | tee "$1/env"
}

play() {
  local unpacked=$1 program=$2 folder=$3
  { prologue; cat "$folder/play"; } >"$folder/overlay/commands"
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    unshare --mount --pid --uts --ipc --fork --kill-child --propagation private \
    bash "$here/in-overlay.sh" "$unpacked" "$folder/overlay" \
    "$program:/usr/bin/mailsend" "$folder/outside:/srv/outside"
}

# What a stage has beside the programs, and what their packages would do when they are installed.
prologue() {
  cat <<'END'
cd /
as() { setpriv --reuid "$1" --regid "$1" --init-groups "${@:2}"; }
await_end() { until [ -e /srv/outside/end ]; do sleep 0.05; done; }

hostname night
printf '127.0.0.1 localhost\n127.0.1.1 night.example.test night\n' >/etc/hosts
ln -s /srv/outside/log /dev/log
id=64995
for user in amy bob; do
  echo "$user:x:$id:$id::/home/$user:/bin/sh" >>/etc/passwd
  echo "$user:*:19000:0:99999:7:::" >>/etc/shadow
  echo "$user:x:$id:" >>/etc/group
  install -d -o $id -g $id "/home/$user"
  : $((id++))
done
echo 'mailsend:x:64999:amy' >>/etc/group
chgrp -R mailsend /etc/mailsend

for name in sbin/sendmail lib/sendmail bin/{mailq,newaliases,mail,mailx}; do
  ln -sfn /usr/bin/mailsend "/usr/$name"
done
# Not every container lets it work.
sed -i /pam_loginuid/d /etc/pam.d/{atd,cron}
rm -f /etc/cron.d/* /etc/crontab /etc/cron.{hourly,daily,weekly,monthly}/*
for program in /usr/bin/php[0-9]*; do ln -sfn "$program" /usr/bin/php; done
chown daemon:daemon /usr/bin/at /etc/at.deny /var/spool/cron/at{jobs,spool}
chmod 6755 /usr/bin/at
install -o daemon -g daemon -m 600 /dev/null /var/spool/cron/atjobs/.SEQ
END
}

main "$@"
