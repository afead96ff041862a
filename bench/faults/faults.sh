# What the fault scripts share; to be sourced by bash, from the script's own folder.

distill=$PWD/../../distill
jdk=$("$distill" --print-jdk)
java=$jdk/bin/java
# The seed of every random moment, so that a run can be repeated; FAULT_SEED=... takes another.
RANDOM=${FAULT_SEED:-7}
children=()

end_children() {
    local child
    for child in "${children[@]}"; do kill -9 "$child" 2>/dev/null || true; done
}
trap end_children EXIT

# start JOB NAME: begins a run in the background. Its state is in work/NAME/home, its runs in
# work/NAME/runs, its events in work/NAME/events.jsonl, and $run is its process.
start() {
    mkdir -p "work/$2"
    : >"work/$2/events.jsonl"
    "$distill" run "$1" --home "work/$2/home" --runs "work/$2/runs" --json \
        >"work/$2/events.jsonl" 2>"work/$2/stderr.txt" </dev/null &
    run=$!
    children+=("$run")
}

# finish NAME: waits for the run; a gate that says no is a finished run too.
finish() {
    local status=0
    wait "$run" || status=$?
    case $status in
        0 | 1 | 7) ;;
        *)
            echo "the run ended with status $status:" >&2
            tail -n 20 "work/$1/stderr.txt" >&2
            exit 1
            ;;
    esac
}

# has NAME TYPE STAGE: has the run in the background reported that event of that stage?
has() {
    grep -q "\"type\":\"$2\",\"stage\":\"$3\"" "work/$1/events.jsonl"
}

# kill_in STAGE NAME MILLIS: kills the run at a random moment of the first MILLIS of a stage. Fails
# when the run had left the stage before that.
kill_in() {
    until has "$2" stage_started "$1"; do
        kill -0 "$run" 2>/dev/null || return 1
        sleep 0.02
    done
    local moment=$((RANDOM * $3 / 32768))
    sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
    if has "$2" stage_finished "$1"; then return 1; fi
    kill -9 "$run" 2>/dev/null || return 1
    wait "$run" 2>/dev/null || true
}

# run_folder NAME: the folder of the last run that was started.
run_folder() {
    sed -n 's/.*"type":"run_started".*"folder":"\([^"]*\)".*/\1/p' "work/$1/events.jsonl"
}
