#!/bin/sh
# unpack-apt.sh FILE DIRECTORY: puts the contents of the packages that FILE names below DIRECTORY; nothing is installed.
set -eu
list=$(readlink -f "$1")
mkdir -p "$2/download"
directory=$(readlink -f "$2")
cd "$directory/download"
# shellcheck disable=SC2046
apt-get download -qq $(grep -v '^#' "$list") 2> errors || { cat errors >&2; exit 1; }
for package in *.deb; do dpkg-deb -x "$package" "$directory"; done
rm -rf "$directory/download"
