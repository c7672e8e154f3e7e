#!/usr/bin/env bash
# Published figures on real data, where the files are.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

data=$root/../shared/data
new_database real_data
sql real_data 'CREATE EXTENSION customer_value'

if [[ -f $data/cdnow/CDNOW_master.txt ]]; then
    sql real_data 'CREATE TABLE cdnow (customer bigint, day date, cds int, amount numeric(10,2))'
    awk 'NR > 1 {print $1 "," $2 "," $3 "," $4}' "$data/cdnow/CDNOW_master.txt" | psql -Xq -d real_data -c "\copy cdnow from stdin with (format csv)"
    sql real_data 'CREATE TABLE cdnow_ledger AS SELECT ledger_agg(customer, day, amount) AS l FROM cdnow'
    is "$(sql real_data 'SELECT customers_count(l), rows_count(l), net_revenue(l) FROM cdnow_ledger')" '23570|69659|2500315.63' 'CDNOW: customers, orders and revenue to the cent'
    # calibration to 1997-09-30, in weeks (published by Fader and Hardie for the 1/10 sample; these are the master's own sums)
    is "$(sql real_data "SELECT count(*), sum(frequency), round(sum(age)::numeric, 6), round(sum(recency)::numeric, 6) FROM cdnow_ledger, rfm_summary(l, NULL::bigint, '1997-09-30', '1 week')")" \
       '23570|24337|771390.857143|161377.714286' 'CDNOW: sums of frequency, age and recency'
    is "$(sql real_data "SELECT sum(d - c) FROM (SELECT a.active_days - coalesce(b.active_days, 0) FROM cdnow_ledger, customers(l, NULL::bigint) AS a LEFT JOIN (SELECT c.* FROM cdnow_ledger, customers(l, NULL::bigint, '1997-09-30') AS c) AS b USING (customer)) AS holdout (d), (SELECT 0) AS zero (c)")" \
       19684 'CDNOW: purchase days in the 39 weeks after'
    is "$(sql real_data "SELECT count(*) FROM cdnow_ledger, customer_growth(l) WHERE at_start + new + reactivated - churned <> at_end")" 0 'CDNOW: the rows of customer_growth balance'
    is "$(sql real_data "SELECT sum(new) FROM cdnow_ledger, lifecycle(l)")" 23570 'CDNOW: every customer is new once'
    sql real_data "CREATE TABLE monthly AS SELECT ledger_agg(customer, day, amount) AS l FROM cdnow GROUP BY date_trunc('month', day)"
    is "$(sql real_data 'SELECT (SELECT rollup(l)::text FROM monthly) = (SELECT l::text FROM cdnow_ledger)')" t 'CDNOW: the rollup of its months is the whole'
else
    skip 'CDNOW' 'the file is not there'
fi

if [[ -f $data/online_retail/online_retail.csv.gz ]]; then
    sql real_data 'CREATE TABLE retail (invoice text, stock text, description text, quantity int, at timestamp, price numeric, customer bigint, country text)'
    zcat "$data/online_retail/online_retail.csv.gz" | psql -Xq -d real_data -c "\copy retail from stdin with (format csv, header)"
    sql real_data "CREATE TABLE retail_ledger AS SELECT ledger_agg(customer, at::date, quantity * price) AS l FROM retail WHERE quantity > 0 AND price > 0 AND invoice NOT LIKE 'C%'"
    is "$(sql real_data 'SELECT customers_count(l), rows_count(l), round(net_revenue(l), 2) FROM retail_ledger')" '4338|397884|8911407.90' 'Online Retail: customers, rows and revenue to the cent'
    is "$(sql real_data "SELECT sum(frequency), max(frequency), count(*) FILTER (WHERE frequency = 0), sum(recency), sum(age) FROM retail_ledger, rfm_summary(l, NULL::bigint, '2011-12-09')")" \
       '12425|131|1548|567287|966641' 'Online Retail: the summary by day'
    is "$(sql real_data "SELECT round(net_revenue(ledger_agg(customer, at::date, quantity * price)), 2) = (SELECT round(sum(quantity * price), 2) FROM retail WHERE customer IS NOT NULL) FROM retail")" t 'Online Retail: refunds netted to the cent'
else
    skip 'Online Retail' 'the file is not there'
fi

done_testing
