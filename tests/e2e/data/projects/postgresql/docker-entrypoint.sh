#!/usr/bin/env bash
set -Eeuo pipefail

# A variable, or the content of the file that NAME_FILE names.
file_env() {
    local name=$1 file="${1}_FILE" value=${2:-}
    if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
        printf >&2 'error: both %s and %s are set\n' "$name" "$file"
        exit 1
    fi
    [ -z "${!name:-}" ] || value=${!name}
    [ -z "${!file:-}" ] || value=$(<"${!file}")
    export "$name=$value"
    unset "$file"
}

make_cluster() {
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
        --auth-local=trust --auth-host=scram-sha-256 --no-sync
    printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
}

run_scripts() {
    local script
    for script in /docker-entrypoint-initdb.d/*; do
        case $script in
            *.sh) echo "running $script"; . "$script" ;;
            *.sql) echo "running $script"; psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f "$script" ;;
            *) echo "ignoring $script" ;;
        esac
    done
}

if [ "${1:0:1}" = '-' ]; then
    set -- postgres "$@"
fi

if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
    chmod 700 "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$BASH_SOURCE" "$@"
fi

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    file_env POSTGRES_PASSWORD
    file_env POSTGRES_USER postgres
    file_env POSTGRES_DB "$POSTGRES_USER"
    if [ -z "$POSTGRES_PASSWORD" ]; then
        echo >&2 'error: POSTGRES_PASSWORD is not set'
        exit 1
    fi
    make_cluster
    # Nobody from outside sees it before it is complete.
    pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
    [ "$POSTGRES_DB" = postgres ] || createdb -U "$POSTGRES_USER" "$POSTGRES_DB"
    run_scripts
    pg_ctl -D "$PGDATA" -m fast -w stop
    unset POSTGRES_PASSWORD
    echo 'the cluster is complete'
fi

exec "$@"
