#!/bin/sh
# Installs a package, tries it and removes it again: as root, sh packaging/try-deb.sh dist/popfetch_*.deb
set -eu
deb=$1
if dpkg-query --show popfetch >/dev/null 2>&1; then
  echo 'popfetch is installed here already: not touched' >&2
  exit 1
fi
trap 'dpkg --purge popfetch >/dev/null 2>&1 || :' EXIT
# dpkg alone: whether all that it depends on is there is part of the trial.
dpkg --install "$deb"
popfetch --version
(cd / && popfetch demo)
zcat /usr/share/man/man1/popfetch.1.gz >/dev/null
zcat /usr/share/man/man5/popfetch.yaml.5.gz >/dev/null
if command -v systemd-analyze >/dev/null; then
  systemd-analyze --man=no verify /usr/lib/systemd/system/popfetch.service
  systemd-analyze --no-pager --offline=true --threshold=20 security \
    /usr/lib/systemd/system/popfetch.service >/dev/null
fi
installed=$(dpkg --listfiles popfetch | while read -r path; do [ -d "$path" ] || echo "$path"; done)
dpkg --purge popfetch
for path in $installed; do
  if [ -e "$path" ]; then
    echo "left behind: $path" >&2
    exit 1
  fi
done
echo 'installed, tried and removed'
