#!/usr/bin/env bash
# Installed and upgraded are the same, from every released version on; released scripts and C symbols are for ever.
source "$(dirname "$0")/tap.sh"

extension_dir=$stage$("$PG_CONFIG" --sharedir)/extension
library=$stage$("$PG_CONFIG" --pkglibdir)/customer_value.so
current=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$root/customer_value.control")
trap 'rm -f "$extension_dir"/customer_value--*test*.sql' EXIT

# installed VERSION: the catalogue after CREATE EXTENSION of that version
installed() {
    new_database upgrade_fresh
    sql upgrade_fresh "CREATE EXTENSION customer_value VERSION '$1'"
    describe_extension upgrade_fresh
}
# upgraded FROM TO
upgraded() {
    new_database upgrade_old
    sql upgrade_old "CREATE EXTENSION customer_value VERSION '$1'"
    sql upgrade_old "ALTER EXTENSION customer_value UPDATE TO '$2'"
    describe_extension upgrade_old
}

fresh=$(installed "$current")
is "$(sql upgrade_fresh "SELECT extversion FROM pg_extension WHERE extname = 'customer_value'")" "$current" "a plain install has version $current"
[[ $(wc -l <<<"$fresh") -gt 300 ]]
ok $? 'the catalogue of an install is not empty'

# released versions: their scripts are kept as they were
for script in "$root"/src/sql/released/customer_value--*.sql; do
    version=${script##*customer_value--}
    version=${version%.sql}
    if [[ $version == "$current" ]]; then
        cmp -s "$script" "$extension_dir/customer_value--$current.sql"
        ok $? "version $version is released: the script that is built is the one that was released (otherwise: a new default_version)"
    else
        cp "$script" "$extension_dir/"
        is "$(upgraded "$version" "$current")" "$fresh" "an upgrade from $version gives what an install gives"
    fi
    missing=$(sed -n "s/.*'MODULE_PATHNAME', '\(customer_value_[a-z0-9_]*\)'.*/\1/p" "$script" | sort -u | comm -23 - <(nm -D --defined-only "$library" | awk '{print $3}' | sort -u))
    is "$missing" '' "the library still has every C symbol of version $version"
done

# a mart that version 0.5.0 has made: it gets what is new, and shows what one made afresh does
new_database upgrade_mart
sql upgrade_mart >/dev/null <<'SQL'
CREATE EXTENSION customer_value VERSION '0.5.0';
CREATE TABLE lines AS SELECT i AS id, i * i % 7 AS customer, date '2024-01-01' + i AS day, (i * 11 % 40 - 5)::numeric AS amount, 'p' || i % 5 AS product, 'g' || i % 2 AS relation FROM generate_series(1, 200) AS i;
CREATE TABLE answers AS SELECT date '2024-01-01' + 2 * i AS day, i % 11 AS score FROM generate_series(1, 100) AS i;
CREATE TABLE spent AS SELECT date '2024-01-01' + 3 * i AS day, i AS cost, 'acquisition' AS kind, 'm' || i % 2 AS method, 2 * i AS gain FROM generate_series(1, 60) AS i;
CREATE TABLE contracts AS SELECT i AS customer, date '2024-01-01' + 9 * i AS starts, 10 AS amount, interval '1 month' AS every FROM generate_series(1, 20) AS i;
CREATE FUNCTION make(mart name) RETURNS void LANGUAGE sql AS $$
    SELECT create_mart(mart, 'lines', 'customer', 'day', 'amount', product => 'product', price => 'amount', relation => 'relation', survey => '{"table": "answers", "answered_at": "day", "score": "score"}',
        costs => '{"table": "spent", "spent_at": "day", "amount": "cost", "kind": "kind", "method": "method", "gain": "gain"}', subscriptions => '{"table": "contracts", "customer": "customer", "starts_at": "starts", "amount": "amount", "every": "every"}')
$$;
-- views, their columns and comments, and what they show
CREATE FUNCTION shown(mart name) RETURNS TABLE (view name, content text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = mart AND viewname <> 'data_quality' ORDER BY viewname LOOP
        EXECUTE format('SELECT md5(string_agg(row::text, '';'' ORDER BY row::text)) FROM %I.%I AS row', mart, view) INTO content;
        RETURN NEXT;
        SELECT string_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)), ', ' ORDER BY attnum) INTO content FROM pg_attribute WHERE attrelid = format('%I.%I', mart, view)::regclass AND attnum > 0;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT make('kept');
CALL refresh_mart('kept');
CREATE ROLE upgrade_reader;
GRANT SELECT ON kept.nps TO upgrade_reader;
SQL
sql upgrade_mart "ALTER EXTENSION customer_value UPDATE TO '$current'"
for change in 'SELECT' "INSERT INTO lines VALUES (201, 3, '2024-07-20', 30, 'p9', 'g1')" "UPDATE lines SET product = 'p9' WHERE id = 200" "DELETE FROM lines WHERE id = 3"; do
    is "$(sql upgrade_mart <<SQL
SET client_min_messages = warning;
$change;
CALL refresh_mart('kept');
SELECT FROM make('fresh');
CALL refresh_mart('fresh');
SELECT 'in one only: ' || view FROM ((SELECT * FROM shown('kept') EXCEPT SELECT * FROM shown('fresh')) UNION (SELECT * FROM shown('fresh') EXCEPT SELECT * FROM shown('kept'))) AS one;
SELECT count(*) FROM shown('fresh');
SELECT FROM drop_mart('fresh');
SQL
    )" 34 "a mart of 0.5.0 after the upgrade: ${change%% *}"
done
is "$(sql upgrade_mart "SELECT has_table_privilege('upgrade_reader', 'kept.nps', 'SELECT')")" t 'grants are as they were'
is "$(sql upgrade_mart "SELECT FROM drop_mart('kept')" && sql upgrade_mart "SELECT count(*) FROM pg_namespace WHERE nspname = 'kept'")" 0 'and it can be dropped'
sql upgrade_mart 'DROP OWNED BY upgrade_reader; DROP ROLE upgrade_reader'

# the test itself: a made-up next version, once with a matching upgrade and once with one that forgets something
object="CREATE FUNCTION added() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 1; COMMENT ON FUNCTION added() IS 'made up by a test';"
{ cat "$extension_dir/customer_value--$current.sql"; echo "$object"; } >"$extension_dir/customer_value--9.test.sql"
echo "$object" >"$extension_dir/customer_value--$current--9.test.sql"
next=$(installed 9.test)
is "$(upgraded "$current" 9.test)" "$next" 'a right upgrade to a made-up next version is seen to be right'
echo "${object%%COMMENT*}" >"$extension_dir/customer_value--$current--9.test.sql"
[[ $(upgraded "$current" 9.test) != "$next" ]]
ok $? 'an upgrade that forgets a comment is seen to be wrong'
echo 'SELECT 1;' >"$extension_dir/customer_value--$current--9.test.sql"
[[ $(upgraded "$current" 9.test) != "$next" ]]
ok $? 'an upgrade that forgets an object is seen to be wrong'

done_testing
