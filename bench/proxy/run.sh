#!/usr/bin/env bash
# What the proxy costs: throughput, processor time, added latency, streams, memory, start. About four
# minutes. Ends with the goals and whether they were reached; status 1 says that one was not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./proxy.sh

results=work/results.jsonl
failed=0
mkdir -p work
: >"$results"

# measure NAME SETTINGS...: one run of the load generator; its line of JSON goes to the results, and is
# then in $json.
measure() {
    local name=$1
    shift
    load "$@" | tee work/output.txt | grep -v '^{'
    json=$(grep '^{' work/output.txt)
    printf '{"name":"%s",%s\n' "$name" "${json#\{}" >>"$results"
}

# value PLACE FIELD: a figure of the last measurement; PLACE is direct, proxy or added.
value() {
    sed -n "s/.*\"$1\":{[^}]*\"$2\":\([0-9.-]*\).*/\1/p" <<<"$json"
}

# judge WHAT FIGURE RELATION GOAL: keeps a line of the verdict; a figure that is missing fails.
judge() {
    local word=yes
    if [ -z "$2" ] || ! awk "BEGIN { exit !($2 $3 $4) }"; then
        word=NO
        failed=1
    fi
    verdict+=$(printf '%-52s %10s  %2s %-8s %s' "$1" "$2" "$3" "$4" "$word")$'\n'
}

verdict=''
prepare
start_upstream
starts=()
for _ in 1 2 3; do
    if [ "${#starts[@]}" -gt 0 ]; then stop_proxy; fi
    start_proxy
    starts+=("$ready_millis")
done
judge 'start to ready, median of three, ms' "$(printf '%s\n' "${starts[@]}" | sort -n | sed -n 2p)" '<=' 1000

measure closed loop=closed connections=16 warmup=20 seconds=20
judge 'closed loop, 16 connections: requests/s' "$(value proxy per_second)" '>=' 5000
judge 'closed loop: processor time a request, us' "$(value proxy proxy_cpu_us)" '<=' 150
judge 'closed loop: errors' "$(value proxy errors)" '==' 0

for rate in 300 1000; do
    measure "open-$rate" loop=open "rate=$rate" "direct=$upstream" warmup=5 rounds=5 seconds=4
    judge "open loop, $rate/s: added p50, ms" "$(value added latency_p50_ms)" '<=' 0.3
    judge "open loop, $rate/s: added p99, ms" "$(value added latency_p99_ms)" '<=' 2
    judge "open loop, $rate/s: errors" "$(value proxy errors)" '==' 0
done

get "$upstream_port" '/set?interval_ms=5' >/dev/null
measure first-token loop=open stream=true max_tokens=10 rate=50 "direct=$upstream" warmup=5 rounds=5 seconds=4
judge 'streams, 50/s: added first token p99, ms' "$(value added first_token_p99_ms)" '<=' 2
judge 'streams, 50/s: errors' "$(value proxy errors)" '==' 0

# 512 streams that begin within two seconds and last ten: all of them are open at once.
get "$upstream_port" '/set?interval_ms=40' >/dev/null
measure paced loop=open stream=true max_tokens=250 rate=256 seconds=2 "direct=$upstream" warmup=2
judge '512 paced streams: complete' "$(value proxy complete)" '==' 512
judge '512 paced streams: at once' "$(value proxy most_at_once)" '>=' 512
judge '512 paced streams: with a gap over 200 ms' "$(value proxy gaps_over_200_ms)" '==' 0

judge 'most memory in RAM, MiB' "$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$proxy_pid/status" |
    awk '{ print int($1 / 1024) }')" '<=' 256
printf '\n%-52s %10s  %-11s %s\n%s' 'what' 'figure' 'goal' 'reached' "$verdict"
exit "$failed"
