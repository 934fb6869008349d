#!/usr/bin/env bash
# GNU SASL, whose library the tests let decide who may log in. No server runs; called as they are:
#
#   gsasl.sh start DIR [OWNER]   unpacks it and prints KEY=value lines (also in DIR/env)
#   gsasl.sh stop DIR            does nothing
#
#   LIBRARIES   the folder with libgsasl.so.18 and what it needs
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/packages.sh"

case "${1:-}" in
  start)
    unpacked=$(unpack_packages libgsasl18)
    mkdir -p "$2"
    echo "LIBRARIES=$(dirname "$(find "$unpacked/usr/lib" -name libgsasl.so.18)")" | tee "$2/env"
    ;;
  stop) ;;
  *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 64 ;;
esac
