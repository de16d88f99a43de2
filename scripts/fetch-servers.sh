#!/bin/sh
# Unpacks the POP3 servers that the tests talk to (Courier, GNU mailutils, popa3d) from Debian's packages into a cache
# folder. Nothing is installed: the packages conflict with each other and with Dovecot. What is there already stays.
#   sh scripts/fetch-servers.sh [FOLDER]     FOLDER: $POPFETCH_SERVERS, else ~/.cache/popfetch-servers
set -eu
folder=${1:-${POPFETCH_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/popfetch-servers}}
command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
  echo 'the servers come from Debian packages; this system has none' >&2
  exit 1
}

# NAME PACKAGE...: downloads the packages and puts their files together under FOLDER/NAME.
unpack() {
  name=$1
  shift
  [ ! -e "$folder/$name" ] || return 0
  work=$(mktemp -d "$folder/.$name.XXXXXX")
  (cd "$work" && { apt-get download "$@" || { apt-get update && apt-get download "$@"; }; } >&2)
  for package in "$work"/*.deb; do dpkg -x "$package" "$work/root"; done
  rm -rf "$work/root/usr/share"
  # Where /lib is a link to /usr/lib, a folder of that name would hide it.
  for top in bin sbin lib lib64; do
    [ -d "$work/root/$top" ] || continue
    mkdir -p "$work/root/usr/$top"
    cp -a "$work/root/$top/." "$work/root/usr/$top/"
    rm -rf "$work/root/${top:?}"
  done
  chmod 755 "$work/root"
  mv "$work/root" "$folder/$name"
  rm -rf "$work"
  echo "$name: $folder/$name"
}

mkdir -p "$folder"
unpack courier courier-pop courier-base courier-authlib courier-authlib-userdb libcourier-unicode4 libidn12 libltdl7
unpack mailutils mailutils-pop3d libmailutils9 libmu-dbm9 libgsasl18 libntlm0 libkyotocabinet16v5 liblzo2-2 libnsl2 \
  libwrap0 libmariadb3 libpq5 libldap-2.5-0 libsasl2-2 libdb5.3 libgdbm6 libltdl7
# courier-base has the program that listens for popa3d, which cannot be told an address.
unpack popa3d popa3d courier-base courier-authlib libcourier-unicode4
