# What the scripts share; to be sourced by bash, from the script's own folder.

distill=$PWD/../../distill
jdk=$("$distill" --print-jdk)
# The proxy file; another one must listen on the same port and have the same routes.
config=${CONFIG:-proxy.yaml}
# What answers 200 once the proxy is ready.
ready_path=${READY_PATH:-/readyz}
upstream_port=18500
proxy_port=18501
upstream=http://127.0.0.1:$upstream_port
proxy=http://127.0.0.1:$proxy_port
children=()

end_children() {
    local child
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
}
trap end_children EXIT

# prepare: builds whatever is not built, and lets the launcher finish its cache of loaded classes.
prepare() {
    mkdir -p work/classes
    "$jdk/bin/javac" -d work/classes ./*.java
    "$distill" --version >/dev/null
    sleep 1
    while compgen -G '../../cli/target/distribution/lib/*.aot.lock' >/dev/null; do sleep 0.5; done
}

# program CLASS SETTINGS...: becomes one of the programs of this folder.
program() {
    exec "$jdk/bin/java" -Xmx256m -XX:+UseSerialGC -cp work/classes "$@"
}

# get PORT PATH: the body of an answer 200, or fails. Without curl, whose start takes longer than waiting.
get() {
    local status line length=0 body=''
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET %s HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n' "$2" >&3
    read -r status <&3
    while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do
        case ${line,,} in
            content-length:*) length=${line#*:} length=${length//[!0-9]/} ;;
        esac
    done
    if [ "$length" -gt 0 ]; then read -r -N "$length" body <&3 || true; fi
    exec 3>&-
    printf '%s\n' "$body"
    [[ $status == *' 200 '* ]]
}

# until_ready PID PORT PATH: waits for an answer 200 while the process lives, a minute at most.
until_ready() {
    local tries=0
    until get "$2" "$3" >/dev/null 2>&1; do
        kill -0 "$1" || return 1
        tries=$((tries + 1))
        [ "$tries" -lt 6000 ] || return 1
        sleep 0.01
    done
}

# start_upstream SETTINGS...: the provider; $upstream_pid is its process.
start_upstream() {
    program FakeUpstream "port=$upstream_port" "$@" >work/upstream.txt 2>&1 &
    upstream_pid=$!
    children+=("$upstream_pid")
    until_ready "$upstream_pid" "$upstream_port" /stats
}

# start_proxy: the proxy with a fresh state; $proxy_pid is its process and $ready_millis the time from
# its start to its first answer 200. $KEY is its virtual key; unless there is one already, it is made.
start_proxy() {
    rm -rf work/home
    if [ -z "${KEY:-}" ]; then
        rm -f work/keys.yaml
        KEY=$(DISTILL_JAVA_OPTS='' "$distill" keys create --file work/keys.yaml --name bench --team load)
    fi
    local start=${EPOCHREALTIME/./}
    "$distill" proxy "$config" --home work/home >work/proxy.txt 2>&1 </dev/null &
    proxy_pid=$!
    children+=("$proxy_pid")
    if ! until_ready "$proxy_pid" "$proxy_port" "$ready_path"; then
        tail -n 20 work/proxy.txt >&2
        exit 1
    fi
    ready_millis=$(((${EPOCHREALTIME/./} - start) / 1000))
}

# stop_proxy: ends it and waits until its port is free.
stop_proxy() {
    kill "$proxy_pid"
    wait "$proxy_pid" || true
}

# load SETTINGS...: the load generator against the proxy, with its processor time and memory.
load() {
    (program Load "url=$proxy" "pid=$proxy_pid" "direct_pid=$upstream_pid" \
        "key=$KEY" "header=${HEADER:-}" "$@")
}
