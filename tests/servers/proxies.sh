#!/usr/bin/env bash
# Real proxies on loopback ports: microsocks and tinyproxy. See server.sh for how to start and stop
# them.
#
#   SOCKS           SOCKS5 for everybody
#   SOCKS_LOGIN     SOCKS5 for alice / wonder-land1
#   HTTP            CONNECT to any port, for everybody
#   HTTP_LOGIN      the same for alice / wonder-land1
#   HTTP_FILTERED   CONNECT to port 443 alone
#
# They know mail.behind.test, which is 127.0.0.1.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"
packages=(microsocks tinyproxy-bin)
listeners=(SOCKS SOCKS_LOGIN HTTP HTTP_LOGIN HTTP_FILTERED)

write_configuration() {
  local dir=$1 etc=$1/overlay/etc
  mkdir -p "$etc/proxies"
  printf '127.0.0.1 localhost mail.behind.test\n' >"$etc/hosts"
  tinyproxy_conf "$HTTP" >"$etc/proxies/http"
  tinyproxy_conf "$HTTP_LOGIN" 'BasicAuth alice wonder-land1' >"$etc/proxies/http-login"
  tinyproxy_conf "$HTTP_FILTERED" 'ConnectPort 443' >"$etc/proxies/http-filtered"
  commands >"$dir/overlay/commands"
}

# tinyproxy_conf PORT [LINE]
tinyproxy_conf() {
  cat <<END
Port $1
Listen 127.0.0.1
Timeout 60
Allow 127.0.0.1
LogLevel Connect
${2:-}
END
}

commands() {
  cat <<END
microsocks -i 127.0.0.1 -p $SOCKS &
microsocks -i 127.0.0.1 -p $SOCKS_LOGIN -u alice -P wonder-land1 &
for name in http http-login http-filtered; do tinyproxy -d -c /etc/proxies/\$name & done
wait -n
END
}

main "$@"
