#!/usr/bin/env bash
# The mart on a server: refreshes that end in the middle, roles and row-level security, hostile neighbours, dump and restore, kinds of sources.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

databases=(mart mart_roles mart_trap mart_dumped mart_restored mart_sources)
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
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = mart AND viewname <> 'data_quality' ORDER BY viewname LOOP
        EXECUTE format('SELECT md5(string_agg(row::text, '';'' ORDER BY row::text)) FROM %I.%I AS row', mart, view) INTO content;
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
    sql "$1" "UPDATE orders SET amount = amount + 1; TRUNCATE before; INSERT INTO before SELECT * FROM helper.shown('kept'); INSERT INTO accident VALUES ('$phase', \$command\$$3\$command\$)"
    error=$(PGOPTIONS="$PGOPTIONS -c statement_timeout=3s" sql "$1" "CALL refresh_mart('kept')" | head -n 1)
    for _ in {1..600}; do sql "$1" 'TRUNCATE accident' >/dev/null && break || sleep 0.1; done   # the server may be starting
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

# on a server of its own: killing a session ends all others, and the log of the server that the tests share must know no crash
with_own_server() (
    installed=$stage options=$PGOPTIONS
    # shellcheck source=script/lib.sh
    source "$root/script/lib.sh"
    open_work_dir
    stage=$installed
    export PGOPTIONS=$options
    start_cluster synchronous_commit=on 2>"$work/messages" || cat "$work/messages"
    "$@"
)
killed() {
    new_shop killed
    create killed kept && settled killed kept
    prepare_accidents killed
    has_accident killed 'while it reads a later part' "COPY (SELECT) TO PROGRAM 'kill -9 {pid}'" 'server closed the connection unexpectedly' 'kill -9'
    has_accident killed 'while it publishes' "COPY (SELECT) TO PROGRAM 'kill -9 {pid}'" 'server closed the connection unexpectedly' 'kill -9'
    has_accident killed 'at its commit' "COPY (SELECT) TO PROGRAM 'kill -9 {pid}'" 'server closed the connection unexpectedly' 'kill -9'
    return "$failures"
}
output=$(number=0 failures=0; with_own_server killed)
ok $? 'a session that is killed in the middle of a refresh'
grep -v '^ok' <<<"$output" | sed 's/^/# /'

# --- rights
new_shop mart_roles
sql mart_roles <<'SQL'
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
   $'ERROR: triggers cannot be put on public.orders\nHINT: Views and foreign tables, and tables without the privilege TRIGGER, are refreshed by period: triggers => false.' 'who may only read orders cannot have triggers on them'
is "$(analyst create mart_roles mine && analyst settled mart_roles mine)" $'\nas made afresh' 'but a mart of them'
is "$(sql mart_roles "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND NOT tgisinternal")" 0 'without triggers'
sql mart_roles "INSERT INTO orders VALUES (1001, 5, '2024-03-10', 100, 'c0')"
is "$(analyst sql mart_roles "CALL refresh_mart('mine', \"from\" => '2024-03-01', \"to\" => '2024-04-01')" && analyst compared mart_roles mine)" 'as made afresh' 'which is refreshed by period'
is "$(sql mart_roles 'SELECT rows_read FROM mine.refresh_log ORDER BY run DESC LIMIT 1')" "$(sql mart_roles "SELECT count(*) FROM orders WHERE date_trunc('month', day) = '2024-03-01'")" 'and reads no more than that'

is "$(owner create mart_roles kept && owner settled mart_roles kept)" $'\nas made afresh' 'a role of any name with SELECT and TRIGGER on a table of another makes a mart'
# noted_of WRITE MONTHS: a write by who has no right on the mart has its months noted
noted_of() {
    is "$(writer sql mart_roles <<<"$1")" '' "who has no right on the mart can write: ${1:0:50}"
    is "$(sql mart_roles "SELECT helper.noted('kept')")" "$2" "${1%% *} is noted"
    owner sql mart_roles "CALL refresh_mart('kept')"
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
sql mart_roles "UPDATE orders SET day = '2024-04-04' WHERE customer = 5" && owner sql mart_roles "CALL refresh_mart('kept')"
noted_of 'DELETE FROM customer WHERE id = 5' '2024-04'
is "$(owner compared mart_roles kept)" 'as made afresh' 'and after all that the mart is exact'

sql mart_roles 'GRANT USAGE ON SCHEMA kept TO mart_reader; GRANT SELECT ON kept.revenue, kept.customers TO mart_reader'
reader() { PGUSER=mart_reader sql mart_roles "$1" | sed '/^CONTEXT\|^SQL/d'; }
is "$(reader 'SELECT sum(net_revenue) = (SELECT sum(revenue) FROM kept.customers) FROM kept.revenue')" t 'who may read two views reads those'
is "$(reader 'SELECT count(*) FROM kept.growth')" 'ERROR:  permission denied for view growth' 'and no other'
is "$(reader 'SELECT count(*) FROM kept.stored_ledgers')" 'ERROR:  permission denied for table stored_ledgers' 'and no table behind them'
is "$(reader "CALL refresh_mart('kept')" | head -n 1)" 'ERROR:  the mart "kept" belongs to Mart Owner' 'refreshes nothing'

# --- row-level security
hidden=$'ERROR: row-level security hides rows of public.orders from Mart Owner\nDETAIL: A mart holds what its owner sees, and shows it to all who may read the mart.\nHINT: Make the mart as a role that sees all rows, or of a view that says which rows are meant.'
sql mart_roles 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY odd ON orders TO "Mart Owner" USING (id % 2 = 1); CREATE POLICY writing ON orders TO mart_writer USING (true)'
is "$(owner create mart_roles part | errors)" "$hidden" 'a role that row-level security hides rows from makes no mart'
is "$(owner sql mart_roles "CALL refresh_mart('kept')" | errors)" "$hidden" 'and refreshes none'
is "$(writer sql mart_roles "INSERT INTO orders VALUES (1010, 6, '2024-02-10', 100, 'c0')" && sql mart_roles "SELECT helper.noted('kept')")" '2024-02' 'while writes of others are noted'
is "$(sql mart_roles 'ALTER ROLE "Mart Owner" BYPASSRLS' && owner settled mart_roles kept)" 'as made afresh' 'a role that sees all rows again refreshes it'
owner sql mart_roles 'CREATE SCHEMA own; CREATE TABLE own.orders AS SELECT * FROM public.orders; ALTER TABLE own.orders ENABLE ROW LEVEL SECURITY'
sql mart_roles 'ALTER ROLE "Mart Owner" NOBYPASSRLS'
is "$(owner create mart_roles of_own own.orders && owner settled mart_roles of_own own.orders)" $'\nas made afresh' 'the owner of a table with row-level security sees all rows'
owner sql mart_roles 'ALTER TABLE own.orders FORCE ROW LEVEL SECURITY'
is "$(owner sql mart_roles "CALL refresh_mart('of_own')" | errors | head -n 1)" 'ERROR: row-level security hides rows of own.orders from Mart Owner' 'but not where it is forced'
is "$(owner sql mart_roles "SELECT create_mart('of_survey', 'public.orders', 'customer', 'day', 'amount', survey => '{\"table\": \"own.orders\", \"answered_at\": \"day\", \"score\": \"amount\"}')" | errors | head -n 1)" \
   'ERROR: row-level security hides rows of public.orders from Mart Owner' 'no table of a mart may be hidden'
owner sql mart_roles 'ALTER TABLE own.orders NO FORCE ROW LEVEL SECURITY; CREATE VIEW own.even WITH (security_barrier) AS SELECT * FROM own.orders WHERE id % 2 = 0'
is "$(owner create mart_roles of_even own.even && owner settled mart_roles of_even own.even)" $'\nas made afresh' 'a mart of a view with security_barrier holds what the view shows'
is "$(sql mart_roles 'SELECT sum(net_revenue) = (SELECT sum(amount) FROM own.even WHERE day IS NOT NULL) FROM of_even.revenue')" t 'and nothing else'

# --- hostile marts: nothing that their owner has put into them runs with the rights of another
trap="BEGIN RAISE EXCEPTION 'trapped as %', current_user; END"
hostile sql mart_roles 'CREATE SCHEMA own_mallory; CREATE TABLE own_mallory.orders (customer bigint, day date, amount numeric, category text)'
hostile create mart_roles theirs own_mallory.orders >/dev/null
hostile sql mart_roles <<SQL
CREATE FUNCTION theirs.trap() RETURNS trigger LANGUAGE plpgsql AS \$\$ $trap \$\$;
CREATE FUNCTION theirs.trap(anyelement) RETURNS boolean LANGUAGE plpgsql AS \$\$ $trap \$\$;
ALTER TABLE theirs.settings RENAME TO kept_settings;
CREATE VIEW theirs.settings AS SELECT settings, orders, subscriptions, survey, costs FROM theirs.kept_settings WHERE theirs.trap(settings);
CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON theirs.refresh_log EXECUTE FUNCTION theirs.trap();
CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON theirs.stored_state EXECUTE FUNCTION theirs.trap();
CREATE RULE trap AS ON DELETE TO theirs.changes WHERE theirs.trap(old.month) DO INSTEAD NOTHING;
SQL
for function in 'mart_settings(name)' 'mart_check_tables(jsonb)' 'format(text, text)' 'format(text, name)' 'current_setting(text)' 'set_config(text, text, boolean)' 'count(bigint)' 'sum(bigint)' 'clock_timestamp()'; do
    hostile sql mart_roles "CREATE FUNCTION theirs.$function RETURNS text LANGUAGE plpgsql AS \$\$ $trap \$\$"
done
for type in integer bigint name text; do
    hostile sql mart_roles "CREATE FUNCTION theirs.trap($type, $type) RETURNS boolean LANGUAGE plpgsql AS \$\$ $trap \$\$"
    for operator in + = '<>' '<' '>' '>='; do hostile sql mart_roles "CREATE OPERATOR theirs.$operator (LEFTARG = $type, RIGHTARG = $type, FUNCTION = theirs.trap)"; done
done
for type in text jsonb timestamptz name int8 bool regclass; do hostile sql mart_roles "CREATE DOMAIN theirs.$type AS pg_catalog.$type CHECK (theirs.trap(VALUE))"; done
for superuser in postgres Mallory; do
    for call in "CALL public.refresh_mart('theirs')" "CALL public.refresh_mart('theirs', '2024-01-01', '2024-02-01', true)" "SELECT public.describe_mart('theirs')" "SELECT public.drop_mart('theirs')"; do
        is "$(PGOPTIONS="$PGOPTIONS -c search_path=theirs,pg_catalog,public" PGUSER=$superuser sql mart_roles "$call" | head -n 1)" 'ERROR:  the mart "theirs" belongs to mallory' "$superuser does not: $call"
    done
done
is "$(hostile sql mart_roles "CALL refresh_mart('theirs')" | head -n 1)" 'ERROR:  trapped as mallory' 'the traps are there'
export PGOPTIONS="$PGOPTIONS -c search_path=theirs,pg_catalog,public"
is "$(sql mart_roles "SELECT public.create_mart('supers', 'public.orders', 'customer', 'day', 'amount'); " && sql mart_roles "CALL public.refresh_mart('supers', quality => true)" &&
      sql mart_roles "SELECT pg_catalog.count(*) FROM public.describe_mart('supers'); SELECT public.drop_mart('supers')")" $'\n18' 'nor is it found through the search_path of who has a mart of their own'
export PGOPTIONS="-c client_min_messages=warning"

done_testing
