#!/usr/bin/env bash
# Does the proxy serve while its disk is full, and catch up when it is not? About a minute; root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./common.sh
[ "$(id -u)" = 0 ] || fail "mounting a file system needs root"
umount work/disk 2>/dev/null || true
rm -rf work && mkdir -p work/disk
mount -t tmpfs -o size=24m tmpfs work/disk
trap 'end_children; umount work/disk' EXIT

start_provider
start_proxy work/disk
for _ in $(seq 50); do [ "$(ask)" = 200 ] || fail "before: $(cat work/answer.json)"; done

dd if=/dev/zero of=work/disk/filler bs=64k 2>/dev/null || true
dd if=/dev/zero of=work/disk/filler.rest bs=1k 2>/dev/null || true
for _ in $(seq 200); do [ "$(ask)" = 200 ] || fail "while full: $(cat work/answer.json)"; done
status=$(ask 'x-distill-job: books')
echo "a job's call while the disk is full: $status $(head -c 300 work/answer.json)"
case $status in
    200) durable=1 ;;
    5??)
        grep -q '"error"' work/answer.json || fail "no reason is given"
        durable=0
        ;;
    *) fail "that is neither an answer nor a clear refusal" ;;
esac

rm work/disk/filler work/disk/filler.rest
for _ in $(seq 100); do
    status=$(ask 'x-distill-job: books')
    [ "$status" != 200 ] || break
    sleep 0.1
done
[ "$status" = 200 ] || fail "a job's call when there is room again: $status $(cat work/answer.json)"
healthy
nothing_reserved
stop_proxy
answered=$(rows work/disk requests "outcome = 'answered'")
echo "answered calls in the ledger: $answered of $((252 + durable))"
[ "$answered" -ge $((252 + durable)) ] || fail "the ledger has lost calls"
echo PASS
