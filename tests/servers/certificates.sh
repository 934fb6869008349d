# Makes the certificates of the test servers with openssl. Sourced, not run.

# make_certificates DIR : DIR/ca.pem, which the tests trust, and NAME.pem (key and chain) for each
# server and client. `ok` (P-256), `rsa` and `client` are from that CA, `unknown` and
# `unknown-client` from one that nobody knows.
make_certificates() (
  set -e
  umask 077
  mkdir -p "$1"
  cd "$1"
  _authority ca
  _authority other-ca
  _server ok ca ec -pkeyopt ec_paramgen_curve:P-256
  _server rsa ca rsa:2048
  _server unknown other-ca ec -pkeyopt ec_paramgen_curve:P-256
  _client client ca
  _client unknown-client other-ca
) >"$1.log" 2>&1

_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj "/CN=mailsend test $1" -keyout "$1.key" -out "$1.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign
}

# _server NAME AUTHORITY KEY-OPTIONS...
_server() {
  printf '%s\n' 'subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:mail.example.test' \
    extendedKeyUsage=serverAuth basicConstraints=critical,CA:FALSE >"$1.ext"
  _leaf "$1" "$2" localhost "${@:3}"
}

# _client NAME AUTHORITY
_client() {
  printf '%s\n' 'subjectAltName=email:alice@example.test' \
    extendedKeyUsage=clientAuth basicConstraints=critical,CA:FALSE >"$1.ext"
  _leaf "$1" "$2" alice@example.test ec -pkeyopt ec_paramgen_curve:P-256
}

# _leaf NAME AUTHORITY COMMON-NAME KEY-OPTIONS...
_leaf() {
  local name=$1 authority=$2 common_name=$3
  shift 3
  openssl req -newkey "$@" -nodes -subj "/CN=$common_name" -keyout "$name.key" -out "$name.csr"
  openssl x509 -req -in "$name.csr" -CA "$authority.pem" -CAkey "$authority.key" \
    -CAcreateserial -days 30 -extfile "$name.ext" -out "$name.crt"
  cat "$name.key" "$name.crt" "$authority.pem" >"$name.pem"
}
