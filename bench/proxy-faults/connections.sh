#!/usr/bin/env bash
# Does the proxy stand ten thousand connections at once, and let go of all of them? About a minute.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./common.sh
rm -rf work && mkdir work

crowd=10000
ulimit -n 20000 || fail "this needs a limit of 20,000 open files"
start_provider
start_proxy work/home
healthy
open_files() { find "/proc/$proxy/fd" -maxdepth 1 2>/dev/null | wc -l; }
before=$(open_files)

for round in 1 2 3; do
    "$java" Crowd.java "$proxy_port" "$crowd" || fail "round $round: somebody got no answer"
    healthy
done

for _ in $(seq 100); do
    after=$(open_files)
    [ "$after" -gt $((before + 300)) ] || break
    sleep 0.1
done
echo "open files: $before before, $after afterwards; $(grep VmRSS "/proc/$proxy/status")"
[ "$after" -le $((before + 300)) ] || fail "connections stay open" # some to the provider may
nothing_reserved
echo PASS
