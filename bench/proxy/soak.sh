#!/usr/bin/env bash
# Does the proxy leak? soak.sh MINUTES ABORTS: requests at 100/s, whole streams at 5/s, and ABORTS streams
# that are dropped at their first token, spread over the time. The proxy's memory, sockets and threads
# are written to work/soak.csv every ten seconds; at the end come the slope of the memory over the second
# half, and what is still open.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./proxy.sh

minutes=${1:-30}
aborts=${2:-10000}
seconds=$((minutes * 60))
rate=$(((aborts + seconds - 1) / seconds))
csv=work/soak.csv

# status FIELD: a line of the proxy's /proc/PID/status, its number alone.
status() {
    sed -n "s/^$1:[^0-9]*\([0-9]*\).*/\1/p" "/proc/$proxy_pid/status"
}

sockets() {
    find "/proc/$proxy_pid/fd" -lname 'socket:*' 2>/dev/null | wc -l
}

prepare
start_upstream interval_ms=40
start_proxy
before=$(sockets)
echo "ready after $ready_millis ms with $before sockets"

load loop=open rate=100 warmup=0 "seconds=$seconds" >work/soak-requests.txt &
requests=$!
load loop=open stream=true max_tokens=250 rate=5 warmup=0 "seconds=$seconds" >work/soak-streams.txt &
streams=$!
load loop=open stream=true abort=true max_tokens=250 "rate=$rate" warmup=0 "seconds=$(((aborts + rate - 1) / rate))" \
    >work/soak-aborts.txt &
dropped=$!
children+=("$requests" "$streams" "$dropped")

echo 'seconds,rss_kib,sockets,threads' >"$csv"
for ((elapsed = 0; elapsed < seconds; elapsed += 10)); do
    echo "$elapsed,$(status VmRSS),$(sockets),$(status Threads)" >>"$csv"
    sleep 10
done
wait "$requests" "$streams" "$dropped"
grep -hv '^{\|processor time' work/soak-requests.txt work/soak-streams.txt work/soak-aborts.txt

# Least squares over the second half: the first one is the JVM warming up.
awk -F, -v half="$((seconds / 2))" '
    NR > 1 && $1 >= half { n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
    END {
        spread = n * xx - x * x
        if (spread > 0) {
            printf "memory over the second half: %.0f MiB, slope %.2f MiB an hour\n",
                y / n / 1024, (n * xy - x * y) / spread * 3600 / 1024
        }
    }' "$csv"
echo "most memory in RAM: $(($(status VmHWM) / 1024)) MiB"
# The load generator is gone, and with it its connections; the proxy may keep idle ones to the provider.
sleep 2
echo "sockets of the proxy: $(sockets) ($before at the start)"
echo "the provider: $(get "$upstream_port" /stats)"
