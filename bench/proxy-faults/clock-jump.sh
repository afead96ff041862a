#!/usr/bin/env bash
# Does the proxy bear a clock that jumps, as after a suspend or a wrong time server? About a minute;
# needs the package faketime, which fakes the clock for one process alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./common.sh
rm -rf work && mkdir work
library=$(find /usr/lib -name 'libfaketimeMT.so.1' | head -n 1)
[ -n "$library" ] || fail "install the package faketime"

jump() { echo "$1" >work/clock; }
jump +0
start_provider
start_proxy work/home env LD_PRELOAD="$library" FAKETIME_TIMESTAMP_FILE="$PWD/work/clock" \
    FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1
healthy

for by in +3600 -3600 +3456000 +0; do
    streams=()
    for i in $(seq 10); do
        curl -sN --max-time 60 -H 'content-type: application/json' "$url/v1/chat/completions" \
            -d '{"model":"chat","stream":true,"messages":[{"role":"user","content":"hi"}]}' \
            >"work/stream-$i.txt" &
        streams+=("$!")
    done
    sleep 0.5
    jump "$by"
    for _ in $(seq 20); do
        [ "$(ask)" = 200 ] || fail "after a jump to $by s: $(cat work/answer.json)"
    done
    for stream in "${streams[@]}"; do wait "$stream" || fail "a stream was cut by a jump to $by s"; done
    for i in $(seq 10); do
        grep -q '^data: \[DONE\]' "work/stream-$i.txt" || fail "stream $i: $(tail -c 300 "work/stream-$i.txt")"
    done
    healthy
    nothing_reserved
    echo "jumped to $by s"
done
if curl -s "$url/admin/budgets" | grep -q '_usd":-'; then fail "a budget is below nothing"; fi
echo PASS
