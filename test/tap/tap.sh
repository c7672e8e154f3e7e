# shellcheck shell=bash
# What the server-level tests share: TAP lines, and databases on the private server that script/test has started
# (PGHOST, PGPORT, PGUSER lead to it; the extension is built in $build and installed in $stage, and $work is for files of a test).
set -uo pipefail

: "${build?}" "${stage?}" "${work?}"   # script/test sets them; stage is empty for a server with folders of its own
export root
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PGCLIENTENCODING=UTF8 PGOPTIONS="-c client_min_messages=warning"
number=0
failures=0

# ok STATUS NAME: one TAP line
ok() {
    number=$((number + 1))
    if [[ $1 -eq 0 ]]; then
        printf 'ok %d - %s\n' "$number" "$2"
    else
        failures=$((failures + 1))
        printf 'not ok %d - %s\n' "$number" "$2"
    fi
}

# is GOT EXPECTED NAME
is() {
    [[ $1 == "$2" ]]
    ok $? "$3"
    [[ $1 == "$2" ]] || diff <(printf '%s\n' "$2") <(printf '%s\n' "$1") | sed 's/^/# /'
}

skip() {
    number=$((number + 1))
    printf 'ok %d - %s # SKIP %s\n' "$number" "$1" "$2"
}

done_testing() {
    printf '1..%d\n' "$number"
    exit $((failures > 0))
}

# sql DATABASE [QUERY]: answers of a query, or of what comes on standard input, without decoration
sql() {
    if (($# > 1)); then
        psql -XqAt -v ON_ERROR_STOP=1 -d "$1" -c "$2" 2>&1
    else
        psql -XqAt -v ON_ERROR_STOP=1 -d "$1" -f - 2>&1
    fi
}

# new_database NAME [OPTION...]: an empty database, in place of an old one
new_database() {
    dropdb --if-exists "$1" 2>/dev/null
    createdb "${@:2}" "$1"
}

# decoys SCHEMA: what a user may have put there, so that it is called instead of what the extension means: it fits better than operators
# and functions of PostgreSQL
decoys() {
    local types operator function trap="RETURNS %s LANGUAGE plpgsql AS \$\$BEGIN RAISE EXCEPTION 'trapped'; END\$\$;"
    for types in 'int,numeric' 'numeric,int' 'numeric,numeric' 'bigint,numeric' 'numeric,bigint'; do
        echo "CREATE FUNCTION $1.evil(${types/,/, }) ${trap/\%s/numeric}"
        for operator in + - '*' /; do echo "CREATE OPERATOR $1.$operator (LEFTARG = ${types%,*}, RIGHTARG = ${types#*,}, FUNCTION = $1.evil);"; done
    done
    for function in 'checked_argument(text, numeric)' 'trim_scale(numeric)'; do echo "CREATE FUNCTION $1.$function ${trap/\%s/numeric}"; done
    for function in 'format(text, VARIADIC text[])' 'unnest(text[])' 'array_agg(text)' 'array_position(text[], text)' 'jsonb_build_object(VARIADIC text[])' 'string_agg(text, text, text)' \
        'quality_query(text, jsonb, text)' 'is_known_status(varchar)'; do
        echo "CREATE FUNCTION $1.$function ${trap/\%s/text}"
    done
}

# trapped DATABASE SCHEMA: which functions of the extension call what is neither of the extension nor of pg_catalog
trapped() {
    sql "$1" "SELECT DISTINCT f.proname || ' uses ' || pg_describe_object(d.refclassid, d.refobjid, 0) FROM pg_proc AS f JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'n'
        WHERE f.pronamespace = '$2'::regnamespace AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
            AND EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.oid AND e.deptype = 'e')
            AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e')"
}
