#!/usr/bin/env bash
# Is a resumed training run the one that was never interrupted? Kills the train stage (kill -9) at random
# moments, runs the job again after each, and compares the weights byte by byte with those of an
# undisturbed run that has nothing in its store. About five minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
rm -rf work/train work/calm-train
. ./faults.sh

kills=6

killed=0
for ((i = 1; i <= kills; i++)); do
    start train-job.yaml train
    if ! kill_in train train 12000; then
        break
    fi
    killed=$i
    echo "kill $i: after $(grep -c '"type":"progress","stage":"train"' work/train/events.jsonl || true) reports of progress"
done
if [ "$killed" -lt 3 ]; then
    echo "training was over after $killed kills; a slower job is needed to say anything" >&2
    exit 1
fi
# The attempt that outran its kill has finished the stage already; running again then only reuses it.
wait "$run" 2>/dev/null || true
start train-job.yaml train
finish train
disturbed=$(run_folder train)/model/model.safetensors

start train-job.yaml calm-train
finish calm-train
calm=$(run_folder calm-train)/model/model.safetensors

cmp "$disturbed" "$calm"
echo "the weights are equal after $killed kills: $(sha256sum <"$calm" | cut -c 1-16)"
echo PASS
