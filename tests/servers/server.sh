# What the servers of the tests share: ports, users, namespaces, start and end. Sourced, not run, by
# a script NAME.sh that is called so:
#
#   NAME.sh start DIR [OWNER]   starts it and prints KEY=value lines (also in DIR/env)
#   NAME.sh stop DIR            ends it and everything it started
#
# It ends by itself when the process OWNER does. Needs root: it runs in mount and PID namespaces of
# its own, on an overlay over /, so that its compiled-in paths and its users exist there and only
# there. Any number can run side by side. What it says goes to DIR/log.
#
# The script sets `packages` (Debian's), `listeners` (a loopback port each, in the variable and the
# line of that name) and `write_configuration DIR`, which makes what is laid over / in DIR/overlay,
# DIR/overlay/commands included: they run there, and the last of them is awaited.
#
# Beside the listeners there are always
#
#   CA                            the CA's certificate (for all but UNKNOWN_CA and the like)
#   CLIENT_CERTIFICATE            for alice@example.test, of that CA, with its key
#   UNKNOWN_CLIENT_CERTIFICATE    the same of a CA that nobody knows
#   MAILDIR                       where all mail to anybody arrives, one file a recipient
#   LOG                           what the server says
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
script=$(basename "$0")
. "$here/packages.sh"
. "$here/certificates.sh"

# One for each mechanism whose password will be given wrong, so that the log shows how often.
users() {
  echo 'alice@example.test wonder-land1'
  echo 'bob@example.test pässwörd'
  printf 'carol-%s@example.test looking-glass2\n' plain login cram-md5 scram-sha-1 scram-sha-256
}

main() {
  case "${1:-} $#" in
    "start 2" | "start 3") start "$(realpath -m "$2")" "${3:-}" ;;
    "stop 2") stop "$(realpath -m "$2")" ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 64 ;;
  esac
}

start() {
  local dir=$1 owner=$2 attempt unpacked
  [ "$(id -u)" = 0 ] || { echo "$script: needs root for its namespaces and users" >&2; exit 77; }
  unpacked=$(unpack_packages "${packages[@]}")
  mkdir -p "$dir"/maildir/{new,cur,tmp}
  chown -R 65534:65534 "$dir/maildir"
  make_certificates "$dir/certificates" || { cat "$dir/certificates.log" >&2; exit 1; }
  # A port may be taken between finding and using it, so more than one attempt.
  for attempt in 1 2 3; do
    choose_ports "$dir"
    write_users "$dir/overlay/etc"
    write_configuration "$dir"
    launch "$dir" "$owner" "$unpacked"
    if wait_until_ready "$dir"; then cat "$dir/env"; return; fi
    stop "$dir"
  done
  echo "$script: it does not start:" >&2
  tail -n 20 "$dir/log" >&2
  exit 1
}

choose_ports() {
  local dir=$1
  python3 - "${listeners[@]}" >"$dir/env" <<'PY'
import socket, sys
sockets = [(name, socket.create_server(("127.0.0.1", 0))) for name in sys.argv[1:]]
for name, listener in sockets:
    print(f"{name}={listener.getsockname()[1]}")
PY
  cat >>"$dir/env" <<ENV
CA=$dir/certificates/ca.pem
CLIENT_CERTIFICATE=$dir/certificates/client.pem
UNKNOWN_CLIENT_CERTIFICATE=$dir/certificates/unknown-client.pem
MAILDIR=$dir/maildir
LOG=$dir/log
ENV
  . "$dir/env"
}

# The system's users and groups, and those that the servers run as.
write_users() {
  mkdir -p "$1"
  { cat /etc/passwd
    echo 'postfix:x:64990:64990::/var/spool/postfix:/usr/sbin/nologin'
    echo 'dovecot:x:64991:64991::/nonexistent:/usr/sbin/nologin'
    echo 'dovenull:x:64992:64992::/nonexistent:/usr/sbin/nologin'
    echo 'Debian-exim:x:64994:64994::/var/spool/exim4:/usr/sbin/nologin'
  } | last_of_a_name >"$1/passwd"
  { cat /etc/group
    printf '%s:x:%s:\n' postfix 64990 dovecot 64991 dovenull 64992 postdrop 64993 Debian-exim 64994
  } | last_of_a_name >"$1/group"
}

# Prints the commands that give Cyrus SASL our users, in a file of this owner.
fill_sasldb() {
  users | while read -r name password; do
    echo "printf %s '$password' | saslpasswd2 -p -c -f /etc/sasldb2 -u '${name#*@}' '${name%@*}'"
  done
  echo "chown $1 /etc/sasldb2"
}

last_of_a_name() {
  awk -F: '{ last[$1] = $0 } END { for (name in last) print last[name] }'
}

# Starts the server in its namespaces and, outside, one process that watches it and the owner.
launch() {
  local dir=$1 owner=$2 unpacked=$3
  # The log is appended to, as some servers open it for themselves.
  (
    trap '' HUP
    unshare --mount --pid --fork --kill-child --propagation private \
      bash "$here/in-overlay.sh" "$unpacked" "$dir/overlay" "$dir/maildir:/srv/maildir" &
    server=$!
    trap 'kill -KILL $server 2>/dev/null; exit' TERM
    while kill -0 $server && { [ -z "$owner" ] || kill -0 "$owner"; } 2>/dev/null; do
      sleep 0.5 &
      wait $! || true
    done
    kill -KILL $server 2>/dev/null
  ) >>"$dir/log" 2>&1 </dev/null &
  echo $! >"$dir/pid"
}

wait_until_ready() {
  local dir=$1 name i
  for ((i = 0; i < 150; i++)); do
    kill -0 "$(cat "$dir/pid")" 2>/dev/null || return 1
    for name in "${listeners[@]}"; do
      (exec 3<>"/dev/tcp/127.0.0.1/${!name}") 2>/dev/null || { sleep 0.1; continue 2; }
    done
    return 0
  done
  return 1
}

stop() {
  local dir=$1 pid i
  [ -s "$dir/pid" ] || return 0
  pid=$(cat "$dir/pid")
  rm "$dir/pid"
  kill "$pid" 2>/dev/null || return 0
  for ((i = 0; i < 100; i++)); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.05; done
  echo "$script: process $pid does not end" >&2
  return 1
}
