#!/bin/sh
# Install what some tests need from the system: a browser, the DICOM validator, the PDF's text layout, Chinese glyphs.
#
# Only where apt is there and we are root; elsewhere, and where it fails, the tests that need it skip aloud with a reason.
# KAMBIN_NO_APT=1 leaves the system alone.
set -u

# program or file that tells that it is there : Debian package
wanted="
/usr/bin/chromium:chromium
/usr/bin/dciodvfy:dicom3tools
/usr/lib/$(uname -m)-linux-gnu/libpangoft2-1.0.so.0:libpangoft2-1.0-0
/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc:fonts-noto-cjk
"

missing=
for item in $wanted; do
    [ -e "${item%%:*}" ] || missing="$missing ${item##*:}"
done
[ -n "$missing" ] || exit 0

skip() {
    echo "Not installed:$missing ($1). The tests that need them are skipped, each with its reason."
    exit 0
}

[ -z "${KAMBIN_NO_APT:-}" ] || skip "KAMBIN_NO_APT is set"
[ "$(id -u)" = 0 ] || skip "not root"
command -v apt-get >/dev/null 2>&1 || skip "no apt"
echo "Installing for the tests:$missing"
export DEBIAN_FRONTEND=noninteractive
log=build/system-tools.log
mkdir -p build
{ apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1 ||
    skip "apt failed; $log says why"
