#!/bin/sh
# Trains a small language model from nothing on order messages and has it answer held-out ones: about a minute on two
# cores. run.sh [ROWS] [EPOCHS] [BATCH] [LEARNING_RATE] [PACKED_TOKENS]; Extraction.java has the defaults.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"
jdk=$(./distill --print-jdk)
./mvnw -q -pl trainer -am -Dmaven.test.skip=true package dependency:build-classpath -Dmdep.outputFile=target/classpath.txt
# As the launcher sets them.
export OMP_WAIT_POLICY=PASSIVE MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=67108864
exec "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -Dai.djl.offline=true \
    -cp "trainer/target/classes:$(cat trainer/target/classpath.txt)" bench/causal-extraction/Extraction.java "$@"
