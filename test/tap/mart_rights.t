#!/usr/bin/env bash
# What a mart lets whom do: every function and relation of a mart, tried by a stranger, a reader of its views, a writer of orders and the owner
# of a source. Nobody gains a right, nobody runs code with the rights of another, and each can do what is theirs.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

roles=(rights_owner rights_heir rights_stranger rights_reader rights_writer rights_source)
clean_up() {
    dropdb --if-exists mart_rights
    for role in "${roles[@]}"; do psql -Xqc "DROP ROLE IF EXISTS $role"; done
} 2>/dev/null
as() { PGUSER=rights_$1 sql mart_rights "${@:2}"; }
superuser() { sql mart_rights "$@"; }
errors() { sed -n 's/^\(psql:[^ ]* \)\?\(ERROR\|WARNING\|NOTICE\|DETAIL\|HINT\): */\2: /p'; }
clean_up
new_database mart_rights
superuser >/dev/null <<'SQL'
CREATE EXTENSION customer_value;
CREATE ROLE rights_owner LOGIN; CREATE ROLE rights_heir LOGIN; CREATE ROLE rights_stranger LOGIN; CREATE ROLE rights_reader LOGIN; CREATE ROLE rights_writer LOGIN; CREATE ROLE rights_source LOGIN;
GRANT CREATE ON DATABASE mart_rights TO rights_owner;
GRANT CREATE ON SCHEMA public TO rights_owner, rights_source;
SET ROLE rights_owner;
CREATE TABLE o (c text, day date, a numeric(12,2));
INSERT INTO o SELECT 'c' || i % 7, date '2024-01-01' + i % 90, 10 FROM generate_series(1, 100) AS i;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON o TO rights_writer;
SELECT create_mart('shop', 'o', 'c', 'day', 'a');
CALL refresh_mart('shop');
GRANT USAGE ON SCHEMA shop TO rights_reader;
SELECT format('GRANT SELECT ON shop.%I TO rights_reader', viewname) FROM pg_views WHERE schemaname = 'shop' \gexec
SQL

# --- the trigger function: a reader of the mart puts it on a table of their own, with what it would read by name
attack="CREATE TEMP TABLE t (day date);
CREATE TRIGGER x AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION shop.note_changes();
CREATE FUNCTION pg_temp.evil() RETURNS date LANGUAGE plpgsql AS \$\$BEGIN EXECUTE 'ALTER ROLE rights_reader SUPERUSER'; RETURN '2024-01-01'; END\$\$;
CREATE TEMP VIEW new_rows AS SELECT pg_temp.evil() AS day;
INSERT INTO t VALUES ('2024-01-01')"
is "$(as reader "$attack")" 'ERROR:  permission denied for function shop.note_changes' 'only the owner of a mart can put its trigger function on a table'
superuser 'GRANT EXECUTE ON FUNCTION shop.note_changes() TO rights_reader'
is "$(as reader "$attack"; superuser "SELECT rolsuper FROM pg_roles WHERE rolname = 'rights_reader'")" f 'and where it is granted, the function runs nothing that the caller has made'
is "$(superuser 'SELECT month FROM shop.changes')" '' 'it reads no table by name, and without rows that have changed it notes all months'
superuser 'REVOKE EXECUTE ON FUNCTION shop.note_changes() FROM rights_reader; TRUNCATE shop.changes'
is "$(as stranger "CREATE SCHEMA own" | errors; superuser "GRANT CREATE ON DATABASE mart_rights TO rights_stranger"; as stranger "
    CREATE SCHEMA own; CREATE FUNCTION own.note_changes() RETURNS trigger LANGUAGE customer_value AS '';
    CREATE TABLE own.t (day date); CREATE TRIGGER x AFTER INSERT ON own.t FOR EACH STATEMENT EXECUTE FUNCTION own.note_changes('day');
    CREATE VIEW own.changes AS SELECT NULL::date AS month; INSERT INTO own.t VALUES ('2024-01-01');
    DROP VIEW own.changes; CREATE TABLE own.changes (month date); INSERT INTO own.t VALUES ('2024-01-01'); SELECT count(*) FROM own.changes; DROP SCHEMA own CASCADE" 2>&1 | grep -v NOTICE)" \
   $'ERROR: permission denied for database mart_rights\n1' 'a function of the same language in a schema of a stranger writes into tables of that stranger only'
superuser 'GRANT CREATE ON SCHEMA shop TO rights_stranger; GRANT USAGE ON SCHEMA shop TO rights_stranger'
is "$(as stranger "CREATE FUNCTION shop.mine() RETURNS trigger LANGUAGE customer_value AS ''; CREATE TEMP TABLE t (day date); CREATE TRIGGER x AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION shop.mine('day'); INSERT INTO t VALUES ('2024-01-01')"
      superuser 'SELECT count(*) FROM shop.changes; DROP FUNCTION shop.mine')" 0 'not even from a schema that somebody else has opened to them'
superuser 'REVOKE ALL ON SCHEMA shop FROM rights_stranger; REVOKE CREATE ON DATABASE mart_rights FROM rights_stranger'

# a function that somebody else puts in the place of the mart's, which is free while it can have none
superuser >/dev/null <<'SQL'
GRANT CREATE, USAGE ON SCHEMA shop TO rights_stranger; SET ROLE rights_owner; DROP FUNCTION shop.note_changes() CASCADE; SET ROLE rights_stranger;
CREATE FUNCTION shop.note_changes() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE 'ALTER ROLE rights_stranger SUPERUSER'; RETURN NULL; END$$;
GRANT EXECUTE ON FUNCTION shop.note_changes() TO PUBLIC;
SQL
is "$(as owner "CALL refresh_mart('shop')" | errors | sed -n 1p; superuser "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'o'::regclass")" $'ERROR: others may have functions or operators in the schema of the mart "shop", which a refresh would run: rights_stranger\n0' 'no refresh puts a function of somebody else on the orders'
is "$(as owner "SELECT drop_mart('shop')" | errors | sed -n 1p)" 'ERROR: shop.note_changes() is not as create_mart made it' 'nor does drop_mart take it for that of the mart'
# what fits better than a function or an operator of PostgreSQL, after the schema was open to somebody else for a time
superuser >/dev/null <<'SQL'
DROP FUNCTION shop.note_changes(); SET ROLE rights_stranger;
CREATE FUNCTION shop.evil(date, date) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'evil runs as %', current_user; END$$;
CREATE OPERATOR shop.>= (LEFTARG = date, RIGHTARG = date, FUNCTION = shop.evil);
RESET ROLE; REVOKE ALL ON SCHEMA shop FROM rights_stranger;
SQL
is "$(as owner "CALL refresh_mart('shop')" | errors | sed -n 1p)" 'ERROR: others may have functions or operators in the schema of the mart "shop", which a refresh would run: rights_stranger' 'a refresh does not run what somebody else has left in the schema'
superuser 'DROP OPERATOR shop.>= (date, date); DROP FUNCTION shop.evil; GRANT CREATE ON SCHEMA shop TO PUBLIC' >/dev/null
is "$(as owner "CALL refresh_mart('shop')" | errors)" $'ERROR: others may have functions or operators in the schema of the mart "shop", which a refresh would run: PUBLIC\nHINT: REVOKE CREATE ON SCHEMA shop, and drop what functions and operators they have in it.' 'nor while others may create some'
superuser 'REVOKE CREATE ON SCHEMA shop FROM PUBLIC' >/dev/null
as owner "CALL refresh_mart('shop')" >/dev/null

# --- what is made, and what the extension has, by what the catalogue shows
is "$(superuser "SELECT p.oid::regprocedure FROM pg_proc AS p WHERE prosecdef AND (pronamespace = 'shop'::regnamespace OR EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e'))")" '' \
   'neither the extension nor a mart has a security definer'
is "$(superuser "SELECT p.oid::regprocedure FROM pg_proc AS p, aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE pronamespace = 'shop'::regnamespace AND grantee = 0")" '' 'nothing in a mart is for PUBLIC to execute'
is "$(superuser "SELECT relname FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'shop'::regnamespace AND grantee = 0")" '' 'nor to read'

# succeeded ROLE: of the statements on standard input, a line each, those that give no error
succeeded() {
    sed 's/.*/\\echo =&\n&;/' | PGUSER=rights_$1 psql -XqAt -d mart_rights 2>&1 | awk '/^=/ { if (line != "" && !wrong) print line; line = substr($0, 2); wrong = 0; next } /ERROR:|FATAL:/ { wrong = 1 } END { if (line != "" && !wrong) print line }'
}
# all that there is of the mart, and of the orders: definitions and contents
everything() {
    superuser "SELECT md5(string_agg(o::text, '' ORDER BY o::text)) FROM (
            SELECT oid::regclass::text, relkind::text, relacl::text, relowner::text, pg_get_viewdef(oid) FROM pg_class WHERE relnamespace IN ('shop'::regnamespace, 'public'::regnamespace) AND relkind IN ('r', 'v')
            UNION ALL SELECT oid::regprocedure::text, prosrc, proacl::text, proowner::text, NULL FROM pg_proc WHERE pronamespace IN ('shop'::regnamespace, 'public'::regnamespace)
            UNION ALL SELECT tgname, tgrelid::regclass::text, tgenabled::text, pg_get_triggerdef(oid), NULL FROM pg_trigger
            UNION ALL SELECT rolname, rolsuper::text, NULL, NULL, NULL FROM pg_roles
            UNION ALL SELECT nspname, nspacl::text, NULL, NULL, NULL FROM pg_namespace WHERE nspname !~ '^pg_') AS o"
    superuser "SELECT format('SELECT %L, md5(string_agg(t::text, '','' ORDER BY t::text)) FROM %s AS t;', oid::regclass, oid::regclass) FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' UNION ALL SELECT 'SELECT count(*) FROM o'" | superuser
}

# --- every function: who is not the owner can call all of those of a mart to no effect
before=$(everything)
calls=$(superuser "SELECT format('%s %s.%I(%s)', CASE prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT FROM' END, pronamespace::regnamespace, proname,
        (SELECT string_agg(coalesce(CASE WHEN t IN ('name'::regtype, 'text'::regtype) THEN '''shop''' WHEN t = 'regclass'::regtype THEN '''shop.stored_state''' WHEN t = 'boolean'::regtype THEN 'true' WHEN t = 'date'::regtype THEN '''2024-02-01'''
                                         WHEN t = 'jsonb'::regtype THEN (SELECT quote_literal(to_jsonb(s) || '{\"mart\": \"shop\", \"version\": \"none\"}') FROM shop.settings AS s)
                                         WHEN t = 'text[]'::regtype THEN '''{DELETE FROM shop.settings}''' WHEN t = 'regclass[]'::regtype THEN '''{public.o}''' END, 'NULL') || '::' || format_type(t, NULL), ', ' ORDER BY place)
         FROM unnest(proargtypes) WITH ORDINALITY AS a (t, place)))
    FROM pg_proc WHERE proname ~ '^_mart_|_mart$' AND pronamespace = 'public'::regnamespace AND prorettype NOT IN ('trigger'::regtype, 'language_handler'::regtype) ORDER BY 1")
[[ $(wc -l <<<"$calls") -gt 45 ]]
ok $? 'there are functions of a mart to be tried'
for who in stranger reader writer source; do
    for path in public shop,public; do
        is "$(PGOPTIONS="$PGOPTIONS -c search_path=$path" PGUSER=rights_$who psql -XqAt -v VERBOSITY=verbose -d mart_rights 2>&1 <<<"${calls//$'\n'/$';\n'};" | grep -E 'XX000|server closed')" '' "a $who with search_path $path calls every function of a mart: no error is an internal one"
        is "$(everything)" "$before" 'and nothing has changed'
    done
done

is "$(as stranger "CALL _mart_transaction('pg_class', NULL)"; as stranger "CALL _mart_transaction(NULL, '{}')"; as stranger "CALL _mart_transaction('shop.stored_state'::regclass::oid::regclass, '{}')" | sed -n 1p; superuser 'SELECT 1')" \
   $'ERROR:  the state and the sources of a mart must not be NULL\nERROR:  the state and the sources of a mart must not be NULL\nERROR:  permission denied for schema shop\n1' 'NULL in place of a table is an error, and the server goes on'

# --- every relation
statements=$(superuser "SELECT replace(statement, '{}', oid::regclass::text) FROM pg_class, unnest(ARRAY['SELECT FROM {}', 'INSERT INTO {} DEFAULT VALUES', 'UPDATE {} SET ctid = NULL', 'DELETE FROM {}', 'TRUNCATE {}', 'LOCK TABLE {}', 'ALTER TABLE {} RENAME TO mine', 'DROP TABLE {}',
        'CREATE TRIGGER x AFTER INSERT ON {} EXECUTE FUNCTION shop.note_changes()', 'COPY {} TO STDOUT', 'CREATE INDEX ON {} ((1))', 'COMMENT ON TABLE {} IS NULL']) AS statement
    WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'v', 'S') ORDER BY relname, statement")
readable=$(superuser "SELECT 'SELECT FROM ' || oid::regclass FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind = 'v' AND relname !~ '^source_' ORDER BY relname")   # those read with the rights of who asks
for who in stranger reader writer source; do
    expected=''
    [[ $who != reader ]] || expected=$readable
    is "$(succeeded $who <<<"$statements")" "$expected" "a $who does with the relations of a mart what was granted"
done
is "$(everything)" "$before" 'and nothing has changed'

# --- writers write
is "$(as writer "INSERT INTO o VALUES ('w', '2024-02-02', 1); UPDATE o SET a = 2 WHERE c = 'w'; DELETE FROM o WHERE c = 'w'; TRUNCATE o; INSERT INTO o VALUES ('w', '2024-02-02', 1)"; superuser "SELECT string_agg(DISTINCT coalesce(month::text, 'all'), ' ') FROM shop.changes")" '2024-02-01 all' 'a writer of orders writes, and it is noted'
is "$(as writer "ALTER TABLE o DISABLE TRIGGER shop_insert" | errors; as writer 'DROP TRIGGER shop_insert ON o' | errors)" $'ERROR: must be owner of table o\nERROR: must be owner of relation o' 'but does not switch it off'
is "$(as owner "CALL refresh_mart('shop')" | grep -v months; as owner 'SELECT sum(revenue) FROM shop.revenue')" 1.00 'the owner refreshes'

# --- the owner of a source runs no code with the rights of the mart's owner: types of their own with a cast to text
superuser >/dev/null <<'SQL'
SET ROLE rights_source;
CREATE TABLE s (id bigint, c text, day date, a numeric(12,2), state text, category text, product text, relation text, cur text);
CREATE TABLE s_survey (day date, score integer);
CREATE TABLE s_costs (day date, cost numeric, kind text, method text);
CREATE TABLE s_subscriptions (who text, starts date, fee numeric, every interval, cur text);
CREATE TYPE word AS ENUM ('paid', 'acquisition', 'EUR', 'A');
CREATE FUNCTION evil(word) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'evil runs as %', current_user; END$$;
CREATE CAST (word AS text) WITH FUNCTION evil(word) AS ASSIGNMENT;
INSERT INTO s VALUES (1, 'A', '2024-01-01', 10, 'paid', 'A', 'A', 'A', 'EUR'), (2, 'A', '2024-02-01', 20, 'paid', 'A', 'A', 'A', 'EUR');
INSERT INTO s_costs VALUES ('2024-01-01', 10, 'acquisition', 'A');
INSERT INTO s_subscriptions VALUES ('A', '2024-01-01', 10, '1 month', 'EUR');
GRANT SELECT, TRIGGER ON s, s_survey, s_costs, s_subscriptions TO rights_owner;
SQL
all_mapped="SELECT create_mart('of_source', 's', 'c', 'day', 'a', order_id => 'id', status => 'state', category => 'category', product => 'product', relation => 'relation', price => 'a', currency => 'cur',
    survey => '{\"table\": \"s_survey\", \"answered_at\": \"day\", \"score\": \"score\"}', costs => '{\"table\": \"s_costs\", \"spent_at\": \"day\", \"amount\": \"cost\", \"kind\": \"kind\", \"method\": \"method\"}',
    subscriptions => '{\"table\": \"s_subscriptions\", \"customer\": \"who\", \"starts_at\": \"starts\", \"amount\": \"fee\", \"every\": \"every\", \"currency\": \"cur\"}')"
is "$(PGOPTIONS='-c client_min_messages=notice' as owner "$all_mapped" | errors)" \
   $'NOTICE: the mart "of_source" does not notice rows of public.s that are written with session_replication_role = replica, as loaders and logical replication do: public.s belongs to another role\nHINT: Where such rows come, map changed_at, refresh by period, or let the owner of the orders own the mart.' 'who makes a mart of the tables of another is told what it cannot notice'
as owner "CALL refresh_mart('of_source', quality => true)"
shown="SELECT sum(revenue), (SELECT string_agg(customer, ' ') FROM of_source.customers), (SELECT sum(end_mrr) > 0 FROM of_source.mrr), (SELECT sum(acquisition_cost) FROM of_source.unit_economics), (SELECT count(*) FROM of_source.sales_kinds) FROM of_source.revenue"
right=$(as owner "$shown")
# columns that a view reads are not altered, and the next refresh makes the views again
drop_sources() { as owner 'DROP VIEW IF EXISTS of_source.source_orders, of_source.source_survey, of_source.source_costs, of_source.source_subscriptions'; }
for column in s.state s.category s.product s.relation s.cur s.c s_costs.kind s_costs.method s_subscriptions.who s_subscriptions.cur; do
    drop_sources
    as source "ALTER TABLE ${column%.*} ALTER ${column#*.} TYPE word USING ${column#*.}::word" >/dev/null
    is "$(as owner "CALL refresh_mart('of_source', quality => true)"; as owner "$shown")" "$right" "a cast to text that the owner of a source has made does not run: $column"
    is "$(as owner "SELECT FROM data_quality('s', 'c', 'day', 'a', 'id', 'state', 'cur', 'product', 'relation') WHERE sample IS NOT NULL AND false")" '' 'nor when data_quality reads it'
done
for change in "s ALTER a TYPE word USING 'A'" "s_survey ALTER score TYPE word USING 'A'" "s_costs ALTER cost TYPE word USING 'A'" "s_subscriptions ALTER every TYPE word USING 'A'" "s ALTER day TYPE word USING 'A'"; do
    as source "CREATE FUNCTION evil_number(word) RETURNS numeric LANGUAGE plpgsql AS \$\$BEGIN RAISE EXCEPTION 'evil runs as %', current_user; END\$\$; CREATE CAST (word AS numeric) WITH FUNCTION evil_number(word) AS IMPLICIT" >/dev/null 2>&1
    drop_sources
    as source "ALTER TABLE $change" >/dev/null
    [[ $(as owner "CALL refresh_mart('of_source')" | errors | sed -n 1p) =~ ^'ERROR: '.*' must be '.*' of type ' ]]
    ok $? "a number or a day that became a type of the owner of the source stops the refresh: $change"
    as source "DROP CAST (word AS numeric); DROP FUNCTION evil_number; ALTER TABLE ${change%% *} DROP COLUMN $(cut -d ' ' -f 3 <<<"$change")" >/dev/null
    case $change in
        's ALTER a'*) as source 'ALTER TABLE s ADD a numeric(12,2)' ;;
        s_survey*) as source 'ALTER TABLE s_survey ADD score integer' ;;
        s_costs*) as source 'ALTER TABLE s_costs ADD cost numeric' ;;
        s_subscriptions*) as source "ALTER TABLE s_subscriptions ADD every interval DEFAULT '1 month'" ;;
    esac
done
# --- nor functions for domains of theirs, which match better, where others may create functions in the schema of the extension
superuser >/dev/null <<'SQL'
SET ROLE rights_source;
CREATE DOMAIN amount AS double precision; CREATE DOMAIN moment AS timestamptz; CREATE DOMAIN answer AS smallint; CREATE DOMAIN span AS daterange; CREATE DOMAIN name AS text;
CREATE TABLE d (c public.name, at moment, a amount, state public.name, product public.name); CREATE TABLE d_survey (day moment, score answer); CREATE TABLE d_subscriptions (who public.name, during span, fee amount, every interval);
INSERT INTO d VALUES ('A', '2024-01-01', 0.1, 'paid', 'A'), ('B', '2024-01-02', 0.2, 'paid', 'B');
INSERT INTO d_survey VALUES ('2024-01-01', 10); INSERT INTO d_subscriptions VALUES ('A', '[2024-01-01,)', 5, '1 month');
GRANT SELECT ON d, d_survey, d_subscriptions TO rights_owner;
SELECT format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION ''evil runs as %%'', current_user; END$$', proname, arguments,
              CASE proname WHEN '_shortest_decimal' THEN 'numeric' ELSE 'boolean' END)
FROM (VALUES ('_shortest_decimal', 'amount'), ('is_revenue_status', 'public.name'), ('is_known_status', 'public.name')) AS v (proname, arguments) \gexec
CREATE FUNCTION evil_score(state text, score answer) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'evil runs as %', current_user; END$$;
CREATE AGGREGATE public.nps_agg(answer) (sfunc = evil_score, stype = text);
CREATE FUNCTION evil_row(state text, customer text, at moment, amount numeric, tz text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'evil runs as %', current_user; END$$;
CREATE AGGREGATE public.ledger_agg(text, moment, numeric, text) (sfunc = evil_row, stype = text);
CREATE FUNCTION evil_subscription(state text, customer text, during span, amount numeric, every interval) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'evil runs as %', current_user; END$$;
CREATE AGGREGATE public.mrr_agg(text, span, numeric, interval) (sfunc = evil_subscription, stype = text);
SQL
is "$(as owner 'SELECT nps_agg(score) FROM d_survey' | errors | sed -n 1p)" 'ERROR: evil runs as rights_owner' 'such a function is what a call by somebody else finds'
is "$(as owner "SELECT create_mart('of_domains', 'd', 'c', 'at', 'a', status => 'state', product => 'product', price => 'a', tz => 'UTC', triggers => false, survey => '{\"table\": \"d_survey\", \"answered_at\": \"day\", \"score\": \"score\"}',
        subscriptions => '{\"table\": \"d_subscriptions\", \"customer\": \"who\", \"period\": \"during\", \"amount\": \"fee\", \"every\": \"every\"}')
    " | grep -v '^$'; as owner "CALL refresh_mart('of_domains', quality => true)"; as owner "SELECT sum(revenue), (SELECT sum(nps) FROM of_domains.nps), (SELECT max(end_mrr) FROM of_domains.mrr) FROM of_domains.revenue; SELECT drop_mart('of_domains')" | sed -n 1p)" \
   '0.30|100|5.00' 'nor a function that they have made for a domain of theirs in the schema of the extension'
superuser 'DROP TABLE d, d_survey, d_subscriptions; DROP DOMAIN amount, moment, answer, span, public.name CASCADE' >/dev/null 2>&1

# --- a view of which some columns may be read, over a table that may not be read
superuser "SET ROLE rights_source; CREATE TABLE hidden (c text, day date, a numeric, secret text); INSERT INTO hidden VALUES ('A', '2024-01-01', 1, 'x'); CREATE VIEW partly AS TABLE hidden; GRANT SELECT (c, day, a) ON partly TO rights_owner" >/dev/null
is "$(PGOPTIONS='-c client_min_messages=notice' as owner "SELECT create_mart('of_some', 'partly', 'c', 'day', 'a')" | errors | sed -n 1p; as owner "CALL refresh_mart('of_some')"; as owner "SELECT count(*) FROM of_some.revenue; SELECT drop_mart('of_some')" | sed -n 1p)" $'NOTICE: the mart "of_some" of rights_owner reads what others own: public.partly (rights_source)\n1' 'a mart needs no more of a view than the columns that it reads'
superuser 'DROP TABLE hidden CASCADE' >/dev/null 2>&1

as owner "SELECT drop_mart('of_source')" >/dev/null
is "$(superuser "SELECT count(*) FROM pg_trigger WHERE tgrelid = 's'::regclass")" 0 'drop_mart removes the triggers from a table of another'

# --- owners change while orders are written
# meanwhile HOLDER QUERIES MORE OTHER QUERY: the holder runs queries in a transaction, and more of them when the query of another waits for it, or is done;
# what both say
meanwhile() {
    local holder other out
    out=$(mktemp)
    exec {holder}> >(PGUSER=$1 sql mart_rights >"$out")
    other=$!
    printf 'BEGIN;\n%s;\nSELECT FROM pg_advisory_xact_lock(1);\n' "$2" >&"$holder"
    until [[ $(superuser "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == 1 ]]; do sleep 0.05; done
    PGUSER=$4 PGAPPNAME=other sql mart_rights "$5" >"$out.other" &
    until [[ $(superuser "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'other' AND wait_event_type = 'Lock'") == 1 ]] || ! kill -0 $! 2>/dev/null; do sleep 0.05; done
    printf '%s;\nCOMMIT;\n' "$3" >&"$holder"
    exec {holder}>&-
    wait $! "$other"
    cat "$out" "$out.other"
    rm "$out" "$out.other"
}
superuser >/dev/null <<'SQL'
SET ROLE rights_source;
CREATE TABLE p (c text, day date, a numeric(12,2));
INSERT INTO p VALUES ('A', '2024-01-01', 1);
GRANT SELECT, TRIGGER ON p TO rights_owner, rights_heir;
GRANT INSERT ON p TO rights_writer;
RESET ROLE;
GRANT CREATE ON DATABASE mart_rights TO rights_heir;
SQL
as owner "SELECT create_mart('given', 'p', 'c', 'day', 'a')" >/dev/null
as owner "CALL refresh_mart('given')"
noted() { superuser "SELECT string_agg(DISTINCT coalesce(month::text, 'all'), ' ') FROM given.changes"; }
is_exact() { as "$1" "CALL refresh_mart('given')" && as "$1" 'SELECT sum(revenue) = (SELECT sum(a) FROM p) FROM given.revenue'; }
is "$(meanwhile postgres 'REASSIGN OWNED BY rights_owner TO rights_heir' SELECT rights_writer "INSERT INTO p VALUES ('B', '2024-02-01', 2)"; noted)" 2024-02-01 'a mart gets another owner while orders are written: the write waits, and is noted'
is "$(as owner "CALL refresh_mart('given')" | errors | sed -n 1p; as owner 'SELECT FROM given.changes' | errors)" $'ERROR: permission denied for schema given\nERROR: permission denied for schema given' 'who owned it has no right on it any more'
is "$(is_exact heir)" t 'and who owns it now refreshes it: nothing is lost'
is "$(meanwhile rights_writer "INSERT INTO p VALUES ('C', '2024-03-01', 4)" "INSERT INTO p VALUES ('C', '2024-04-01', 8)" postgres 'REASSIGN OWNED BY rights_heir TO rights_owner'; noted)" '2024-03-01 2024-04-01' 'or when they have been: the new owner waits for who writes'
is "$(is_exact owner)" t 'and has it all'
is "$(meanwhile postgres 'ALTER TABLE p OWNER TO rights_heir' SELECT rights_writer "INSERT INTO p VALUES ('D', '2024-05-01', 16)"; noted; is_exact owner)" $'2024-05-01\nt' 'the orders get another owner while they are written'
is "$(meanwhile postgres 'ALTER TABLE given.changes OWNER TO rights_stranger' SELECT rights_writer "INSERT INTO p VALUES ('E', '2024-06-01', 32)"; noted)" '' 'only the table of the changes gets another owner: the write goes on, and writes into no table of another'
is "$(as owner "CALL refresh_mart('given')" | errors | sed -n 1p)" 'ERROR: permission denied for table changes' 'no refresh goes on without it'
is "$(meanwhile rights_writer "INSERT INTO p VALUES ('F', '2024-07-01', 64)" SELECT postgres 'ALTER TABLE given.changes OWNER TO rights_owner'; noted; is_exact owner)" $'\nt' 'and when it is back all is read'
as owner "SELECT drop_mart('given')" >/dev/null

# --- a superuser is told whose code may run
superuser >/dev/null 'SET ROLE rights_source; ALTER TABLE s ADD day date; CREATE VIEW s_view AS SELECT * FROM s'
is "$(PGOPTIONS='-c client_min_messages=notice' superuser "SELECT create_mart('of_super', 's_view', 'id', 'day', 'a', survey => '{\"table\": \"s_survey\", \"answered_at\": \"day\", \"score\": \"score\"}')" | errors)" \
   $'NOTICE: the mart "of_super" of the superuser postgres reads what others own: public.s_view (rights_source), public.s_survey (rights_source)\nDETAIL: Who owns a table or a view that a mart reads can have functions run with the rights of the owner of the mart.\nHINT: Make marts as a role of their own: docs/mart.md, "Rights", has the statements.' 'a superuser who makes a mart of what others own is told'
superuser "SELECT drop_mart('of_super')" >/dev/null

clean_up
done_testing
