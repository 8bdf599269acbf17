# Known to every command of a transcript.

# settled CONTAINER SIGNAL: waits until its first process has decided about a signal (a number), as `trap` does.
# A signal that comes before is lost: process 1 of a namespace gets none that it has no handler for.
settled() {
    local mask tries
    for ((tries = 0; tries < 200; ++tries)); do
        for mask in $(sed -n 's/^Sig\(Cgt\|Ign\):[[:space:]]*//p' \
            "/proc/$(docker inspect -f '{{.State.Pid}}' "$1" 2>/dev/null)/status" 2>/dev/null); do
            ((16#$mask >> ($2 - 1) & 1)) && return
        done
        sleep 0.05
    done
}

# The disk that $WORK is on.
disk() {
    local name
    name=$(findmnt -no SOURCE -T "$WORK")
    [ -b "$name" ] && echo "$name" || lsblk -ndo PATH -e 1,7,253 | head -1
}

# becomes CONTAINER STATUS: waits until its health is that.
becomes() {
    local tries
    for ((tries = 0; tries < 300; ++tries)); do
        [ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" = "$2" ] && return
        sleep 0.1
    done
    return 1
}
