#!/usr/bin/env bash
# A real Exim on loopback ports, also in the roles of odd servers. See server.sh for how to start and
# stop it.
#
#   PLAINTEXT           AUTH in the clear, no STARTTLS
#   STARTTLS            STARTTLS optional, AUTH before and after it
#   STARTTLS_REQUIRED   no AUTH before STARTTLS
#   IMPLICIT            TLS from the first octet
#   CORPORATE           STARTTLS with a certificate of a CA that nobody knows, and AUTH only without
#   SENDCLOUD           LOGIN alone, which asks for the password twice and only ever lets those in
#                       who gave the user name in the AUTH command; no TLS
#   PLAIN_REFUSED       AUTH advertised before STARTTLS, but answered 538 there
#   CERTIFICATE         EXTERNAL for those who show a client certificate
#
# Users: alice@example.test / wonder-land1, bob@example.test / pässwörd, and the carols of
# server.sh. Mechanisms: PLAIN LOGIN CRAM-MD5 by Exim itself, SCRAM-SHA-1 SCRAM-SHA-256 by Cyrus.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
packages=(exim4-daemon-heavy sasl2-bin libsasl2-modules)
listeners=(PLAINTEXT STARTTLS STARTTLS_REQUIRED IMPLICIT CORPORATE SENDCLOUD PLAIN_REFUSED
  CERTIFICATE)

write_configuration() {
  local dir=$1 etc=$1/overlay/etc
  mkdir -p "$etc/exim4/tls" "$dir"/overlay/{etc,usr/lib}/sasl2 "$dir"/overlay/var/{spool,log}/exim4
  cp "$dir"/certificates/{ok,unknown,ca}.pem "$etc/exim4/tls"
  { main_options; echo "begin acl"; acls
    echo "begin routers"; routers
    echo "begin transports"; transports
    echo "begin authenticators"; authenticators
  } >"$etc/exim4/exim4.conf"
  users | sed 's/ /: /' >"$etc/exim4/users"
  cyrus_conf >"$dir/overlay/usr/lib/sasl2/exim.conf"
  commands >"$dir/overlay/commands"
}

main_options() {
  cat <<END
exim_user = Debian-exim
exim_group = Debian-exim
primary_hostname = mail.example.test
daemon_smtp_ports = <, $(IFS=,; for name in "${listeners[@]}"; do printf '%s,' "${!name}"; done)
tls_on_connect_ports = $IMPLICIT
tls_advertise_hosts = \${if inlist{\$received_port}{$PLAINTEXT:$SENDCLOUD}{}{*}}
tls_certificate = /etc/exim4/tls/\${if eq{\$received_port}{$CORPORATE}{unknown}{ok}}.pem
tls_try_verify_hosts = \${if eq{\$received_port}{$CERTIFICATE}{*}}
tls_verify_certificates = /etc/exim4/tls/ca.pem
# Refused where the port wants TLS first, and in the corporation inside it.
auth_advertise_hosts = \${if or{\
    {and{{eq{\$received_port}{$STARTTLS_REQUIRED}}{eq{\$tls_in_cipher}{}}}}\
    {and{{eq{\$received_port}{$CORPORATE}}{!eq{\$tls_in_cipher}{}}}}}{}{*}}
END
  cat <<'END'
local_interfaces = 127.0.0.1
disable_ipv6
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
never_users = root
message_size_limit = 50M
accept_8bitmime
smtputf8_advertise_hosts = *
acl_smtp_auth = auth
acl_smtp_mail = mail
acl_smtp_rcpt = accept
acl_smtp_data = accept
smtp_accept_max = 200
log_file_path = /var/log/exim4/%slog
END
}

acls() {
  cat <<END
auth:
  deny condition = \${if and{{eq{\$received_port}{$PLAIN_REFUSED}}{eq{\$tls_in_cipher}{}}}}
       message = 538 5.7.11 Encryption required for requested authentication mechanism
  accept set acl_c_initial_response = \${if match{\$smtp_command_argument}{\N^\S+\s+\S\N}{yes}}
mail:
  deny !authenticated = *
       message = 5.7.0 Authentication required
  accept
END
}

routers() {
  cat <<'END'
all:
  driver = accept
  transport = maildir
END
}

transports() {
  cat <<'END'
maildir:
  driver = appendfile
  directory = /srv/maildir
  maildir_format
  user = nobody
  group = nogroup
  envelope_to_add
END
}

authenticators() {
  cat <<END
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = \${if !inlist{\$received_port}{$SENDCLOUD:$CERTIFICATE}}
  server_prompts = :
  server_condition = \${if eq{\${lookup{\$auth2}lsearch{/etc/exim4/users}}}{\$auth3}}
  server_set_id = \$auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_advertise_condition = \${if !eq{\$received_port}{$CERTIFICATE}}
  server_prompts = \${if eq{\$received_port}{$SENDCLOUD}{Password}{Username}}:: : Password::
  server_condition = \${if and{\
      {eq{\${lookup{\$auth1}lsearch{/etc/exim4/users}}}{\$auth2}}\
      {or{{!eq{\$received_port}{$SENDCLOUD}}{eq{\$acl_c_initial_response}{yes}}}}}}
  server_set_id = \$auth1
cram_md5:
  driver = cram_md5
  public_name = CRAM-MD5
  server_advertise_condition = \${if !inlist{\$received_port}{$SENDCLOUD:$CERTIFICATE}}
  server_secret = \${lookup{\$auth1}lsearch{/etc/exim4/users}{\$value}fail}
  server_set_id = \$auth1
scram_sha_1:
  driver = cyrus_sasl
  public_name = SCRAM-SHA-1
  server_advertise_condition = \${if !inlist{\$received_port}{$SENDCLOUD:$CERTIFICATE}}
  server_realm = example.test
  server_set_id = \$auth1
scram_sha_256:
  driver = cyrus_sasl
  public_name = SCRAM-SHA-256
  server_advertise_condition = \${if !inlist{\$received_port}{$SENDCLOUD:$CERTIFICATE}}
  server_realm = example.test
  server_set_id = \$auth1
external:
  driver = external
  public_name = EXTERNAL
  server_advertise_condition = \
    \${if and{{eq{\$received_port}{$CERTIFICATE}}{bool{\$tls_in_certificate_verified}}}}
  server_param2 = \${certextract{subject,CN}{\$tls_in_peercert}}
  server_condition = \${if inlist{\$auth1}{<, ,\$auth2}}
  server_set_id = \$auth2
END
}

cyrus_conf() {
  cat <<'END'
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: /etc/sasldb2
mech_list: SCRAM-SHA-1 SCRAM-SHA-256
END
}

commands() {
  fill_sasldb Debian-exim
  cat <<'END'
# Changing the owner of what was unpacked took this from it.
chmod u+s /usr/sbin/exim4
chown -R Debian-exim: /etc/exim4/tls /var/spool/exim4 /var/log/exim4
install -o Debian-exim /dev/null /var/log/exim4/mainlog
tail -n +1 -F /var/log/exim4/mainlog &
/usr/sbin/exim4 -bdf -q1m &
wait -n
END
}

main "$@"
