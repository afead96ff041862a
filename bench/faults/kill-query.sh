#!/usr/bin/env bash
# Is a paid answer ever paid for twice, or lost? Kills the query stage (kill -9) at 20 random moments,
# runs the job again after each, and then looks at the books of the provider: only what was in flight
# may have been asked again. The dataset must be that of an undisturbed run. About three minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
rm -rf work/query work/calm work/query-job
. ./faults.sh

kills=20
concurrency=$(sed -n 's/^teacher:.*concurrency: \([0-9]*\).*/\1/p' query-job.yaml)
rows=10000
port=18411

mkdir -p work/query work/calm work/query-job
printf 'label-%d\n' 0 1 2 3 >work/query-job/labels.txt
echo 'Answer with one of: {{labels}}' >work/query-job/prompt.md
awk -v n="$rows" 'BEGIN { for (i = 1; i <= n; i++) printf "{\"id\":\"r%d\",\"text\":\"request number %d\"}\n", i, i }' \
    >work/query-job/requests.jsonl
awk 'BEGIN { for (i = 1; i <= 40; i++) printf "{\"id\":\"g%d\",\"text\":\"gold item %d\",\"label\":\"label-%d\"}\n", i, i, i % 4 }' \
    >work/query-job/gold.jsonl

# upstream NAME: a provider with fresh books.
upstream() {
    "$java" FakeUpstream.java "$port" "work/$1/books.txt" >"work/$1/upstream.txt" &
    provider=$!
    children+=("$provider")
    until grep -q listening "work/$1/upstream.txt"; do
        kill -0 "$provider"
        sleep 0.1
    done
}

upstream query
for ((i = 1; i <= kills; i++)); do
    start query-job.yaml query
    if ! kill_in query query 3000; then
        echo "the query stage was over before kill $i; FAULT_SEED=... or more rows give it time" >&2
        exit 1
    fi
    # What the dead run had sent may still be on its way into the books.
    sleep 0.2
    echo kill >>work/query/books.txt
    echo "kill $i: $(grep -c '^answered' work/query/books.txt || true) answers given"
done
start query-job.yaml query
finish query
kill "$provider"
wait "$provider" 2>/dev/null || true
disturbed=$(run_folder query)

upstream calm
start query-job.yaml calm
finish calm
calm=$(run_folder calm)

"$java" CheckAsks.java work/query/books.txt "$concurrency"
"$java" -cp ../../cli/target/distribution/lib/distill.jar CompareDatasets.java "$disturbed" "$calm"
echo PASS
