#!/bin/sh
# Trains a kind of student on BANKING77's published labels and prints what it is worth.
# run.sh KIND [DATA]: linear, head, encoder, or distillation. README.md says more.
# OPTIONS are system properties for the program, as -Dseed=8.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$here/../..
kind=${1:?which kind of student: linear, head, encoder, or distillation}
data=${2:-$root/../shared/data/banking77}

if [ ! -f "$data/train.csv" ] || [ ! -f "$data/test.csv" ]; then
    echo "skipped: no train.csv and test.csv of banking77 in $data; run.sh KIND DATA names their folder"
    exit 0
fi
jdk=$("$root/distill" --print-jdk)
cd "$root"
./mvnw -q -pl trainer -am -DskipTests package dependency:build-classpath -Dmdep.outputFile=target/classpath.txt
classpath=trainer/target/classes:$(cat trainer/target/classpath.txt)
case $kind in
linear)
    "$jdk/bin/java" -cp "$classpath" "$here/Linear.java" "$data"
    python=${PYTHON:-python3}
    if "$python" -c 'import sklearn' 2>/dev/null; then
        "$python" "$here/scikit_learn.py" "$data"
    else
        echo "skipped: $python has no scikit-learn; PYTHON names another"
    fi
    ;;
head | encoder | distillation)
    # As the launcher sets them.
    export OMP_WAIT_POLICY=PASSIVE MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 \
        MALLOC_TOP_PAD_=67108864
    case $kind in
    head) program=Head ;;
    encoder) program=Encoder ;;
    *) program=Distillation ;;
    esac
    mkdir -p "$here/work"
    "$jdk/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -Dai.djl.offline=true ${OPTIONS:-} -cp "$classpath" "$here/$program.java" "$data" "$here/work"
    ;;
*)
    echo "no such kind: $kind" >&2
    exit 2
    ;;
esac
