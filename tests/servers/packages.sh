# Brings Debian packages for the tests without installing them. Sourced, not run.
#
# Unpacked once into a cache folder, so that nobody's own mail server is replaced; to be used there
# (programs) or laid over / in a private mount namespace (servers with compiled-in paths).

packages_cache=${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/mailsend-tests

# unpack_packages PACKAGE... : prints the folder that holds the unpacked packages and whatever they
# need that this machine lacks. Fails with apt's words on stderr.
unpack_packages() {
  local name folder
  name=$(IFS=+; echo "$*")
  # shellcheck disable=SC1091
  folder=$packages_cache/$name-$(. /etc/os-release && echo "$ID$VERSION_ID")-$(dpkg --print-architecture)
  if [ ! -d "$folder" ]; then
    mkdir -p "$packages_cache"
    # One at a time: apt fails where another is updating its lists.
    ( flock 9 && { [ -d "$folder" ] || _unpack "$folder" "$@"; } ) 9>"$packages_cache/lock" || return 1
  fi
  echo "$folder"
}

# _unpack FOLDER PACKAGE...
_unpack() {
  local folder=$1 staging archive
  shift
  staging=$(mktemp -d "$folder.XXXXXX")
  if ! _download "$staging" "$@" 2>"$staging/apt.log"; then
    # The lists may be missing or too old to find the files.
    [ "$(id -u)" = 0 ] && apt-get -qq update >&2
    rm -f "$staging"/*.deb
    _download "$staging" "$@" || { rm -rf "$staging"; return 1; }
  fi
  mkdir "$staging/root"
  for archive in "$staging"/*.deb; do dpkg -x "$archive" "$staging/root" || return 1; done
  chmod 755 "$staging/root"
  _merge_usr "$staging/root"
  mv -T "$staging/root" "$folder" && rm -rf "$staging"
}

# Where /bin and the like are links to /usr/bin, a folder of that name would hide the link.
_merge_usr() {
  local name
  for name in bin sbin lib lib64; do
    if [ -L "/$name" ] && [ -d "$1/$name" ]; then
      mkdir -p "$1/usr/$name"
      cp -a "$1/$name/." "$1/usr/$name"
      rm -rf "${1:?}/$name"
    fi
  done
}

_download() (
  cd "$1" || return 1
  shift
  simulated=$(LC_ALL=C apt-get -s install --no-install-recommends "$@") || return 1
  # What is installed already is not in the simulation, but is wanted here all the same.
  { printf '%s\n' "$@"; sed -n 's/^Inst \([^ ]*\) .*/\1/p' <<<"$simulated"; } | sort -u |
    xargs apt-get -qq -o APT::Sandbox::User=root download >&2
)
