#!/bin/sh
set -e
# Options alone are options of the server.
if [ "${1#-}" != "$1" ]; then
    set -- redis-server "$@"
fi
# The server gives root up; its data belong to its own user.
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . ! -user redis -exec chown redis '{}' +
    exec setpriv --reuid=redis --regid=redis --init-groups -- "$0" "$@"
fi
if [ "$1" = redis-server ]; then
    set -- "$@" --protected-mode no --appendonly yes
fi
exec "$@"
