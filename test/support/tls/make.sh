#!/bin/sh
# Makes the throw-away certificates of this folder anew. They protect nothing; their keys are public.
set -eu
cd "$(dirname "$0")"
days=36500

authority() { # NAME SUBJECT
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -x509 -new -key "$1.key" -sha256 -days $days -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out "$1.pem"
}

leaf() { # NAME SUBJECT ALTNAMES EXTRA-EXTENSION DATES...
  name=$1 subject=$2 names=$3 extra=$4
  shift 4
  openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
  openssl req -new -key "$name.key" -subj "/CN=$subject" -out "$name.csr"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n%s\n' "$names" "$extra" >"$name.ext"
  rm -f index.txt index.txt.attr serial
  : >index.txt
  printf '[ca]\ndefault_ca=it\n[it]\ndatabase=index.txt\nrand_serial=yes\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n' >ca.cnf
  openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in "$name.csr" -extfile "$name.ext" "$@" -out "$name.pem"
  rm -f "$name.csr" "$name.ext" ca.cnf index.txt* serial ./[0-9A-F][0-9A-F]*.pem
}

authority ca 'popfetch test authority'
leaf server localhost 'DNS:localhost,IP:127.0.0.1,IP:::1' extendedKeyUsage=serverAuth -days $days
leaf other mail.hoster.example 'DNS:mail.hoster.example,DNS:*.hoster.example' extendedKeyUsage=serverAuth -days $days
leaf star localhost 'DNS:*,DNS:*.example,DNS:l*' extendedKeyUsage=serverAuth -days $days
leaf alias localhost 'DNS:mail.hoster.example' extendedKeyUsage=serverAuth -days $days
leaf expired localhost 'DNS:localhost,IP:127.0.0.1' extendedKeyUsage=serverAuth -startdate 20200101000000Z -enddate 20200201000000Z
leaf early localhost 'DNS:localhost,IP:127.0.0.1' extendedKeyUsage=serverAuth -startdate 21000101000000Z -enddate 21010101000000Z
leaf client localhost 'DNS:localhost,IP:127.0.0.1' extendedKeyUsage=clientAuth -days $days
openssl ecparam -name prime256v1 -genkey -noout -out self.key
openssl req -x509 -new -key self.key -sha256 -days $days -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out self.pem
rm -f ca.key
