#!/usr/bin/env bash
# Stored states survive dump and restore, binary COPY, other encodings, and compression. The states are those that the
# regression tests met (matrix.states of the regression database).
source "$(dirname "$0")/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
source_database=contrib_regression
types=$(sql $source_database 'SELECT DISTINCT type FROM matrix.states ORDER BY 1')
[[ $(wc -w <<<"$types") -ge 5 ]]
ok $? 'there are states of every type to test with'

new_database states_source
sql states_source 'CREATE EXTENSION customer_value'
for type in $types; do
    sql states_source "CREATE TABLE stored_$type (id serial PRIMARY KEY, state $type NOT NULL)"
    sql $source_database "COPY (SELECT state FROM matrix.states WHERE type = '$type'::regtype ORDER BY call) TO STDOUT" |
        psql -Xq -d states_source -c "COPY stored_$type (state) FROM STDIN"
    [[ $(sql states_source "SELECT count(*) > 0 FROM stored_$type") == t ]]
    ok $? "$type: states are stored"
done

pg_dump -Fc -d states_source -f "$folder/dump"
ok $? 'pg_dump'
new_database states_restored
pg_restore -d states_restored "$folder/dump"
ok $? 'pg_restore'

for type in $types; do
    before=$(sql states_source "SELECT id, state FROM stored_$type ORDER BY id")
    is "$(sql states_restored "SELECT id, state FROM stored_$type ORDER BY id")" "$before" "$type: dump and restore"
    psql -Xq -d states_source -c "\copy stored_$type to '$folder/$type' with (format binary)"
    sql states_restored "TRUNCATE stored_$type"
    psql -Xq -d states_restored -c "\copy stored_$type from '$folder/$type' with (format binary)"
    is "$(sql states_restored "SELECT id, state FROM stored_$type ORDER BY id")" "$before" "$type: binary COPY out and in"
    [[ $type == sale_history ]] ||   # which is one customer's: there is nothing to merge
        is "$(sql states_restored "SELECT rollup(state) IS NOT NULL, count(*) > 0 FROM (SELECT state FROM stored_$type LIMIT 1) AS s")" 't|t' "$type: a restored state can be merged"
done

# text inside a state, in another encoding
new_database states_latin1 -T template0 -E LATIN1 --locale=C
sql states_latin1 "CREATE EXTENSION customer_value; CREATE TABLE stored AS SELECT order_agg(1.50, 'Commande n° ' || n) || order_agg(1, '') AS orders, revenue_agg(1, '£') AS revenue FROM generate_series(1, 2) AS n"
PGCLIENTENCODING=UTF8 pg_dump -E UTF8 -d states_latin1 -f "$folder/latin1.sql"
new_database states_utf8 -T template0 -E UTF8 --locale=C.UTF-8
psql -Xq -v ON_ERROR_STOP=1 -d states_utf8 -f "$folder/latin1.sql" >"$folder/log" 2>&1
ok $? 'a dump of a LATIN1 database goes into a UTF8 database'
is "$(PGCLIENTENCODING=UTF8 sql states_utf8 'SELECT orders, revenue FROM stored')" "$(PGCLIENTENCODING=UTF8 sql states_latin1 'SELECT orders, revenue FROM stored')" 'text keys and currencies are converted'
psql -Xq -d states_latin1 -c "\copy stored to '$folder/latin1' with (format binary)"
answer=$(psql -Xq -d states_utf8 -c "\copy stored from '$folder/latin1' with (format binary)" 2>&1)
[[ $answer == *'not valid in encoding UTF8'* ]]
ok $? 'binary states with text of another encoding are refused'

done_testing
