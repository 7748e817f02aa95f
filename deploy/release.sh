#!/bin/sh
# Upgrade and roll back, each by one command, as root:
#
#   release.sh upgrade PACKAGE     a checkout, a wheel, or a name for pip; undone by itself when it does not get ready
#   release.sh rollback            the program and the data of just before the last upgrade
#
# Each release has an environment of its own in ROOT/releases; ROOT/current points to the one in use.
set -eu

ROOT=${ROOT:-/opt/aggregator}
DATA=${DATA:-/var/lib/aggregator}
SETTINGS=${SETTINGS:-/etc/aggregator/environment}
AS=${AS-runuser -u aggregator --}
START=${START:-systemctl start aggregator}
STOP=${STOP:-systemctl stop aggregator}
READY=${READY:-http://127.0.0.1:8000/readyz}
WAIT=${WAIT:-90}
PYTHON=${PYTHON:-python3}
BEFORE=$DATA/backups/before-upgrade.sqlite.gz

install_release() { # FOLDER PACKAGE
    if [ -n "${INSTALL:-}" ]; then $INSTALL "$1" "$2"; return; fi
    "$PYTHON" -m venv "$1"
    "$1/bin/pip" install --quiet "$2[oidc,train]"
}

run() { # a command of the release in use, as the service runs it
    (
        set -a
        AGGREGATOR_CONFIG_DIR=${AGGREGATOR_CONFIG_DIR:-/etc/aggregator}
        AGGREGATOR_DATA_DIR=$DATA
        [ ! -f "$SETTINGS" ] || . "$SETTINGS"
        set +a
        cd "$DATA"
        $AS "$@"
    )
}

point_to() { # RELEASE: at once, so that there is always one
    ln -s "$1" "$ROOT/current.new"
    mv -T "$ROOT/current.new" "$ROOT/current"
}

is_ready() {
    "$PYTHON" -c "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)" "$READY" 2> /dev/null
}

wait_until_ready() {
    left=$WAIT
    while ! is_ready; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 1
    done
}

upgrade() {
    new=$ROOT/releases/$(date -u +%Y%m%dT%H%M%SZ)
    install_release "$new" "$1"
    run "$new/bin/aggregator" config show > /dev/null # it starts, and takes our settings
    $STOP
    rm -f "$BEFORE"
    if ! run "$ROOT/current/bin/aggregator" backup "$BEFORE"; then
        $START
        echo "no backup could be made: nothing was changed, the old release runs" >&2
        exit 1
    fi
    readlink "$ROOT/current" > "$ROOT/previous"
    point_to "$new"
    $START
    if ! wait_until_ready; then
        echo "the new release is not ready after $WAIT seconds: going back" >&2
        rollback
        exit 1
    fi
    echo "upgraded to $new; to undo it: $0 rollback"
}

rollback() {
    [ -s "$ROOT/previous" ] || { echo "there is no upgrade to undo" >&2; exit 1; }
    $STOP
    point_to "$(cat "$ROOT/previous")"
    run "$ROOT/current/bin/aggregator" restore "$BEFORE" --yes
    rm "$ROOT/previous"
    $START
    wait_until_ready || { echo "the old release is not ready: see its log" >&2; exit 1; }
    echo "rolled back to $(readlink "$ROOT/current")"
}

case "${1:-}" in
    upgrade) upgrade "${2:?which package?}" ;;
    rollback) rollback ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
