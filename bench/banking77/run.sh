#!/bin/sh
# Prepares the data, distils from both teachers, and prints each student's accuracy on the test set.
# Arguments go to Prepare.java: --data DIR. Ends with the first status of a run that is not 0.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
distill=$here/../../distill
work=$here/work

jdk=$("$distill" --print-jdk) || exit
"$jdk/bin/java" "$here/Prepare.java" "$@" || exit
for teacher in gold noisy; do
    "$distill" run "$here/job-$teacher.yaml" --home "$work/home" --runs "$work/runs" || exit
done
for teacher in gold noisy; do
    # Run ids sort by time.
    newest=
    for results in "$work/runs/banking77-$teacher"/*/evaluation/results.json; do newest=$results; done
    printf '%s teacher: %s\n' "$teacher" "$newest"
    grep -A 4 '"accuracy"' "$newest" | head -n 12
done
