#!/bin/sh
# install-apt.sh FILE: installs those packages of FILE that are missing; touches nothing when all are there.
set -eu
missing=
for p in $(grep -v '^#' "$1"); do
	dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
[ "$(id -u)" = 0 ] || { echo "ringwall: needs root to install:$missing" >&2; exit 1; }
echo "ringwall: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# A package must not start services here: the tests and the demo start their own.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d.ringwall
chmod +x /usr/sbin/policy-rc.d.ringwall
[ -e /usr/sbin/policy-rc.d ] || { cp /usr/sbin/policy-rc.d.ringwall /usr/sbin/policy-rc.d; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
rm -f /usr/sbin/policy-rc.d.ringwall
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
