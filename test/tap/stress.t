#!/usr/bin/env bash
# Clients that press the extension hard, from outside: each program in test/stress is a subtest.
source "$(dirname "$0")/tap.sh"

programs=$root/build/stress
pg_config=${PG_CONFIG:-pg_config}
database=stress

# Compile a program of test/stress, unless it is newer than its sources
build_program() {
    local source=$1 program=$2 part
    for part in "$source" "$root"/test/stress/*.h; do
        if [[ ! -x $program || $part -nt $program ]]; then
            g++ -std=c++20 -O1 -Wall -Wextra -Werror -pthread -I"$("$pg_config" --includedir)" "$source" -o "$program" \
                -L"$("$pg_config" --libdir)" -lpq
            return
        fi
    done
}

# Run a program as a subtest
run_program() {
    echo "# Subtest: $1"
    local said=$work/stress_$1
    { build_program "$root/test/stress/$1.cpp" "$programs/$1" && PGDATABASE=$database "$programs/$1"; } 2>&1 | tee "$said" | sed 's/^/    /'
    ok $? "$1"
    if grep -q '^not ok' "$said"; then grep -A 20 '^not ok' "$said" | cut -c 1-1000 | sed 's/^/# /'; fi   # where prove shows it
}

# Backends that crash leave words in the server's log, which lies beside its data
check_log() {
    local claim="no backend has crashed, says the server's log"
    if [[ -r $log ]]; then
        is "$(grep -E 'PANIC|TRAP:|terminated by signal' "$log")" '' "$claim"
    else
        skip "$claim" 'there is no log to read'
    fi
}

mkdir -p "$programs"
log=$(sql postgres 'SHOW data_directory')/../log   # asked now: after a crash there may be nobody to ask
new_database "$database"
sql "$database" 'CREATE EXTENSION customer_value'
for source in "$root"/test/stress/*.cpp; do run_program "$(basename "$source" .cpp)"; done
check_log
dropdb --force "$database" 2>/dev/null
done_testing
