# Makes the certificates of the test servers with openssl. Sourced, not run.

# make_certificates DIR : DIR/ca.pem, which the tests trust, and for each server NAME.pem (key and
# chain). `ok` (P-256) and `rsa` are from that CA, `unknown` is from one that nobody knows.
make_certificates() (
  set -e
  mkdir -p "$1"
  cd "$1"
  _authority ca
  _authority other-ca
  _leaf ok ca ec -pkeyopt ec_paramgen_curve:P-256
  _leaf rsa ca rsa:2048
  _leaf unknown other-ca ec -pkeyopt ec_paramgen_curve:P-256
) >"$1.log" 2>&1

_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj "/CN=mailsend test $1" -keyout "$1.key" -out "$1.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign
}

# _leaf NAME AUTHORITY KEY-OPTIONS...
_leaf() {
  local name=$1 authority=$2
  shift 2
  openssl req -newkey "$@" -nodes -subj /CN=localhost -keyout "$name.key" -out "$name.csr"
  printf '%s\n' 'subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:mail.example.test' \
    extendedKeyUsage=serverAuth basicConstraints=critical,CA:FALSE >"$name.ext"
  openssl x509 -req -in "$name.csr" -CA "$authority.pem" -CAkey "$authority.key" \
    -CAcreateserial -days 30 -extfile "$name.ext" -out "$name.crt"
  cat "$name.key" "$name.crt" "$authority.pem" >"$name.pem"
}
