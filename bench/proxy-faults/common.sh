# What the fault scripts share; to be sourced by bash, from the scripts' own folder.

distill=$PWD/../../distill
java=$("$distill" --print-jdk)/bin/java
provider_port=18421
proxy_port=18422
url=http://127.0.0.1:$proxy_port
children=()

end_children() {
    local child
    for child in "${children[@]}"; do kill -9 "$child" 2>/dev/null || true; done
}
trap end_children EXIT

fail() {
    echo "$*" >&2
    exit 1
}

# await FILE TEXT PROCESS: waits until the text stands in the file, which the process writes.
await() {
    until grep -q "$2" "$1" 2>/dev/null; do
        kill -0 "$3" 2>/dev/null || fail "it ended before it said '$2': $(tail -n 5 "$1")"
        sleep 0.1
    done
}

start_provider() {
    "$java" -Xmx512m Provider.java "$provider_port" >work/provider.txt 2>&1 &
    children+=("$!")
    await work/provider.txt listening "$!"
}

# start_proxy HOME [COMMAND...]: serves proxy.yaml, perhaps by another command; its process is $proxy.
start_proxy() {
    local home=$1
    shift
    "$@" "$distill" proxy proxy.yaml --home "$home" >work/proxy.txt 2>&1 &
    proxy=$!
    children+=("$proxy")
    await work/proxy.txt listening "$proxy"
}

# ask [HEADER...]: a plain request; prints the status.
ask() {
    local headers=()
    for header in "$@"; do headers+=(-H "$header"); done
    curl -s -o work/answer.json -w '%{http_code}' --max-time 30 "${headers[@]}" \
        -H 'content-type: application/json' "$url/v1/chat/completions" \
        -d '{"model":"chat","max_tokens":50,"messages":[{"role":"user","content":"hi '$RANDOM$RANDOM'"}]}'
}

# healthy: is it ready, and does it answer?
healthy() {
    local ready
    ready=$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$url/readyz")
    [ "$ready" = 200 ] || fail "readyz says $ready"
    [ "$(ask)" = 200 ] || fail "a plain request fails: $(cat work/answer.json)"
}

# reserved: is nothing reserved in any budget within ten seconds?
nothing_reserved() {
    local budgets=
    for _ in $(seq 50); do
        budgets=$(curl -s "$url/admin/budgets")
        grep -q '"reserved_usd":[^,}]*[1-9]' <<<"$budgets" || return 0
        sleep 0.2
    done
    fail "still reserved: $budgets"
}

# rows HOME TABLE [CONDITION]: how many rows there are, once the proxy has stopped.
rows() {
    sqlite3 "$1"/*.db "SELECT COUNT(*) FROM $2 WHERE ${3:-1}"
}

stop_proxy() {
    kill "$proxy"
    wait "$proxy" 2>/dev/null || true
}
