#!/usr/bin/env bash
# Data quality of foreign tables, for users who are no superusers, as a job of psql, and after dump and restore.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

findings="SELECT check_name, severity, row_count, sample FROM tools.data_quality('orders', 'customer', 'day', 'amount', 'order_id', 'status', as_of => '2024-03-20') WHERE row_count > 0"
expected='stale_source|error|4|{2024-03-07}
null_customer|warning|1|{4}
orphan_refund|error|1|{3}
unknown_status|error|1|{odd}'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

new_database quality_source
sql quality_source "
    CREATE SCHEMA tools; CREATE EXTENSION customer_value SCHEMA tools;
    CREATE TABLE orders (customer text, day date, amount numeric, order_id bigint, status text);
    INSERT INTO orders VALUES ('a', '2024-03-01', 10, 1, 'paid'), ('b', '2024-03-02', 10, 2, 'odd'), ('c', '2024-03-03', -1, 3, 'refunded'), (NULL, '2024-03-07', 5, 4, 'paid');
    CREATE VIEW findings AS $findings"
is "$(sql quality_source "$findings")" "$expected" 'in a schema that is not on the search_path'

new_database quality_foreign
sql quality_foreign "
    CREATE SCHEMA tools; CREATE EXTENSION customer_value SCHEMA tools; CREATE EXTENSION postgres_fdw;
    CREATE SERVER source FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$PGHOST', port '${PGPORT:-5432}', dbname 'quality_source');
    CREATE USER MAPPING FOR CURRENT_USER SERVER source;
    IMPORT FOREIGN SCHEMA public LIMIT TO (orders) FROM SERVER source INTO public"
is "$(sql quality_foreign "$findings")" "$expected" 'of a foreign table'

pg_dump -Fc -d quality_source -f "$folder/dump"
new_database quality_restored
pg_restore -d quality_restored "$folder/dump"
ok $? 'a view of findings is dumped and restored'
is "$(sql quality_restored 'TABLE findings')" "$expected" 'and finds the same'

job() { psql -Xq -v ON_ERROR_STOP=1 -d quality_source "$@" >"$folder/output" 2>&1; }
job -c "SELECT tools.assert_quality('orders', 'customer', 'day', 'amount', 'order_id', 'status', as_of => '2024-03-20')"
is "$? $(grep -c '^ERROR:  public.orders fails 3 checks of data quality' "$folder/output")" '1 1' 'a job fails'
job -f - <<<"SELECT tools.assert_quality('orders', 'customer')"
is $? 0 'and passes'

# a collation that takes upper and lower case for the same
if psql -Xq -d quality_source -c "CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)" 2>/dev/null; then
    sql quality_source "CREATE TABLE cases (order_id text COLLATE anycase, currency text COLLATE anycase, amount int); INSERT INTO cases VALUES ('a', 'eur', 5), ('A', 'EUR', -5), ('a', 'eur', 6)"
    is "$(sql quality_source "SELECT check_name, row_count, sample FROM tools.data_quality('cases', order_id => 'order_id', currency => 'currency', amount => 'amount') WHERE row_count > 0")" \
       $'several_lines|2|{a}\norphan_refund|1|{A}\nmixed_currencies|1|{EUR,eur}' 'text is compared byte by byte, whatever its collation'
else
    skip 'text is compared byte by byte' 'this PostgreSQL has no ICU'
fi

# an owner who is no superuser, and a reader with a policy
sql quality_source "DROP ROLE IF EXISTS quality_owner, quality_reader" >/dev/null
sql quality_source "
    CREATE ROLE quality_owner LOGIN; CREATE ROLE quality_reader LOGIN; GRANT USAGE ON SCHEMA tools TO quality_owner, quality_reader;
    ALTER TABLE orders OWNER TO quality_owner; ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY half ON orders FOR SELECT TO quality_reader USING (order_id < 3)"
is "$(PGUSER=quality_owner sql quality_source "$findings")" "$expected" 'for its owner'
[[ $(PGUSER=quality_reader sql quality_source "$findings") == *'permission denied for table orders'* ]]
ok $? 'not for who may not read it'
sql quality_source 'GRANT SELECT ON orders TO quality_reader'
is "$(PGUSER=quality_reader sql quality_source "$findings")" $'stale_source|error|2|{2024-03-02}\nunknown_status|error|1|{odd}' 'rows that a policy hides are in no check'
sql quality_source 'ALTER TABLE orders OWNER TO CURRENT_USER; DROP OWNED BY quality_owner, quality_reader; DROP ROLE quality_owner, quality_reader'

done_testing
