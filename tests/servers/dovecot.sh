# Dovecot's configuration: SASL for Postfix and the submission services. Sourced by postfix.sh.

jwt_key=mailsend-test-hmac-key-0123456789abcdef

# write_dovecot ETC : what lies in /etc/dovecot, the users of server.sh included.
write_dovecot() {
  local etc=$1
  # Where Dovecot looks for the key of a token that names neither a party nor a key of its own.
  mkdir -p "$etc/keys/default/HS256"
  printf %s "$jwt_key" | base64 -w0 >"$etc/keys/default/HS256/default"
  users | sed 's/ /:{PLAIN}/' >"$etc/users"
  dovecot_conf >"$etc/dovecot.conf"
  oauth2_conf >"$etc/oauth2.conf"
  certificate_conf >"$etc/certificate.conf"
}

# What both instances say.
_dovecot_common() {
  cat <<END
log_path = /dev/stderr
protocols = submission
listen = 127.0.0.1
ssl_cert = </etc/postfix/tls/ok.pem
ssl_key = </etc/postfix/tls/ok.pem
auth_verbose = yes
auth_failure_delay = 0
mail_location = maildir:/tmp/%u
submission_relay_host = 127.0.0.1
submission_relay_port = $RELAY
# No delay that doubles with each failure from an address.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/tmp/%u
}
END
}

dovecot_conf() {
  _dovecot_common
  cat <<END
base_dir = /run/dovecot
ssl = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = /etc/dovecot/oauth2.conf
}
passdb {
  driver = passwd-file
  mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
  args = scheme=PLAIN username_format=%u /etc/dovecot/users
}
service auth {
  unix_listener /run/dovecot-auth {
    mode = 0666
  }
}
service submission-login {
  inet_listener submission {
    port = $SUBMISSION
  }
  inet_listener submissions {
    port = $SUBMISSION_IMPLICIT
    ssl = yes
  }
}
END
}

oauth2_conf() {
  cat <<'END'
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=/etc/dovecot/keys/
username_attribute = sub
scope = smtp
END
}

certificate_conf() {
  _dovecot_common
  cat <<END
base_dir = /run/dovecot-certificate
instance_name = certificate
ssl = required
ssl_ca = </etc/postfix/tls/ca.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_require_client_cert = yes
auth_ssl_username_from_cert = yes
auth_mechanisms = external
passdb {
  driver = static
  args = nopassword=y
}
service submission-login {
  inet_listener submission {
    port = $CERTIFICATE
  }
  inet_listener submissions {
    port = 0
  }
}
END
}
