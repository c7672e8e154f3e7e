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

# What the catalogue says of the extension, in an order that does not depend on oids or history
describe_extension() {
    sql "$1" "
        SELECT pg_describe_object(classid, objid, 0), obj_description(objid, classid::regclass::name),
               CASE classid WHEN 'pg_proc'::regclass THEN (SELECT format('%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s', prosrc, probin, provolatile, proisstrict, proparallel, prosecdef, procost, proargnames, proargdefaults IS NULL, pg_get_function_result(oid), prokind, pg_get_function_sqlbody(oid)) FROM pg_proc WHERE oid = objid)
                            WHEN 'pg_type'::regclass THEN (SELECT format('%s|%s|%s|%s|%s|%s|%s', typlen, typalign, typstorage, typinput, typoutput, typreceive, typsend) FROM pg_type WHERE oid = objid)
                            WHEN 'pg_operator'::regclass THEN (SELECT format('%s|%s', oprcode, oprcom::regoperator) FROM pg_operator WHERE oid = objid) END,
               (SELECT format('%s|%s|%s|%s|%s|%s|%s|%s', aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn, aggmfinalfn, agginitval, aggminitval) FROM pg_aggregate WHERE classid = 'pg_proc'::regclass AND aggfnoid = objid)
        FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'customer_value')
        ORDER BY 1"
}
