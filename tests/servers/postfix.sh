#!/usr/bin/env bash
# A real Postfix on loopback ports, with Dovecot's SASL and with Cyrus', and before it Dovecot's
# submission service. See server.sh for how to start and stop it.
#
#   PLAINTEXT             AUTH in the clear, no STARTTLS
#   STARTTLS              STARTTLS optional, AUTH before and after it
#   STARTTLS_REQUIRED     no AUTH before STARTTLS
#   IMPLICIT              TLS from the first octet, an RSA certificate
#   UNKNOWN_CA            a certificate of a CA that nobody knows, and an AUTH= line beside AUTH
#   CYRUS                 STARTTLS optional, with Cyrus SASL
#   CYRUS_IMPLICIT        the same with TLS from the first octet
#   SUBMISSION            Dovecot's submission service, STARTTLS required
#   SUBMISSION_IMPLICIT   the same with TLS from the first octet
#   CERTIFICATE           Dovecot's submission service for client certificates, EXTERNAL alone
#   RELAY                 no AUTH at all: where the submission services deliver to
#
# Users: alice@example.test / wonder-land1, bob@example.test / pässwörd, and the carols of
# server.sh. Access tokens are JWTs, HS256 with the key JWT_KEY, `sub` the user and `scope` smtp.
# Mechanisms: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256, with Dovecot also XOAUTH2 OAUTHBEARER,
# with Cyrus also DIGEST-MD5 SCRAM-SHA-512.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
. "$here/dovecot.sh"
packages=(postfix dovecot-core dovecot-submissiond sasl2-bin libsasl2-modules)
listeners=(PLAINTEXT STARTTLS STARTTLS_REQUIRED IMPLICIT UNKNOWN_CA CYRUS CYRUS_IMPLICIT
  SUBMISSION SUBMISSION_IMPLICIT CERTIFICATE RELAY)

write_configuration() {
  local dir=$1 etc=$1/overlay/etc
  echo "JWT_KEY=$jwt_key" >>"$dir/env"
  mkdir -p "$etc/postfix"/{tls,sasl} "$dir"/overlay/var/{spool,lib}/postfix
  cp "$dir"/certificates/{ok,rsa,unknown,ca}.pem "$etc/postfix/tls"
  main_cf >"$etc/postfix/main.cf"
  master_cf >"$etc/postfix/master.cf"
  cyrus_conf >"$etc/postfix/sasl/smtpd.conf"
  write_dovecot "$etc/dovecot"
  commands >"$dir/overlay/commands"
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
# What a message lacks is not made good here, and what it has too much is not taken away.
local_header_rewrite_clients =
message_drop_headers =
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
smtpd_sender_login_maps = inline:{ boss@example.test=boss@example.test }
smtpd_sender_restrictions = reject_known_sender_login_mismatch
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
127.0.0.1:$CYRUS inet n - n - - smtpd -o smtpd_tls_security_level=may
  -o smtpd_sasl_type=cyrus -o smtpd_sasl_path=smtpd
127.0.0.1:$CYRUS_IMPLICIT inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_type=cyrus -o smtpd_sasl_path=smtpd
127.0.0.1:$RELAY inet n - n - - smtpd -o smtpd_sasl_auth_enable=no
  -o smtpd_recipient_restrictions=permit_mynetworks,reject -o mynetworks=127.0.0.0/8
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

cyrus_conf() {
  cat <<'END'
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /etc/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512
END
}

commands() {
  fill_sasldb postfix
  cat <<'END'
chown postfix /var/lib/postfix
mkdir /run/dovecot /run/dovecot-certificate
/usr/sbin/dovecot -F -c /etc/dovecot/dovecot.conf &
/usr/sbin/dovecot -F -c /etc/dovecot/certificate.conf &
/usr/sbin/postfix start-fg &
wait -n
END
}

main "$@"
