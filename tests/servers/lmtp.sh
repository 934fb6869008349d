#!/usr/bin/env bash
# Dovecot's LMTP, for everybody but full@example.test, who is refused after the data. See server.sh
# for how to start and stop it.
#
#   LMTP           LMTP on a loopback port, STARTTLS offered
#   MAILDIR/lmtp   the same on a Unix socket
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
packages=(dovecot-core dovecot-lmtpd)
listeners=(LMTP)

write_configuration() {
  local dir=$1 etc=$1/overlay/etc/dovecot
  mkdir -p "$etc"
  cp "$dir/certificates/ok.pem" "$etc/ok.pem"
  rm -f "$dir/maildir/lmtp"
  echo 'full@example.test::::::: userdb_mail=maildir:/tmp/full userdb_quota_rule=*:bytes=1' \
    >"$etc/full"
  dovecot_conf >"$etc/dovecot.conf"
  commands >"$dir/overlay/commands"
}

dovecot_conf() {
  cat <<END
log_path = /dev/stderr
base_dir = /run/dovecot
protocols = lmtp
ssl = yes
ssl_cert = </etc/dovecot/ok.pem
ssl_key = </etc/dovecot/ok.pem
mail_location = maildir:/srv/maildir
mail_plugins = quota
plugin {
  quota = maildir:all
}
# Nobody logs in, but Dovecot wants to know how.
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = passwd-file
  args = username_format=%u /etc/dovecot/full
  default_fields = uid=65534 gid=65534 home=/tmp/full
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/tmp/%u allow_all_users=yes
}
service lmtp {
  unix_listener /srv/maildir/lmtp {
    mode = 0666
  }
  inet_listener lmtp {
    address = 127.0.0.1
    port = $LMTP
  }
}
END
}

commands() {
  cat <<'END'
/usr/sbin/dovecot -F &
wait -n
END
}

main "$@"
