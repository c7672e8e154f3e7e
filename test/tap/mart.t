#!/usr/bin/env bash
# The mart on a server: refreshes that end in the middle, roles and row-level security, hostile neighbours, dump and restore, kinds of sources.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

databases=(mart mart_roles mart_trap mart_dumped mart_restored mart_sources mart_virtual)
roles=(mart_analyst '"Mart Owner"' mart_writer mart_reader mallory '"Mallory"')
clean_up() {
    for database in "${databases[@]}"; do dropdb --if-exists "$database"; done
    for role in "${roles[@]}"; do psql -Xqc "DROP ROLE IF EXISTS $role"; done
} 2>/dev/null

# new_shop DATABASE: orders of half a year, and what compares marts
new_shop() {
    new_database "$1"
    sql "$1" <<'SQL'
CREATE EXTENSION customer_value;
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, day date, amount numeric(12,2), category text);
INSERT INTO orders SELECT i, 1 + i * i % 41 % 23, date '2024-01-01' + (i * 37) % 182, 1 + i * 7 % 50, 'c' || i % 2 FROM generate_series(1, 300) AS i;
ANALYZE orders;
CREATE SCHEMA helper;
GRANT USAGE ON SCHEMA helper TO PUBLIC;
-- what each view shows, as one text
CREATE FUNCTION helper.shown(mart name) RETURNS TABLE (view name, content text) LANGUAGE plpgsql STABLE AS $$
BEGIN
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = mart AND viewname NOT IN ('data_quality', 'refreshes') AND viewname !~ '^source_' ORDER BY viewname LOOP
        EXECUTE format('SELECT coalesce(md5(string_agg(row::text, '';'' ORDER BY row::text)), ''no row'') FROM %I.%I AS row', mart, view) INTO content;
        RETURN NEXT;
    END LOOP;
END $$;
CREATE FUNCTION helper.noted(mart name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    months text;
BEGIN
    EXECUTE format($sql$ SELECT string_agg(DISTINCT coalesce(to_char(month, 'YYYY-MM'), 'all'), ' ') FROM %I.changes $sql$, mart) INTO months;
    RETURN coalesce(months, 'nothing');
END $$;
-- which views of a mart differ from those of one made afresh of the same
CREATE PROCEDURE helper.compare(mart name, orders regclass, customer text DEFAULT 'customer', category text DEFAULT 'category') LANGUAGE plpgsql AS $$
DECLARE
    views text;
BEGIN
    PERFORM create_mart('fresh', orders, customer, 'day', 'amount', category => category, horizon => 2, triggers => false);
    CALL refresh_mart('fresh');
    SELECT string_agg(view, ' ') INTO views FROM (SELECT * FROM helper.shown(mart) EXCEPT SELECT * FROM helper.shown('fresh')) AS other;
    PERFORM drop_mart('fresh');
    RAISE WARNING '%', coalesce('not as made afresh: ' || views, 'as made afresh');
END $$;
SQL
}
# create DATABASE MART [ORDERS [MORE ARGUMENTS]]
create() { sql "$1" "SELECT create_mart('$2', '${3:-orders}', 'customer', 'day', 'amount', horizon => 2, category => ${4:-'category'})"; }
# compared DATABASE MART [ORDERS]: the mart as it is, and after a refresh
compared() { sql "$1" "CALL helper.compare('$2', '${3:-orders}')" | sed 's/.*WARNING:  //'; }
settled() { sql "$1" "CALL refresh_mart('$2')" && compared "$@"; }

# run DATABASE [QUERY]: what must succeed and is no test of its own
run() {
    local answer
    answer=$(sql "$@") || is "$answer" '' "$*"
}
# lines of an answer without where they come from
errors() { sed -n 's/^\(psql:[^ ]* \)\?\(ERROR\|WARNING\|DETAIL\|HINT\): */\2: /p'; }
clean_up

# --- refreshes that end in the middle
# prepare_accidents DATABASE: each phase of a refresh of mart kept does what the table accident says, to its own session
prepare_accidents() {
    sql "$1" <<'SQL'
CREATE TABLE accident (phase text, command text);
CREATE TABLE before AS SELECT * FROM helper.shown('kept');
CREATE FUNCTION accident() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    command text := (SELECT command FROM public.accident WHERE phase = TG_NAME);
BEGIN
    EXECUTE coalesce(replace(command, '{pid}', pg_catalog.pg_backend_pid()::text), 'SELECT');
    RETURN NEW;
END $$;
CREATE TRIGGER at_its_beginning AFTER INSERT ON kept.refresh_log EXECUTE FUNCTION accident();
CREATE TRIGGER while_it_reads_a_later_part BEFORE INSERT ON kept.stored_ledgers FOR EACH ROW WHEN (NEW.month = '2024-04-01') EXECUTE FUNCTION accident();
CREATE TRIGGER while_it_publishes BEFORE DELETE ON kept.stored_lifecycle EXECUTE FUNCTION accident();
CREATE TRIGGER at_its_end AFTER UPDATE ON kept.refresh_log FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION accident();
CREATE CONSTRAINT TRIGGER at_its_commit AFTER UPDATE ON kept.refresh_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION accident();
UPDATE pg_class SET reltuples = 1e8 WHERE oid = 'orders'::regclass;   -- each month is a part of its own
SQL
}
# has_accident DATABASE PHASE COMMAND ERROR NAME: all months have changed; views stay as they were, and the next refresh is exact
has_accident() {
    local phase=${2// /_} error
    run "$1" "UPDATE orders SET amount = amount + 1; TRUNCATE before; INSERT INTO before SELECT * FROM helper.shown('kept'); INSERT INTO accident VALUES ('$phase', \$command\$$3\$command\$)"
    error=$(PGOPTIONS="$PGOPTIONS -c statement_timeout=3s" sql "$1" "CALL refresh_mart('kept')" | sed -n 1p)
    for _ in {1..600}; do sql "$1" 'TRUNCATE accident' >/dev/null && break; sleep 0.1; done   # the server may be starting
    is "$error" "$4" "$5 $2 of a refresh ends it"
    is "$(sql "$1" "SELECT view FROM helper.shown('kept') EXCEPT SELECT view FROM before JOIN helper.shown('kept') USING (view, content)")" '' 'nothing that is shown has changed'
    is "$(settled "$1" kept)" 'as made afresh' 'and the next refresh is exact'
}
new_shop mart
is "$(create mart kept && settled mart kept)" $'\nas made afresh' 'a mart is as made afresh'
prepare_accidents mart
for phase in 'at its beginning' 'while it reads a later part' 'while it publishes' 'at its end' 'at its commit'; do
    has_accident mart "$phase" 'SELECT pg_terminate_backend({pid})' 'FATAL:  terminating connection due to administrator command' 'pg_terminate_backend'
done
has_accident mart 'while it reads a later part' 'SELECT pg_sleep(60)' 'ERROR:  canceling statement due to statement timeout' 'statement_timeout'
has_accident mart 'while it publishes' 'SELECT pg_cancel_backend({pid}), pg_sleep(60)' 'ERROR:  canceling statement due to user request' 'pg_cancel_backend'
is "$(sql mart "SELECT string_agg(state, ' ' ORDER BY run) FROM kept.refresh_log")" \
   'done done failed done failed done failed done failed done failed done failed done' 'refresh_log says which refreshes failed; one that had hardly begun is not in it'

# what a refresh in parts has left is not shown by one that reads all at once, nor by the next
run mart "INSERT INTO accident VALUES ('while_it_reads_a_later_part', 'SELECT 1 / 0'); UPDATE orders SET amount = amount + 1"
is "$(sql mart "CALL refresh_mart('kept')" | sed -n 1p)" 'ERROR:  division by zero' 'a refresh fails after three of its parts'
run mart "TRUNCATE accident; UPDATE pg_class SET reltuples = 300 WHERE oid = 'orders'::regclass; TRUNCATE kept.changes; INSERT INTO kept.changes VALUES (NULL)"
is "$(settled mart kept)" 'as made afresh' 'the next one reads all at once'
run mart "INSERT INTO orders VALUES (9001, 3, '2024-06-20', 12, 'c1')"
is "$(settled mart kept)" 'as made afresh' 'and after it one month'

# on a server of its own: killing a session ends all others, and the log of the server that the tests share must know no crash
with_own_server() (
    installed=$stage options=$PGOPTIONS
    # shellcheck source=script/lib.sh
    source "$root/script/lib.sh"
    open_work_dir
    stage=$installed
    export PGOPTIONS=$options
    start_cluster synchronous_commit=on wal_level=logical 2>"$work/messages" || cat "$work/messages"
    "$@"
)
killed() {
    new_shop killed
    is "$(create killed kept && settled killed kept)" $'\nas made afresh' 'a mart on a server of its own'
    prepare_accidents killed
    has_accident killed 'while it reads a later part' "COPY (SELECT) TO PROGRAM 'kill -9 {pid}'" 'server closed the connection unexpectedly' 'kill -9'
    has_accident killed 'while it publishes' "COPY (SELECT) TO PROGRAM 'kill -9 {pid}'" 'server closed the connection unexpectedly' 'kill -9'
    has_accident killed 'at its commit' "COPY (SELECT) TO PROGRAM 'kill -9 {pid}'" 'server closed the connection unexpectedly' 'kill -9'
    sql killed 'ALTER TABLE orders SET UNLOGGED' >/dev/null
    is "$(settled killed kept)" 'as made afresh' 'a mart of UNLOGGED orders'
    run_server_command pg_ctl -D "$server_data" -m immediate -w restart -l "$work/server/log" >/dev/null
    is "$(sql killed 'SELECT count(*) FROM orders; SELECT count(*) > 0 FROM kept.customers')" $'0\nt' 'a crash empties the orders and leaves the mart'
    is "$(PGOPTIONS='-c client_min_messages=notice' sql killed "CALL refresh_mart('kept')")" 'NOTICE:  public.orders is UNLOGGED, and may have been emptied by a crash: all months of the mart "kept" are read' 'the next refresh finds out'
    is "$(compared killed kept)" 'as made afresh' 'and the mart is as empty as the orders'
}
# replicate STATEMENT: run it where the orders come from, and wait until it has arrived
replicate() {
    local rows='SELECT count(*), sum(id), max(day) FROM orders'
    run source "$1"
    for _ in {1..600}; do [[ $(sql source "$rows") != "$(sql replica "$rows")" ]] || return; sleep 0.05; done
}
replicated() {
    new_shop source
    run source 'ALTER TABLE orders REPLICA IDENTITY FULL; CREATE PUBLICATION shop FOR TABLE orders'
    run source 'SELECT FROM pg_create_logical_replication_slot($$shop$$, $$pgoutput$$)'
    new_shop replica
    run replica 'TRUNCATE orders; INSERT INTO orders SELECT i, 1 + i * i % 41 % 23, date $$2024-01-01$$ + (i * 37) % 182, 1 + i * 7 % 50, $$c$$ || i % 2 FROM generate_series(1, 300) AS i'
    is "$(create replica kept && settled replica kept)" $'\nas made afresh' 'a mart of orders that a subscription will write'
    run replica "CREATE SUBSCRIPTION shop CONNECTION 'host=$PGHOST port=$PGPORT dbname=source user=$PGUSER' PUBLICATION shop WITH (create_slot = false, slot_name = 'shop', copy_data = false)"
    is "$(settled replica kept; sql replica "SELECT helper.noted('kept')")" $'as made afresh\nnothing' 'which changes nothing'
    replicate "INSERT INTO orders SELECT 1000 + i, i, '2024-02-10', 7, 'c1' FROM generate_series(1, 50) AS i"
    is "$(sql replica "SELECT helper.noted('kept'), count(*) FROM kept.changes")" '2024-02|1' 'a month is noted once, however many rows arrive'
    replicate "BEGIN; UPDATE orders SET day = '2024-05-05' WHERE id = 1001; DELETE FROM orders WHERE day >= '2024-06-01'; COMMIT"
    is "$(sql replica "SELECT helper.noted('kept')"; settled replica kept)" $'2024-02 2024-05 2024-06\nas made afresh' 'and those of rows that are changed and deleted'
    replicate 'TRUNCATE orders'
    is "$(sql replica "SELECT helper.noted('kept')"; settled replica kept; sql replica 'SELECT count(*) FROM kept.revenue')" $'all\nas made afresh\n0' 'and all where they are emptied'
    # who does not own the orders has no trigger for what a subscription writes
    run replica 'CREATE ROLE mart_follower LOGIN; GRANT CREATE ON DATABASE replica TO mart_follower; GRANT SELECT, TRIGGER ON orders TO mart_follower'
    replicate "INSERT INTO orders SELECT i, 1 + i * i % 41 % 23, date '2024-01-01' + (i * 37) % 182, 1 + i * 7 % 50, 'c' || i % 2 FROM generate_series(1, 300) AS i"
    follower create replica followed >/dev/null
    is "$(follower settled replica followed)" $'WARNING:  triggers of the mart "followed" on public.orders are disabled or gone: all months are read\nas made afresh' 'a mart of who does not own the orders reads all while a subscription writes them'
    replicate "INSERT INTO orders VALUES (2001, 3, '2024-03-10', 7, 'c1')"
    unsubscribe
    is "$(follower settled replica followed)" 'as made afresh' 'and once more when the table was taken out of the subscription'
    for database in source replica; do run "$database" "INSERT INTO orders VALUES (2002, 3, '2024-03-11', 7, 'c1')"; done
    is "$(follower settled replica followed; sql replica 'SELECT months_done FROM followed.refresh_log ORDER BY run DESC LIMIT 1')" $'as made afresh\n1' 'and then what has changed'
    run source 'ALTER PUBLICATION shop ADD TABLE orders'
    run replica 'ALTER SUBSCRIPTION shop REFRESH PUBLICATION WITH (copy_data = false)'
    follower settled replica followed >/dev/null
    replicate "INSERT INTO orders VALUES (2003, 3, '2024-04-10', 7, 'c1')"
    subscription_ends_between_parts
    is "$(follower settled replica followed)" 'as made afresh' 'a subscription that ends while a refresh reads: the next one reads what it had written by then'
    is "$(settled replica kept)" 'as made afresh' 'as does that of who owns the orders'
    return "$failures"
}
follower() { PGUSER=mart_follower "$@"; }
unsubscribe() {
    run source 'ALTER PUBLICATION shop DROP TABLE orders'
    run replica 'ALTER SUBSCRIPTION shop REFRESH PUBLICATION'
}
# a refresh in parts waits in April, when January has been read, and a row of January arrives before the subscription ends
subscription_ends_between_parts() {
    local gate
    run replica <<'SQL'
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_catalog.pg_advisory_xact_lock_shared(1); RETURN NEW; END$$;
CREATE TRIGGER in_april BEFORE INSERT ON followed.stored_ledgers FOR EACH ROW WHEN (NEW.month = '2024-04-01') EXECUTE FUNCTION gate();
ANALYZE orders;
UPDATE pg_class SET reltuples = 1e8 WHERE oid = 'orders'::regclass;
SQL
    exec {gate}> >(sql replica >/dev/null)
    echo 'SELECT FROM pg_advisory_lock(1);' >&"$gate"
    until [[ $(sql replica "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == 1 ]]; do sleep 0.05; done
    follower sql replica "CALL refresh_mart('followed')" >/dev/null &
    until [[ $(sql replica "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 1 ]]; do sleep 0.05; done
    replicate "INSERT INTO orders VALUES (2004, 3, '2024-01-10', 7, 'c1')"
    run replica 'DROP SUBSCRIPTION shop'
    echo 'SELECT FROM pg_advisory_unlock(1);' >&"$gate"
    wait $!
    exec {gate}>&-
}
own_server() { killed; replicated; }
output=$(number=0 failures=0; with_own_server own_server)
ok $? 'a session that is killed in the middle of a refresh, and orders that logical replication writes'
printf '# %s\n' "${output//$'\n'/$'\n# '}"

# --- rights
new_shop mart_roles
run mart_roles <<'SQL'
CREATE ROLE mart_analyst LOGIN; CREATE ROLE "Mart Owner" LOGIN; CREATE ROLE mart_writer LOGIN; CREATE ROLE mart_reader LOGIN; CREATE ROLE mallory LOGIN; CREATE ROLE "Mallory" LOGIN SUPERUSER;
GRANT CREATE ON DATABASE mart_roles TO mart_analyst, "Mart Owner", mallory;
CREATE TABLE customer (id bigint PRIMARY KEY);
INSERT INTO customer SELECT generate_series(1, 50);
ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customer ON DELETE CASCADE;
GRANT SELECT ON orders TO mart_analyst;
GRANT SELECT, TRIGGER ON orders TO "Mart Owner";
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON orders TO mart_writer;
GRANT SELECT, DELETE ON customer TO mart_writer;
SQL
analyst() { PGUSER=mart_analyst "$@"; }
owner() { PGUSER='Mart Owner' "$@"; }
writer() { PGUSER=mart_writer "$@"; }
hostile() { PGUSER=mallory "$@"; }

is "$(analyst sql mart_roles "SELECT create_mart('mine', 'orders', 'customer', 'day', 'amount', triggers => true)" | errors)" \
   $'ERROR: triggers cannot note the changes of public.orders\nHINT: Views and foreign tables, tables without the privilege TRIGGER, and those that can be written through a table above them, are refreshed by changed_at, or by period: triggers => false.' 'who may only read orders cannot have triggers on them'
is "$(analyst create mart_roles mine && analyst settled mart_roles mine)" $'\nas made afresh' 'but a mart of them'
is "$(sql mart_roles "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal")" 0 'without triggers'
run mart_roles "INSERT INTO orders VALUES (1001, 5, '2024-03-10', 100, 'c0')"
is "$(analyst sql mart_roles "CALL refresh_mart('mine', from_day => '2024-03-01', to_day => '2024-04-01')" && analyst compared mart_roles mine)" 'as made afresh' 'which is refreshed by period'
is "$(sql mart_roles 'SELECT rows_read FROM mine.refresh_log ORDER BY run DESC LIMIT 1')" "$(sql mart_roles "SELECT count(*) FROM orders WHERE date_trunc('month', day) = '2024-03-01'")" 'and reads no more than that'

is "$(owner create mart_roles kept && owner settled mart_roles kept)" $'\nas made afresh' 'a role of any name with SELECT and TRIGGER on a table of another makes a mart'
# noted_of WRITE MONTHS: a write by who has no right on the mart has its months noted
noted_of() {
    is "$(writer sql mart_roles <<<"$1")" '' "who has no right on the mart can write: ${1:0:50}"
    is "$(sql mart_roles "SELECT helper.noted('kept')")" "$2" "${1%% *} is noted"
    owner run mart_roles "CALL refresh_mart('kept')"
}
noted_of "INSERT INTO orders VALUES (1002, 6, '2024-02-10', 100, 'c0'), (1003, 7, '2024-02-11', 50, 'c1')" '2024-02'
noted_of $'COPY orders FROM STDIN;\n1004\t8\t2024-04-02\t5\tc1\n1005\t9\t2024-06-02\t5\tc1\n\\.' '2024-04 2024-06'
noted_of "INSERT INTO orders VALUES (1002, 6, '2024-05-10', 1, 'c0'), (1006, 9, '2024-03-05', 1, 'c1') ON CONFLICT (id) DO UPDATE SET day = excluded.day" '2024-02 2024-03 2024-05'
noted_of "UPDATE orders SET day = '2023-12-31' WHERE id = 1002" '2023-12 2024-05'
noted_of 'DELETE FROM orders WHERE id = 1002' '2023-12'
noted_of "MERGE INTO orders USING (VALUES (1003, date '2024-01-05'), (1004, NULL), (1007, '2024-06-06')) AS v (id, day) ON v.id = orders.id
    WHEN MATCHED AND v.day IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET day = v.day WHEN NOT MATCHED THEN INSERT VALUES (v.id, 5, v.day, 6, 'c1')" '2024-01 2024-02 2024-04 2024-06'
noted_of "WITH moved AS (DELETE FROM orders WHERE id = 1003 RETURNING *) INSERT INTO orders SELECT 1008, customer, '2024-03-03', amount FROM moved" '2024-01 2024-03'
noted_of "PREPARE p AS UPDATE orders SET day = NULL WHERE id = 1008; EXECUTE p" '2024-03'
run mart_roles "UPDATE orders SET day = '2024-04-04' WHERE customer = 5" && owner sql mart_roles "CALL refresh_mart('kept')"
noted_of 'DELETE FROM customer WHERE id = 5' '2024-04'
is "$(owner compared mart_roles kept)" 'as made afresh' 'and after all that the mart is exact'

run mart_roles 'GRANT USAGE ON SCHEMA kept TO mart_reader; GRANT SELECT ON kept.revenue, kept.customers TO mart_reader'
reader() { PGUSER=mart_reader sql mart_roles "$1" | sed '/^CONTEXT\|^SQL/d'; }
is "$(reader 'SELECT sum(revenue) = (SELECT sum(revenue) FROM kept.customers) FROM kept.revenue')" t 'who may read two views reads those'
is "$(reader 'SELECT count(*) FROM kept.growth')" 'ERROR:  permission denied for view growth' 'and no other'
is "$(reader 'SELECT count(*) FROM kept.stored_ledgers')" 'ERROR:  permission denied for table stored_ledgers' 'and no table behind them'
is "$(reader "CALL refresh_mart('kept')" | sed -n 1p)" 'ERROR:  the mart "kept" belongs to Mart Owner' 'refreshes nothing'

# --- row-level security
hidden=$'ERROR: row-level security hides rows of public.orders from Mart Owner\nDETAIL: A mart holds what its owner sees, and shows it to all who may read the mart.\nHINT: Make the mart as a role that sees all rows, or of a view that says which rows are meant.'
run mart_roles 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY odd ON orders TO "Mart Owner" USING (id % 2 = 1); CREATE POLICY writing ON orders TO mart_writer USING (true)'
is "$(owner create mart_roles part | errors)" "$hidden" 'a role that row-level security hides rows from makes no mart'
is "$(owner sql mart_roles "CALL refresh_mart('kept')" | errors)" "$hidden" 'and refreshes none'
is "$(writer sql mart_roles "INSERT INTO orders VALUES (1010, 6, '2024-02-10', 100, 'c0')" && sql mart_roles "SELECT helper.noted('kept')")" '2024-02' 'while writes of others are noted'
is "$(sql mart_roles 'ALTER ROLE "Mart Owner" BYPASSRLS' && owner settled mart_roles kept)" 'as made afresh' 'a role that sees all rows again refreshes it'
owner run mart_roles 'CREATE SCHEMA own; CREATE TABLE own.orders AS SELECT * FROM public.orders; ALTER TABLE own.orders ENABLE ROW LEVEL SECURITY'
run mart_roles 'ALTER ROLE "Mart Owner" NOBYPASSRLS'
is "$(owner create mart_roles of_own own.orders && owner settled mart_roles of_own own.orders)" $'\nas made afresh' 'the owner of a table with row-level security sees all rows'
owner run mart_roles 'ALTER TABLE own.orders FORCE ROW LEVEL SECURITY'
is "$(owner sql mart_roles "CALL refresh_mart('of_own')" | errors | sed -n 1p)" 'ERROR: row-level security hides rows of own.orders from Mart Owner' 'but not where it is forced'
is "$(owner sql mart_roles "SELECT create_mart('of_survey', 'public.orders', 'customer', 'day', 'amount', survey => '{\"table\": \"own.orders\", \"answered_at\": \"day\", \"score\": \"amount\"}')" | errors | sed -n 1p)" \
   'ERROR: row-level security hides rows of public.orders from Mart Owner' 'no table of a mart may be hidden'
owner run mart_roles 'ALTER TABLE own.orders NO FORCE ROW LEVEL SECURITY; CREATE VIEW own.even WITH (security_barrier) AS SELECT * FROM own.orders WHERE id % 2 = 0'
is "$(owner create mart_roles of_even own.even && owner settled mart_roles of_even own.even)" $'\nas made afresh' 'a mart of a view with security_barrier holds what the view shows'
is "$(sql mart_roles 'SELECT sum(revenue) = (SELECT sum(amount) FROM own.even WHERE day IS NOT NULL) FROM of_even.revenue')" t 'and nothing else'

# policies of a table below a view: of whom the view reads as
run mart_roles <<'SQL'
CREATE TABLE allowed AS SELECT 'c1' AS category;
GRANT SELECT ON allowed TO "Mart Owner";
CREATE POLICY allowed ON orders AS RESTRICTIVE TO "Mart Owner" USING (category IN (SELECT allowed.category FROM allowed));
CREATE VIEW all_orders AS TABLE orders;
CREATE VIEW own.invoked WITH (security_invoker) AS TABLE orders;
GRANT SELECT ON all_orders, own.invoked TO "Mart Owner";
SQL
owner run mart_roles 'CREATE VIEW own.part AS TABLE public.orders'
# holds MART CONDITION: does a mart hold the orders of a condition, and no others?
holds() { sql mart_roles "SELECT sum(revenue) = (SELECT sum(amount) FROM orders WHERE day IS NOT NULL AND ($2)) FROM $1.revenue"; }
for view in all_orders own.invoked own.part; do
    is "$(owner create mart_roles "of_${view/./_}" "$view" && owner settled mart_roles "of_${view/./_}" "$view")" $'\nas made afresh' "a mart of a view over a table with policies: $view"
done
is "$(holds of_all_orders true)" t 'holds all orders where the owner of the view sees them all'
is "$(holds of_own_part "id % 2 = 1 AND category = 'c1'"; holds of_own_invoked "id % 2 = 1 AND category = 'c1'")" $'t\nt' 'those that the policies leave to the owner of the view, with security_invoker to that of the mart'
run mart_roles "ALTER POLICY odd ON orders USING (id % 3 = 1); TRUNCATE allowed; INSERT INTO allowed VALUES ('c0')"
for view in own.part own.invoked; do owner settled mart_roles "of_${view/./_}" "$view" >/dev/null; done
is "$(holds of_own_part "id % 3 = 1 AND category = 'c0'"; holds of_own_invoked "id % 3 = 1 AND category = 'c0'")" $'t\nt' 'and others after the policies, or what they read, have changed'
is "$(PGOPTIONS="$PGOPTIONS -c row_security=off" owner sql mart_roles "CALL refresh_mart('of_own_part')" | errors)" 'ERROR: query would be affected by row-level security policy for table "orders"' 'with row_security off a refresh reads all, or nothing'
run mart_roles 'REVOKE SELECT ON allowed FROM "Mart Owner"'
is "$(owner sql mart_roles "CALL refresh_mart('of_own_part')" | errors)" 'ERROR: permission denied for table allowed' 'a policy that reads what the owner of the view may not read stops the refresh'
is "$(holds of_own_part "id % 3 = 1 AND category = 'c0'"; writer sql mart_roles "INSERT INTO orders VALUES (1011, 6, '2024-02-10', 100, 'c0')")" t 'and changes nothing, while writers go on'

# --- hostile marts: nothing that their owner has put into them runs with the rights of another
trap="BEGIN RAISE EXCEPTION 'trapped as %', current_user; END"
hostile run mart_roles 'CREATE SCHEMA own_mallory; CREATE TABLE own_mallory.orders (customer bigint, day date, amount numeric, category text)'
hostile create mart_roles theirs own_mallory.orders >/dev/null
hostile run mart_roles <<SQL
CREATE FUNCTION theirs.trap() RETURNS trigger LANGUAGE plpgsql AS \$\$ $trap \$\$;
CREATE FUNCTION theirs.trap(anyelement) RETURNS boolean LANGUAGE plpgsql AS \$\$ $trap \$\$;
ALTER TABLE theirs.settings RENAME TO kept_settings;
CREATE VIEW theirs.settings AS SELECT * FROM theirs.kept_settings AS s WHERE theirs.trap(s.columns);
CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON theirs.refresh_log EXECUTE FUNCTION theirs.trap();
CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON theirs.stored_state EXECUTE FUNCTION theirs.trap();
CREATE RULE trap AS ON DELETE TO theirs.changes WHERE theirs.trap(old.month) DO INSTEAD NOTHING;
SQL
for function in '_mart_settings(name)' '_mart_check_tables(jsonb)' 'format(text, text)' 'format(text, name)' 'current_setting(text)' 'set_config(text, text, boolean)' 'count(bigint)' 'sum(bigint)' 'clock_timestamp()'; do
    hostile run mart_roles "CREATE FUNCTION theirs.$function RETURNS text LANGUAGE plpgsql AS \$\$ $trap \$\$"
done
for type in integer bigint name text; do
    hostile run mart_roles "CREATE FUNCTION theirs.trap($type, $type) RETURNS boolean LANGUAGE plpgsql AS \$\$ $trap \$\$"
    for operator in + = '<>' '<' '>' '>='; do hostile sql mart_roles "CREATE OPERATOR theirs.$operator (LEFTARG = $type, RIGHTARG = $type, FUNCTION = theirs.trap)"; done
done
for type in text jsonb timestamptz name int8 bool regclass; do hostile sql mart_roles "CREATE DOMAIN theirs.$type AS pg_catalog.$type CHECK (theirs.trap(VALUE))"; done
for superuser in postgres Mallory; do
    for call in "CALL public.refresh_mart('theirs')" "CALL public.refresh_mart('theirs', '2024-01-01', '2024-02-01', true)" "SELECT public.drop_mart('theirs')"; do
        is "$(PGOPTIONS="$PGOPTIONS -c search_path=theirs,pg_catalog,public" PGUSER=$superuser sql mart_roles "$call" | sed -n 1p)" 'ERROR:  the mart "theirs" belongs to mallory' "$superuser does not: $call"
    done
done
is "$(PGOPTIONS="$PGOPTIONS -c search_path=theirs,pg_catalog,public" sql mart_roles "SELECT pg_catalog.count(*) FROM public.describe_mart('theirs')")" 22 'nor does describe_mart, which reads the catalogue only'
is "$(hostile sql mart_roles "CALL refresh_mart('theirs')" | sed -n 1p)" 'ERROR:  trapped as mallory' 'the traps are there'
export PGOPTIONS="$PGOPTIONS -c search_path=theirs,pg_catalog,public"
is "$(sql mart_roles "SELECT public.create_mart('supers', 'public.orders', 'customer', 'day', 'amount'); " && sql mart_roles "CALL public.refresh_mart('supers', quality => true)" &&
      sql mart_roles "SELECT pg_catalog.count(*) FROM public.describe_mart('supers'); SELECT public.drop_mart('supers')")" $'\n27' 'nor is it found through the search_path of who has a mart of their own'
export PGOPTIONS="-c client_min_messages=warning"

# a schema of any name that PostgreSQL allows
new_database mart_trap
is "$(sql mart_trap 'CREATE SCHEMA "we'"'"'ird"; CREATE EXTENSION customer_value SCHEMA "we'"'"'ird"')" $'ERROR:  invalid character in extension "customer_value" schema: must not contain any of ""$\'\\"' 'PostgreSQL says which names the schema of the extension cannot have'
run mart_trap <<'SQL'
CREATE SCHEMA "We%ird é;";
CREATE EXTENSION customer_value SCHEMA "We%ird é;";
CREATE TABLE orders AS SELECT i AS customer, date '2024-01-01' + i AS day, 10 AS amount FROM generate_series(1, 200) AS i;
SELECT FROM "We%ird é;".create_mart('m', 'orders', 'customer', 'day', 'amount');
CALL "We%ird é;".refresh_mart('m');
INSERT INTO orders VALUES (1, '2024-07-18', 5);
CALL "We%ird é;".refresh_mart('m');
SQL
is "$(sql mart_trap 'SELECT sum(revenue), count(*) FROM m.customers')" '2005.00|200' 'it may have spaces, capital letters, a percent sign and dashes in its name'

# functions beside those of the extension, one type or one argument away: none is a better match
new_database mart_trap
run mart_trap <<'SQL'
CREATE SCHEMA trap;
CREATE EXTENSION customer_value SCHEMA trap;
CREATE TABLE orders AS
SELECT i AS id, (1 + i * i % 41 % 23)::bigint AS customer, timestamptz '2024-01-01Z' + i * 37 % 182 * interval '1 day' AS at, (1 + i * 7 % 50)::numeric(12,2) AS amount, 'c' || i % 2 AS category, 'paid' AS status,
       'p' || i % 9 AS product, 'g' || i % 3 AS relation, 10.5 AS price, 9.5 AS intended FROM generate_series(1, 300) AS i;
CREATE TABLE survey AS SELECT date '2024-01-01' + i AS day, i % 11 AS score FROM generate_series(1, 180) AS i;
CREATE TABLE costs AS SELECT date '2024-01-01' + i AS day, i * 1.5 AS cost, (ARRAY['acquisition', 'retention', 'fixed'])[1 + i % 3] AS kind, i * 2.5 AS gain FROM generate_series(1, 180) AS i;
CREATE TABLE subscriptions AS SELECT i::bigint AS customer, date '2024-01-01' + i AS starts, 10.5::numeric AS price, interval '1 month' AS every FROM generate_series(1, 100) AS i;
DO $do$
DECLARE
    decoy text;
    made integer := 0;
BEGIN
    FOR decoy IN
        WITH calls AS (SELECT string_agg(prosrc, ' ') || (SELECT string_agg(query, ' ') FROM trap._mart_views()) AS text FROM pg_proc WHERE pronamespace = 'trap'::regnamespace AND proname ~ '^_mart_|_mart$'),
        called AS (SELECT p.oid, proname, pronargdefaults, ARRAY(SELECT unnest(proargtypes)) AS types, proargnames FROM pg_proc AS p, calls
                   WHERE pronamespace = 'trap'::regnamespace AND (calls.text ~ ('\.' || proname || '\(') OR proname ~ '_mart$') AND 'pg_catalog."any"'::regtype <> ALL (proargtypes::oid[])),
        other AS (SELECT unnest('{text,integer,bigint,numeric,real,double precision,date,timestamp,timestamptz,interval,boolean,name,jsonb,regclass,oid,varchar,smallint,text[]}'::text[]) AS type),
        variant AS (
            SELECT oid, proname, proargnames, cardinality(types) AS n, place AS changed, type FROM called, other, generate_series(1, cardinality(types)) AS place
            UNION SELECT oid, proname, proargnames, n, 0, NULL FROM called, generate_series(cardinality(types) - pronargdefaults, cardinality(types) - 1) AS n)
        SELECT DISTINCT format('CREATE FUNCTION trap.%I(%s) RETURNS text LANGUAGE plpgsql AS %L', proname,
            (SELECT string_agg(coalesce(quote_ident(nullif(v.proargnames[place], '')) || ' ', '') || CASE WHEN place = changed THEN type ELSE format_type(t, NULL) END, ', ' ORDER BY place)
             FROM pg_proc AS p, unnest(p.proargtypes) WITH ORDINALITY AS a (t, place) WHERE p.oid = v.oid AND place <= n), format('BEGIN RAISE EXCEPTION ''trapped: %s''; END', proname))
        FROM variant AS v
    LOOP
        BEGIN
            EXECUTE decoy;
            made := made + 1;
        EXCEPTION WHEN duplicate_function OR invalid_function_definition THEN
            -- an overload of the extension
        END;
    END LOOP;
    ASSERT made > 5000;
END $do$;
SQL
is "$(sql mart_trap <<'SQL'
SELECT FROM trap.create_mart('kept'::name, 'orders'::regclass, 'customer'::text, 'at'::text, 'amount'::text, 'id'::text, 'status'::text, 'category'::text, 'product'::text, 'relation'::text, 'price'::text, 'intended'::text, NULL::text,
    '{"table": "subscriptions", "customer": "customer", "starts_at": "starts", "amount": "price", "every": "every"}'::jsonb, '{"table": "survey", "answered_at": "day", "score": "score"}'::jsonb,
    '{"table": "costs", "spent_at": "day", "amount": "cost", "kind": "kind", "gain": "gain"}'::jsonb, 'Europe/Berlin'::text, '1 month'::interval, '90 days'::interval, 0.8::double precision, 3, 10::double precision, NULL::integer, NULL::boolean, NULL::text[], NULL::text[], NULL::text, NULL::text, NULL::interval, NULL::jsonb, NULL::text);
CALL trap.refresh_mart('kept'::name, NULL::date, NULL::date, true, false);
INSERT INTO orders SELECT * FROM orders WHERE id < 10;
CALL trap.refresh_mart('kept'::name, NULL::date, NULL::date, true, false);
SELECT count(*), (SELECT count(*) FROM kept.forecast), (SELECT count(*) FROM kept.customers), (SELECT count(*) FROM kept.nps) FROM trap.describe_mart('kept'::name) WHERE is_there;
SELECT FROM trap.drop_mart('kept'::name);
CREATE TABLE rates AS SELECT 'c1'::text AS word, date '2023-01-01' AS day, 1.5 AS rate;
SELECT FROM trap.create_mart('kept'::name, 'orders'::regclass, 'customer'::text, 'at'::text, 'amount'::text, 'id'::text, 'status'::text, 'category'::text, NULL::text, NULL::text, NULL::text, NULL::text, 'category'::text, NULL::jsonb, NULL::jsonb, NULL::jsonb,
    'Europe/Berlin'::text, '1 month'::interval, '90 days'::interval, 0.8::double precision, 3, 10::double precision, NULL::integer, NULL::boolean, NULL::text[], NULL::text[], NULL::text, 'at'::text, '1 day'::interval,
    '{"table": "rates", "currency": "word", "day": "day", "rate": "rate"}'::jsonb, 'c0'::text);
CALL trap.refresh_mart('kept'::name, NULL::date, NULL::date, false, false);
CREATE TABLE joined () INHERITS (orders);
CALL trap.refresh_mart('kept'::name, NULL::date, NULL::date, false, false);
SELECT FROM trap.drop_mart('kept'::name);
SQL
)" '27|3|15|6' 'functions that somebody has put beside those of the extension are not called'

# --- dump and restore
new_shop mart_dumped
is "$(create mart_dumped kept && settled mart_dumped kept)" $'\nas made afresh' 'a mart to be dumped'
run mart_dumped "GRANT USAGE ON SCHEMA kept TO mart_reader; GRANT SELECT ON kept.revenue TO mart_reader; INSERT INTO orders VALUES (1001, 5, '2024-02-10', 100, 'c0')"
new_database mart_restored
dump=$(mktemp)
"$pg_bin/pg_dump" -Fc mart_dumped >"$dump" && "$pg_bin/pg_restore" --exit-on-error -d mart_restored "$dump"
ok $? 'pg_restore takes what pg_dump has made of a mart'
catalogue() {
    sql "$1" "SELECT relkind, relname, relacl, obj_description(c.oid), pg_get_viewdef(c.oid), attname, format_type(atttypid, atttypmod), col_description(c.oid, attnum)
              FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 WHERE relnamespace = 'kept'::regnamespace ORDER BY relname, attnum;
              SELECT nspacl, obj_description(oid) FROM pg_namespace WHERE nspname = 'kept';
              SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal ORDER BY tgname; SELECT pg_get_functiondef('kept.note_changes'::regproc)"
}
is "$(catalogue mart_restored | md5sum)" "$(catalogue mart_dumped | md5sum)" 'views, comments, grants and triggers are those of before'
is "$(sql mart_restored "SELECT * FROM helper.shown('kept')")" "$(sql mart_dumped "SELECT * FROM helper.shown('kept')")" 'and so is what is shown'
is "$(sql mart_restored "INSERT INTO orders VALUES (1002, 5, '2024-04-10', 100, 'c0'); SELECT helper.noted('kept')")" '2024-02 2024-04' 'the triggers work, and what had been noted still is'
is "$(settled mart_restored kept; sql mart_restored 'SELECT months_done, months_total FROM kept.refresh_log ORDER BY run DESC LIMIT 1')" $'as made afresh\n6|6' 'the next refresh reads all, as nobody knows what has become of the orders on the way'

# --- the extension under a mart: it does not move, is updated, and is not dropped
is "$(sql mart_restored 'CREATE SCHEMA other; ALTER EXTENSION customer_value SET SCHEMA other')" 'ERROR:  extension "customer_value" does not support SET SCHEMA' 'the extension stays where it is: its functions call each other there'
update=$stage$("$PG_CONFIG" --sharedir)/extension/customer_value--$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$root/customer_value.control")--9.mart_test.sql
trap 'rm -f "$update" "$dump"' EXIT
echo 'CREATE FUNCTION added() RETURNS integer LANGUAGE sql RETURN 1;' >"$update"
as_made=$(catalogue mart_restored)
run mart_restored <<'SQL'
CREATE VIEW of_mine AS SELECT period, revenue FROM kept.revenue;
ALTER VIEW kept.revenue SET (security_barrier);
COMMENT ON VIEW kept.revenue IS 'mine';
COMMENT ON COLUMN kept.revenue.period IS 'mine';
CREATE OR REPLACE VIEW kept.active AS SELECT day, dau, mau, stickiness_pct FROM kept.stored_active WHERE dau > 1;
SQL
settled mart_restored kept >/dev/null
is "$(sql mart_restored 'SELECT count(*) FROM kept.active WHERE dau = 1')" 0 'a view of a mart that was replaced stays'
run mart_restored "ALTER EXTENSION customer_value UPDATE TO '9.mart_test'; INSERT INTO orders VALUES (1005, 6, '2024-05-10', added(), 'c0')"
is "$(settled mart_restored kept)" 'as made afresh' 'a mart goes on after an update of the extension'
is "$(catalogue mart_restored)" "$as_made" 'which replaces its views: grants stay, comments and queries of your own do not'
is "$(sql mart_restored "SELECT reloptions FROM pg_class WHERE oid = 'kept.revenue'::regclass; SELECT sum(m.revenue) = (SELECT sum(r.revenue) FROM kept.revenue AS r) FROM of_mine AS m")" $'\nt' 'nor do options, and views over those of the mart go on'
run mart_restored "CREATE OR REPLACE VIEW kept.active AS SELECT day, dau, mau, stickiness_pct FROM kept.stored_active WHERE dau > 1; COMMENT ON VIEW kept.active IS 'mine'; INSERT INTO orders VALUES (1006, 6, '2024-06-20', 5, 'c0')"
is "$(settled mart_restored kept; sql mart_restored "SELECT obj_description('kept.active'::regclass), count(*) FILTER (WHERE dau = 1) FROM kept.active")" $'not as made afresh: active\nmine|0' 'once: those that are replaced after the update stay until the next one'
run mart_restored "CREATE OR REPLACE VIEW kept.active AS SELECT day, dau, mau, stickiness_pct, 1 AS more FROM kept.stored_active; UPDATE kept.settings SET version = 'another'"
is "$(sql mart_restored "CALL refresh_mart('kept')" | sed -n 1p)" 'ERROR:  cannot drop columns from view' 'and one with other columns stops the next one'
run mart_restored 'DROP VIEW kept.active'
is "$(settled mart_restored kept)" 'as made afresh' 'until it is dropped'
is "$(sql mart_restored 'DROP EXTENSION customer_value' | sed -n 1p)" 'ERROR:  cannot drop extension customer_value because other objects depend on it' 'the extension is not dropped while there is a mart'
run mart_restored 'DROP EXTENSION customer_value CASCADE'
is "$(sql mart_restored "INSERT INTO orders VALUES (1007, 6, '2024-05-10', 5, 'c0'); UPDATE orders SET amount = 1; DELETE FROM orders; TRUNCATE orders")" '' 'and with CASCADE orders can be written all the same'

# --- kinds of sources
new_shop mart_sources
run mart_sources <<SQL
CREATE EXTENSION postgres_fdw;
CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$PGHOST', port '${PGPORT:-5432}', dbname 'mart_sources');
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback OPTIONS (user '$PGUSER');
CREATE FOREIGN TABLE foreign_orders (id bigint, customer bigint, day date, amount numeric(12,2), category text) SERVER loopback OPTIONS (table_name 'orders');
CREATE MATERIALIZED VIEW materialized AS SELECT * FROM orders;
CREATE TABLE parent (LIKE orders);
CREATE TABLE child () INHERITS (parent);
INSERT INTO parent SELECT * FROM orders WHERE id % 2 = 0;
INSERT INTO child SELECT * FROM orders WHERE id % 2 = 1;
CREATE DOMAIN whose AS bigint CHECK (VALUE > 0);
CREATE DOMAIN whose_order AS whose;
CREATE DOMAIN money3 AS numeric(12,3) NOT NULL;
CREATE TYPE state AS ENUM ('paid', 'refunded', 'cancelled');
CREATE TABLE odd_types (customer whose_order, day date, amount money3, status state, category text);
INSERT INTO odd_types SELECT customer, day, amount + 0.125, (ARRAY['paid', 'cancelled']::state[])[1 + id % 2], category FROM orders;
CREATE TABLE generated (customer bigint, at timestamp, pieces integer, price numeric(10,2), day date GENERATED ALWAYS AS (at::date) STORED, amount numeric(12,2) GENERATED ALWAYS AS (pieces * price) STORED, category text);
INSERT INTO generated (customer, at, pieces, price, category) SELECT customer, day + time '12:00', 2, amount, category FROM orders;
SQL
triggers_on() { sql mart_sources "SELECT count(*) FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid WHERE relname ~ '$1' AND NOT tgisinternal"; }
# follows NAME SOURCE TRIGGERS CHANGE NOTED
follows() {
    is "$(create mart_sources kept "$2" && settled mart_sources kept "$2")" $'\nas made afresh' "a mart of $1"
    is "$(triggers_on .)" "$3" 'has the triggers it can have'
    is "$(sql mart_sources "$4"; sql mart_sources "SELECT helper.noted('kept')")" "$5" 'which note what they can'
    is "$(settled mart_sources kept "$2")" 'as made afresh' 'and is exact after a change'
    run mart_sources "SELECT drop_mart('kept')" >/dev/null
    is "$(triggers_on .)" 0 'and leaves none behind'
}
follows 'a foreign table' foreign_orders 0 'UPDATE orders SET amount = amount + 1 WHERE id < 50' nothing
follows 'a materialized view' materialized 0 'UPDATE orders SET amount = amount + 1 WHERE id < 50; REFRESH MATERIALIZED VIEW materialized' nothing
run mart_sources 'CREATE VIEW viewed AS SELECT * FROM orders WHERE id % 2 = 0'
follows 'a view that is replaced' viewed 0 'CREATE OR REPLACE VIEW viewed AS SELECT id, customer, day, (amount + 1)::numeric(12,2) AS amount, category FROM orders WHERE id % 3 = 0' nothing
create mart_sources kept viewed >/dev/null
settled mart_sources kept viewed >/dev/null
run mart_sources 'CREATE TABLE loaded AS SELECT id, customer, day, (amount + 2)::numeric(12,2) AS amount, category FROM orders; ALTER TABLE orders RENAME TO orders_before; ALTER TABLE loaded RENAME TO orders'
is "$(settled mart_sources kept viewed; sql mart_sources 'SELECT sum(revenue) = (SELECT sum(amount + 1) FROM orders_before WHERE id % 3 = 0) FROM kept.revenue')" $'as made afresh\nt' 'a view stays with a table that another takes the name of, and so does the mart'
run mart_sources 'CREATE OR REPLACE VIEW viewed AS SELECT id, customer, day, amount, category, true AS more FROM orders'
march="day >= '2024-03-01' AND day < '2024-04-01'"
is "$(sql mart_sources "CALL refresh_mart('kept', from_day => '2024-03-01', to_day => '2024-04-01')"; sql mart_sources "SELECT sum(revenue) = (SELECT sum(amount) FROM orders WHERE $march) + (SELECT sum(amount + 1) FROM orders_before WHERE id % 3 = 0 AND NOT ($march)) FROM kept.revenue")" t 'until it is replaced: a refresh of a period reads no more than that of it'
is "$(settled mart_sources kept viewed; sql mart_sources 'SELECT sum(revenue) = (SELECT sum(amount) FROM orders) FROM kept.revenue')" $'as made afresh\nt' 'and one of all reads the other table'
run mart_sources 'ALTER VIEW viewed RENAME amount TO total'
is "$(sql mart_sources "CALL refresh_mart('kept')" | errors | sed -n 1p)" 'ERROR: amount names the column "amount", which public.viewed does not have' 'a mapped column of it that is gone is named'
run mart_sources 'DROP VIEW viewed CASCADE'
is "$(sql mart_sources "CALL refresh_mart('kept')" | errors | sed -n 1p)" 'ERROR: the table of orders of the mart "kept" is gone: public.viewed' 'a view that is gone stops the refresh'
run mart_sources 'CREATE VIEW viewed AS SELECT * FROM orders WHERE id % 2 = 0'
is "$(settled mart_sources kept viewed)" 'as made afresh' 'which goes on with another of its name'
run mart_sources "SELECT drop_mart('kept'); DROP VIEW viewed; DROP TABLE orders; ALTER TABLE orders_before RENAME TO orders" >/dev/null
follows 'tables that inherit' parent 10 "INSERT INTO child VALUES (1001, 5, '2024-02-10', 100, 'c0'); UPDATE parent SET day = '2024-03-03' WHERE id = 1001" '2024-02 2024-03'
follows 'generated columns' generated 5 "UPDATE generated SET at = at + interval '1 month', pieces = 3 WHERE day = '2024-02-10'" '2024-02 2024-03'
run mart_sources "SELECT create_mart('kept', 'odd_types', 'customer', 'day', 'amount', status => 'status', category => 'category')" >/dev/null
run mart_sources "CALL refresh_mart('kept', quality => true)" && sql mart_sources "INSERT INTO odd_types VALUES (5, '2024-02-10', 0.001, 'paid', 'c0')" && sql mart_sources "CALL refresh_mart('kept')"
is "$(sql mart_sources "SELECT sum(revenue) = (SELECT sum(amount) FROM odd_types WHERE status = 'paid'), min_scale(sum(revenue)) FROM kept.revenue; SELECT count(*) FROM kept.customers; SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'kept.customers'::regclass AND attname = 'customer'")" \
   $'t|3\n'"$(sql mart_sources "SELECT count(DISTINCT customer) FROM odd_types WHERE status = 'paid'")"$'\nbigint' 'domains and enums are what is behind them, decimals included'

# partitions: rows move, some are foreign, triggers go missing
run mart_sources <<'SQL'
SELECT FROM drop_mart('kept');
CREATE TABLE parts (LIKE orders) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2024-04-01');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2024-04-01') TO ('2024-07-01');
INSERT INTO parts SELECT * FROM orders;
CREATE TABLE elsewhere (LIKE orders);
CREATE FOREIGN TABLE parts_3 (id bigint NOT NULL, customer bigint, day date, amount numeric(12,2), category text) SERVER loopback OPTIONS (table_name 'elsewhere');
SQL
follows 'partitions' parts 14 "UPDATE parts SET day = day + 90 WHERE day = '2024-02-10'" '2024-02 2024-05'
create mart_sources kept parts >/dev/null
settled mart_sources kept parts >/dev/null
refresh() { sql mart_sources "CALL refresh_mart('kept')" | errors; }
run mart_sources 'ALTER TABLE parts ATTACH PARTITION parts_3 FOR VALUES FROM ($$2024-07-01$$) TO ($$2024-10-01$$)'
is "$(sql mart_sources "INSERT INTO parts_1 VALUES (2000, 6, '2024-02-10', 5, 'c0'); UPDATE parts SET amount = 6 WHERE id = 2000")" '' 'a foreign partition has joined: the others are written as before'
is "$(refresh)" $'WARNING: triggers of the mart "kept" cannot note all changes of public.parts: all months are read\nHINT: They can be on tables of which you have the privilege TRIGGER, not on foreign tables, and do not fire for what is written through a table above the orders.' 'a foreign partition joins: changes cannot be noted'
is "$(triggers_on parts)" 0 'so that there are no triggers any more'
is "$(sql mart_sources "INSERT INTO parts SELECT id + 2000, customer, day + 182, amount FROM parts WHERE day < '2024-03-01'; UPDATE parts SET amount = amount + 1; DELETE FROM parts WHERE id = 2001")" '' 'which writes into it would not survive'
is "$(refresh >/dev/null && compared mart_sources kept parts)" 'as made afresh' 'all is read'
run mart_sources 'ALTER TABLE parts DETACH PARTITION parts_3'
is "$(settled mart_sources kept parts; triggers_on parts)" $'as made afresh\n14' 'and when it has left, triggers are back'
is "$(refresh; sql mart_sources 'SELECT months_done FROM kept.refresh_log ORDER BY run DESC LIMIT 1')" 0 'and nothing is read again that has not changed'
create mart_sources of_foreign parts >/dev/null
run mart_sources 'SELECT FROM drop_mart($$of_foreign$$); ALTER TABLE parts ATTACH PARTITION parts_3 FOR VALUES FROM ($$2024-07-01$$) TO ($$2024-10-01$$)'
refresh >/dev/null
is "$(create mart_sources of_foreign parts && settled mart_sources of_foreign parts && triggers_on parts)" $'\nas made afresh\n0' 'a mart of a table that has a foreign partition has no triggers from the beginning'
run mart_sources 'SELECT FROM drop_mart($$of_foreign$$); ALTER TABLE parts DETACH PARTITION parts_3'
refresh >/dev/null
run mart_sources "DROP TRIGGER kept_insert ON parts_2; INSERT INTO parts_2 VALUES (3001, 6, '2024-05-10', 5, 'c0')"
is "$(PGOPTIONS='-c client_min_messages=notice' sql mart_sources "CALL refresh_mart('kept')")" 'NOTICE:  public.parts_2 was without its triggers for a time, or they were off: all months of the mart "kept" are read' 'a trigger that was dropped is missed'
is "$(compared mart_sources kept parts; triggers_on parts)" $'as made afresh\n14' 'and made again'
run mart_sources "ALTER SCHEMA kept RENAME TO renamed; CREATE TABLE parts_4 PARTITION OF parts FOR VALUES FROM ('2024-10-01') TO ('2024-12-01'); INSERT INTO parts_4 VALUES (4001, 6, '2024-10-10', 5, 'c0')"
is "$(settled mart_sources renamed parts; triggers_on parts)" $'as made afresh\n19' 'a mart that was renamed puts no second triggers beside those it has'

# what is read whole is told why
# read_whole STATEMENTS WHY: what a refresh tells after a change that fired no trigger
read_whole() {
    run mart_sources "$1"
    is "$(PGOPTIONS='-c client_min_messages=notice' sql mart_sources "CALL refresh_mart('renamed')")" "NOTICE:  public.$2: all months of the mart \"renamed\" are read" "${1:0:60}"
    is "$(compared mart_sources renamed parts)" 'as made afresh' 'and the mart is exact'
}
read_whole 'ALTER TABLE parts_1 DISABLE TRIGGER ALL; UPDATE parts_1 SET amount = amount + 1; ALTER TABLE parts_1 ENABLE TRIGGER ALL' 'parts_1 was without its triggers for a time, or they were off'
read_whole 'SET session_replication_role = replica; TRUNCATE parts_4; RESET session_replication_role; DELETE FROM renamed.changes' 'parts_4 was emptied or rewritten'
read_whole 'ALTER TABLE parts DETACH PARTITION parts_4; INSERT INTO parts_4 VALUES (4002, 6, $$2024-10-10$$, 5, $$c0$$); DELETE FROM renamed.changes' 'parts_4 is no table of it any more'
run mart_sources 'ALTER TABLE parts ATTACH PARTITION parts_4 FOR VALUES FROM ($$2024-10-01$$) TO ($$2024-12-01$$)'
is "$(settled mart_sources renamed parts; sql mart_sources 'SELECT months_done FROM renamed.refresh_log ORDER BY run DESC LIMIT 1')" $'as made afresh\n1' 'a partition that joins has its own months read'
sql mart_sources 'ALTER TABLE parts RENAME amount TO gone; ALTER TABLE parts ADD amount numeric(12,2) DEFAULT 3' >/dev/null
is "$(PGOPTIONS='-c client_min_messages=notice' sql mart_sources "CALL refresh_mart('renamed')" | sed -n 1p)" 'NOTICE:  public.parts has other columns, or had them altered: all months of the mart "renamed" are read' 'another column of the same name is another column'
is "$(compared mart_sources renamed parts)" 'as made afresh' 'and the mart is exact'

# a partition of which the owner of the mart may not change triggers
run mart_sources <<'SQL'
SELECT FROM drop_mart('renamed');
GRANT CREATE ON DATABASE mart_sources TO "Mart Owner";
GRANT SELECT, TRIGGER ON parts, parts_1, parts_2, parts_4 TO "Mart Owner";
SQL
owner create mart_sources kept parts >/dev/null
owner settled mart_sources kept parts >/dev/null
run mart_sources "CREATE TABLE parts_5 PARTITION OF parts FOR VALUES FROM ('2024-07-01') TO ('2024-10-01'); INSERT INTO parts_5 VALUES (5001, 6, '2024-08-10', 5, 'c0')"
is "$(owner refresh)" $'WARNING: triggers of the mart "kept" cannot note all changes of public.parts: all months are read\nHINT: They can be on tables of which you have the privilege TRIGGER, not on foreign tables, and do not fire for what is written through a table above the orders.' 'a partition joins that the owner of the mart lacks TRIGGER on: all is read'
is "$(owner compared mart_sources kept parts)" 'as made afresh' 'and exact'
run mart_sources 'GRANT TRIGGER ON parts_5 TO "Mart Owner"'
is "$(owner settled mart_sources kept parts; triggers_on parts)" $'as made afresh\n20' 'and with the right come the triggers'

# --- progress: refresh_log tells who looks meanwhile, and a notice every few seconds
run mart_sources <<SQL
CREATE TABLE seen (line text);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    COPY (SELECT) TO PROGRAM '$pg_bin/psql -Xq -h $PGHOST -p ${PGPORT:-5432} -U $PGUSER -d mart_sources -c "INSERT INTO seen SELECT log::text FROM (SELECT state, months_done, months_total, rows_read FROM told.refresh_log ORDER BY run DESC LIMIT 1) AS log"';
    RETURN NEW;
END \$\$;
UPDATE pg_class SET reltuples = 40e6 WHERE oid = 'orders'::regclass;
SQL
create mart_sources told >/dev/null
run mart_sources "CREATE TRIGGER look BEFORE INSERT ON told.stored_months EXECUTE FUNCTION look()"
is "$(PGOPTIONS='-c client_min_messages=notice' sql mart_sources "CALL refresh_mart('told')")" '' 'a refresh of less than some seconds says nothing'
is "$(sql mart_sources 'SELECT _mart_progress(3, 6, 150, 5)')" '3 of 6 months, 150 rows, 30 rows a second, 5 s left to read' 'a longer one how far it is'
is "$(sql mart_sources 'SELECT DISTINCT line FROM seen ORDER BY line')" $'(running,0,,0)\n(running,3,6,149)' 'refresh_log tells other sessions'

# --- a month of more orders than one ledger should hold is stored in shards of its customers
run mart_sources "DROP TRIGGER look ON told.stored_months; UPDATE pg_class SET reltuples = 400e6 WHERE oid = 'orders'::regclass; TRUNCATE told.changes; INSERT INTO told.changes VALUES (NULL)"
is "$(sql mart_sources "CALL refresh_mart('told')" 2>&1; sql mart_sources "SELECT count(DISTINCT month) || ' months, ' || max(shard) + 1 || ' shards, ' || sum(customers_count(ledger)) FROM told.stored_ledgers")" \
   "$(sql mart_sources "SELECT '6 months, 4 shards, ' || sum(n) FROM (SELECT count(DISTINCT customer) AS n FROM orders GROUP BY date_trunc('month', day)) AS months")" 'each customer is in one shard'
run mart_sources "UPDATE pg_class SET reltuples = 300 WHERE oid = 'orders'::regclass"
is "$(compared mart_sources told orders)" 'as made afresh' 'and all figures are the same'

# --- a day that is worked out when it is read is in no row that a trigger sees
if (($(sql mart_sources 'SHOW server_version_num') >= 180000)); then
    new_database mart_virtual
    run mart_virtual "CREATE EXTENSION customer_value; CREATE TABLE o (c text, d date, shift integer, day date GENERATED ALWAYS AS (d + shift) VIRTUAL, a numeric); INSERT INTO o VALUES ('A', '2024-01-01', 0, DEFAULT, 1); SELECT FROM create_mart('kept', 'o', 'c', 'day', 'a')"
    run mart_virtual "CALL refresh_mart('kept')"
    shown='SELECT period, sum(revenue) FROM kept.revenue GROUP BY period ORDER BY period'
    run mart_virtual "INSERT INTO o VALUES ('A', '2024-03-01', 0, DEFAULT, 2)"
    run mart_virtual "CALL refresh_mart('kept')"
    is "$(sql mart_virtual "$shown")" $'2024-01-01|1.00\n2024-03-01|2.00' 'rows whose day is a virtual column are noted as all months'
    run mart_virtual 'ALTER TABLE o ALTER day SET EXPRESSION AS (d + shift + 31)'
    run mart_virtual "CALL refresh_mart('kept')"
    is "$(sql mart_virtual "$shown")" $'2024-02-01|1.00\n2024-04-01|2.00' 'and another expression is found out'
else
    skip 'virtual columns' 'they came with PostgreSQL 18'
fi

clean_up
done_testing
