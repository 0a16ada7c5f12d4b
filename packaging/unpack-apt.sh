#!/bin/sh
# unpack-apt.sh FILE DIRECTORY: puts the contents of the packages that FILE names below DIRECTORY; nothing is installed.
set -eu
list=$(readlink -f "$1")
mkdir -p "$2/download"
directory=$(readlink -f "$2")
cd "$directory/download"
packages=$(grep -v '^#' "$list")
# shellcheck disable=SC2086
apt-get download -qq $packages 2> errors || {
	# The lists may be old, or not there yet.
	apt-get update -qq
	apt-get download -qq $packages 2> errors || { cat errors >&2; exit 1; }
}
for package in *.deb; do dpkg-deb -x "$package" "$directory"; done
rm -rf "$directory/download"
