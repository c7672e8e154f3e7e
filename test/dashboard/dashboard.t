#!/usr/bin/env bash
# script/dashboard makes a site whose numbers are psql's: of the synthetic shop's mart, and of one that holds next to nothing.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/../tap/tap.sh"

# shows NAME ARGS: the site passes its own check; the output is shown where it does not
shows() {
    local output status
    output=$("$root/script/dashboard" --test "${@:2}" 2>&1)
    status=$?
    ok "$status" "$1: $(grep -c '^ok' <<<"$output") figures and tables"
    ((status == 0)) || printf '# %s\n' "${output//$'\n'/$'\n# '}"
}

# refused STATUS NAME ARGS: nothing is built
refused() {
    local output
    output=$("$root/script/dashboard" "${@:3}" 2>&1)
    is $? "$1" "$2: $(tail -n 1 <<<"$output")"
}

shows 'the dashboard of the synthetic shop shows the numbers of its mart'

# Orders of a month that has not ended, and nothing else: no categories, products, subscriptions, survey, costs, complete periods, models.
# The role that reads it may read the views and nothing else
new_database bare
sql bare >/dev/null <<'END'
CREATE EXTENSION customer_value;
CREATE TABLE orders (customer text, day date, amount numeric);
INSERT INTO orders VALUES ('Ada', '2025-03-03', 10), ('Ben', '2025-03-04', 20), ('Ada', '2025-03-09', 30), ('Cleo', '2025-03-09', 12.50);
SELECT create_mart('Bare Mart', 'orders', 'customer', 'day', 'amount');
CALL refresh_mart('Bare Mart');
CREATE ROLE dashboard_reader LOGIN;
GRANT USAGE ON SCHEMA "Bare Mart" TO dashboard_reader;
SELECT format('GRANT SELECT ON %I.%I TO dashboard_reader', schemaname, viewname) FROM pg_views WHERE schemaname = 'Bare Mart' AND viewname !~ '^source_' \gexec
END
reader="postgresql://dashboard_reader@/bare?host=$PGHOST&port=$PGPORT"
shows 'a mart of bare orders makes a dashboard of what it has' --connection "$reader" --mart 'Bare Mart'

refused 2 'a mart that is not there' --connection "$reader" --mart elsewhere --test
refused 2 'a server that is not there' --connection postgresql://nobody@127.0.0.1:1/none --mart shop --test
refused 2 'a mart without its database' --mart shop
refused 2 'a folder with something else' --build /etc
done_testing
