#!/usr/bin/env bash
# A real Unbound on a loopback port, a resolver that knows a few domains of its own and asks nobody.
# See server.sh for how to start and stop it.
#
#   RESOLVER   UDP and TCP
#
# It also answers on port 53 of NET.1, where NET is three octets of loopback that this run has for
# itself: hosts are at NET.2 and so on, for whoever takes these addresses.
#
# Domains: example.test (services, exchangers, aliases, and more records than a datagram holds),
# dead.test (SERVFAIL: its name server would be on this host, where Unbound asks nobody) and
# refused.test (REFUSED). For mail addresses, with hosts: srv.test, both.test, many.test,
# outside.test, names.test, none.test and company.test, which has its mail at Tencent.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
packages=(unbound)
listeners=(RESOLVER)

write_configuration() {
  local dir=$1 etc=$1/overlay/etc
  NET=127.$((RANDOM % 100 + 100)).$((RANDOM % 256))
  echo "NET=$NET" >>"$dir/env"
  mkdir -p "$etc/unbound"
  unbound_conf >"$etc/unbound/unbound.conf"
  example_zone >"$etc/unbound/example.zone"
  commands >"$dir/overlay/commands"
}

# `test` is among the names that Unbound answers for by itself, unless it is told not to.
unbound_conf() {
  cat <<END
server:
  interface: 127.0.0.1@$RESOLVER
  interface: $NET.1@53
  num-threads: 1
  do-daemonize: no
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  log-servfail: yes
  module-config: "iterator"
  local-zone: "test." nodefault
  local-zone: "refused.test." refuse
$(hosts)
auth-zone:
  name: "example.test"
  zonefile: "/etc/unbound/example.zone"
  for-downstream: no
  for-upstream: yes
  fallback-enabled: no
forward-zone:
  name: "dead.test"
  forward-addr: 127.0.0.1@1
END
}

# Each domain with a record for itself, so that the others of its names are known not to exist.
hosts() {
  local i
  local_zone srv.test "_submission._tcp SRV 0 0 587 mail.srv.test." "mail A $NET.2"
  local_zone both.test "_submissions._tcp SRV 0 0 465 mail.both.test." \
    "_submission._tcp SRV 0 0 587 mail.both.test." "mail A $NET.3"
  local many=()
  for ((i = 0; i < 100; i++)); do
    many+=("_submission._tcp SRV $i 0 587 mail-number-$i.many.test.")
  done
  local_zone many.test "${many[@]}" "mail-number-0 A $NET.4"
  local_zone outside.test "_submission._tcp SRV 0 0 587 mail.elsewhere.test."
  local_zone elsewhere.test "mail A $NET.5"
  local_zone names.test "smtp A $NET.6"
  local_zone none.test "_submission._tcp SRV 0 0 0 ."
  local_zone company.test "@ MX 5 mxbiz1.qq.com."
  local_zone exmail.qq.com "smtp A $NET.7"
}

# local_zone DOMAIN RECORD... : the first word of a record is a name in the domain, or @.
local_zone() {
  local domain=$1 record name
  shift
  echo "  local-zone: \"$domain.\" static"
  for record; do
    name=${record%% *}.
    [ "$name" != @. ] || name=
    echo "  local-data: '$name$domain. 60 IN ${record#* }'"
  done
}

example_zone() {
  local i
  cat <<'END'
$ORIGIN example.test.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
@ MX 20 backup
@ MX 10 MX1.Elsewhere.Test.
_submissions._tcp SRV 10 0 465 second
_submissions._tcp SRV 0 1 465 light
_submissions._tcp SRV 0 9 10465 Heavy.Elsewhere.Test.
_submission._tcp SRV 0 0 0 .
_imaps._tcp TXT "no service"
no-mail MX 0 .
alias CNAME alias2
alias2 CNAME @
odd MX 5 sp\032ace
odd MX 6 tab\009
odd MX 7 \195\169
odd MX 8 good
_submissions._tcp.alias CNAME _submissions._tcp
END
  for ((i = 0; i < 200; i++)); do echo "_many._tcp SRV $i 0 465 host-number-$i"; done
}

commands() {
  cat <<'END'
/usr/sbin/unbound -d -c /etc/unbound/unbound.conf &
wait -n
END
}

main "$@"
