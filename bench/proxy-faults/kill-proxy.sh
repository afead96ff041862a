#!/usr/bin/env bash
# What does the ledger lose when the proxy is killed (kill -9) under load? Nothing of a job, and of
# interactive calls only those of the last moment. Ten kills, about three minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./common.sh
rm -rf work && mkdir work
RANDOM=${FAULT_SEED:-7}

start_provider
for ((i = 1; i <= 10; i++)); do
    start_proxy work/home
    "$java" Callers.java "$proxy_port" work/calls.txt 32 >work/callers.txt 2>&1 &
    callers=$!
    children+=("$callers")
    await work/callers.txt asking "$callers"
    sleep "$((1 + RANDOM % 3)).$((RANDOM % 10))"
    kill -9 "$proxy"
    echo "kill $(date +%s%3N)" >>work/calls.txt
    wait "$proxy" 2>/dev/null || true
    wait "$callers" || true
done
start_proxy work/home # reads what the last one left behind
healthy
nothing_reserved
stop_proxy

sqlite3 work/home/*.db 'SELECT request_id FROM requests' | sort >work/ledger.txt
# Answers that the ledger does not have, with how long before the kill they came.
awk '$1 == "kill" { for (id in at) print at[id], $2 - at[id], lane[id], id; delete at; delete lane; next }
     { at[$3] = $1; lane[$3] = $2 }' work/calls.txt |
    sort -k4 | join -1 4 -2 1 -v 1 - work/ledger.txt >work/lost.txt
echo "answers: $(grep -vc '^kill' work/calls.txt); lost: $(wc -l <work/lost.txt)"
if grep -q ' job$' work/lost.txt; then fail "a job's answer is lost: $(grep ' job$' work/lost.txt | head -3)"; fi
# 100 ms, and what the moment of the kill may be off by.
awk '$3 > 150 { print; late = 1 } END { exit late }' work/lost.txt || fail "calls of more than the last 100 ms are lost"
echo PASS
