#!/usr/bin/env bash
# A real Postfix with Dovecot's SASL on loopback ports, for the tests.
#
#   postfix.sh start DIR [OWNER]   starts it and prints KEY=value lines (also in DIR/env)
#   postfix.sh stop DIR            ends it and everything it started
#
# It ends by itself when the process OWNER does. Needs root: it runs in mount and PID namespaces of
# its own, on an overlay over /, so that its compiled-in paths and its users exist there and only
# there. Any number can run side by side. What it says goes to DIR/log.
#
#   PLAINTEXT           AUTH in the clear, no STARTTLS
#   STARTTLS            STARTTLS optional, AUTH before and after it
#   STARTTLS_REQUIRED   no AUTH before STARTTLS
#   IMPLICIT            TLS from the first octet, an RSA certificate
#   UNKNOWN_CA          a certificate of a CA that nobody knows, and an AUTH= line beside AUTH
#   CA                  the CA's certificate (for all but UNKNOWN_CA)
#   MAILDIR             where all mail to anybody arrives, one file a recipient
#
# Users: alice@example.test / wonder-land1 and bob@example.test / pässwörd.
# Mechanisms: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/packages.sh"
. "$here/certificates.sh"
listeners=(PLAINTEXT STARTTLS STARTTLS_REQUIRED IMPLICIT UNKNOWN_CA)

main() {
  case "${1:-} $#" in
    "start 2" | "start 3") start "$(realpath -m "$2")" "${3:-}" ;;
    "stop 2") stop "$(realpath -m "$2")" ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 64 ;;
  esac
}

start() {
  local dir=$1 owner=$2 attempt
  [ "$(id -u)" = 0 ] || { echo "postfix.sh: needs root for its namespaces and users" >&2; exit 77; }
  packages=$(unpack_packages postfix postfix dovecot-core)
  mkdir -p "$dir"/maildir/{new,cur,tmp}
  chown -R 65534:65534 "$dir/maildir"
  make_certificates "$dir/certificates" || { cat "$dir/certificates.log" >&2; exit 1; }
  # A port may be taken between finding and using it, so more than one attempt.
  for attempt in 1 2 3; do
    choose_ports "$dir"
    write_configuration "$dir"
    launch "$dir" "$owner"
    if wait_until_ready "$dir"; then cat "$dir/env"; return; fi
    stop "$dir"
  done
  echo "postfix.sh: it does not start:" >&2
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
  printf 'CA=%s\nMAILDIR=%s\n' "$dir/certificates/ca.pem" "$dir/maildir" >>"$dir/env"
  . "$dir/env"
}

# Everything that is laid over /, as it is in the namespace.
write_configuration() {
  local dir=$1 etc=$1/overlay/etc
  mkdir -p "$etc"/{postfix/tls,dovecot}
  cp "$dir"/certificates/{ok,rsa,unknown}.pem "$etc/postfix/tls"
  chmod 600 "$etc"/postfix/tls/*
  { cat /etc/passwd
    echo 'postfix:x:64990:64990::/var/spool/postfix:/usr/sbin/nologin'
    echo 'dovecot:x:64991:64991::/nonexistent:/usr/sbin/nologin'
    echo 'dovenull:x:64992:64992::/nonexistent:/usr/sbin/nologin'
  } | awk -F: '{ last[$1] = $0 } END { for (name in last) print last[name] }' >"$etc/passwd"
  { cat /etc/group
    printf '%s:x:%s:\n' postfix 64990 dovecot 64991 dovenull 64992 postdrop 64993
  } | awk -F: '{ last[$1] = $0 } END { for (name in last) print last[name] }' >"$etc/group"
  main_cf >"$etc/postfix/main.cf"
  master_cf >"$etc/postfix/master.cf"
  dovecot_conf >"$etc/dovecot/dovecot.conf"
  cat >"$etc/dovecot/users" <<'END'
alice@example.test:{PLAIN}wonder-land1
bob@example.test:{PLAIN}pässwörd
END
}

main_cf() {
  cat <<'END'
compatibility_level = 3.6
maillog_file = /dev/stdout
myhostname = mail.example.test
mydestination =
mynetworks =
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
disable_dns_lookups = yes
smtpd_peername_lookup = no
alias_maps =
local_recipient_maps =
default_transport = error:no relay here
relay_transport = error:no relay here
virtual_mailbox_domains = static:ok
virtual_mailbox_maps = static:maildir/
virtual_mailbox_base = /srv
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
message_size_limit = 52428800
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = /run/dovecot-auth
smtpd_sasl_security_options = noanonymous
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_tls_chain_files = /etc/postfix/tls/ok.pem
smtpd_tls_loglevel = 1
smtpd_client_event_limit_exceptions = static:all
smtpd_client_connection_count_limit = 0
END
}

master_cf() {
  cat <<END
127.0.0.1:$PLAINTEXT inet n - n - - smtpd -o smtpd_tls_security_level=none
127.0.0.1:$STARTTLS inet n - n - - smtpd -o smtpd_tls_security_level=may
127.0.0.1:$STARTTLS_REQUIRED inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
127.0.0.1:$IMPLICIT inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_chain_files=/etc/postfix/tls/rsa.pem
127.0.0.1:$UNKNOWN_CA inet n - n - - smtpd -o smtpd_tls_security_level=may
  -o smtpd_tls_chain_files=/etc/postfix/tls/unknown.pem -o broken_sasl_auth_clients=yes
END
  cat <<'END'
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
END
}

dovecot_conf() {
  cat <<'END'
base_dir = /run/dovecot
log_path = /dev/stderr
protocols = none
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u /etc/dovecot/users
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}
service auth {
  unix_listener /run/dovecot-auth {
    mode = 0666
  }
}
END
}

# Starts the server in its namespaces and, outside, one process that watches it and the owner.
launch() {
  local dir=$1 owner=$2
  (
    trap '' HUP
    unshare --mount --pid --fork --kill-child --propagation private \
      bash "$here/in-overlay.sh" "$packages" "$dir/overlay" "$dir/maildir" &
    server=$!
    trap 'kill -KILL $server 2>/dev/null; exit' TERM
    while kill -0 $server && { [ -z "$owner" ] || kill -0 "$owner"; } 2>/dev/null; do
      sleep 0.5 &
      wait $! || true
    done
    kill -KILL $server 2>/dev/null
  ) >"$dir/log" 2>&1 </dev/null &
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
  echo "postfix.sh: process $pid does not end" >&2
  return 1
}

main "$@"
