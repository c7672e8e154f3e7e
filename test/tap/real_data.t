#!/usr/bin/env bash
# Published figures on real data that is too large for the repository, where the files are; see reference.t for what is small.
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
    is "$(sql real_data "SELECT count(*) FROM cdnow_ledger, customer_growth(l) WHERE at_start + new_customers + reactivated_customers - churned_customers <> at_end")" 0 'CDNOW: the rows of customer_growth balance'
    is "$(sql real_data "SELECT sum(new_customers) FROM cdnow_ledger, lifecycle(l)")" 23570 'CDNOW: every customer is new once'
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
    # by order: lines of an invoice are one order, cancellations have invoices of their own
    sql real_data "CREATE TABLE retail_orders AS SELECT ledger_agg(customer, at::date, quantity * price, invoice) AS l FROM retail WHERE price > 0"
    is "$(sql real_data 'SELECT round(repeat_purchase_rate(l), 2), round(avg_check(l), 2) FROM retail_orders')" '65.58|447.88' 'Online Retail: repeat rate and average check by order'
    is "$(sql real_data 'SELECT round(avg(orders), 2) FROM retail_orders, customers(l) WHERE orders > 0')" 4.27 'Online Retail: orders a customer'
    is "$(sql real_data 'SELECT net_revenue(settled(l)) = net_revenue(l), rows_count(settled(l)) < rows_count(l) FROM retail_orders')" 't|t' 'Online Retail: settlement leaves the money as it is'
    sql real_data "CREATE TABLE retail_forecast AS SELECT f.* FROM (SELECT ledger_agg(customer, at::date, quantity * price, invoice) AS l FROM retail) AS base, clv_forecast(l, bg_nbd_model(.25, 4.4, .8, 2.4, '1 week'), gamma_gamma_model(6, 4, 300), 26, 0, NULL::bigint) AS f"
    is "$(sql real_data "SELECT count(*), count(*) FILTER (WHERE clv = 0) FROM (SELECT customer, sum(quantity * price) AS revenue FROM retail GROUP BY customer) AS c JOIN retail_forecast USING (customer) WHERE revenue <= 0")" '55|55' 'Online Retail: customers who brought nothing are worth nothing'
    sql real_data "CREATE TABLE retail_kinds AS SELECT *, sale_type(stock, left(stock, 3), CASE WHEN quantity < 0 THEN -price ELSE price END) OVER (PARTITION BY customer ORDER BY at) AS kind FROM retail WHERE customer IS NOT NULL AND quantity > 0 AND price > 0"
    # in plain SQL: the first line of each product in a basket stands for it
    is "$(sql real_data "SELECT count(*), count(*) FILTER (WHERE kind IS DISTINCT FROM twin) FROM (SELECT kind, first_value(class) OVER (PARTITION BY customer, at, stock ORDER BY price) AS twin FROM (SELECT *, CASE WHEN at = min(at) OVER (PARTITION BY customer) THEN 'front_end' WHEN at > min(at) OVER (PARTITION BY customer, stock) THEN 'repeat' WHEN dearest IS NULL THEN 'cross_sell' WHEN price > dearest THEN 'upsell' ELSE 'add_on' END AS class FROM (SELECT *, max(price) OVER (PARTITION BY customer, left(stock, 3) ORDER BY at, price, stock COLLATE \"C\" GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS dearest FROM retail_kinds) AS lines) AS classed) AS both_")" \
       '397884|0' 'Online Retail: the kind of each sale as window functions find it'
    is "$(sql real_data "SELECT sum(revenue) = (SELECT sum(quantity * price) FROM retail_kinds), sum(share_pct) BETWEEN 99.999 AND 100.001 FROM (SELECT sales_agg(kind, invoice, quantity * price) AS s FROM retail_kinds) AS sold, sales_report(s)")" 't|t' 'Online Retail: the kinds of sale add up'
    is "$(sql real_data "SELECT count(*), count(*) FILTER (WHERE pairs.orders = n) FROM (SELECT affinity_agg(invoice, stock) AS s FROM retail_kinds) AS sold, basket_affinity(s, 1) AS pairs FULL JOIN (SELECT a.stock AS first_product, b.stock AS second_product, count(*) AS n FROM (SELECT DISTINCT invoice, stock COLLATE \"C\" AS stock FROM retail_kinds) AS a JOIN (SELECT DISTINCT invoice, stock COLLATE \"C\" AS stock FROM retail_kinds) AS b USING (invoice) WHERE a.stock < b.stock GROUP BY 1, 2 HAVING count(*) * 100 >= (SELECT count(DISTINCT invoice) FROM retail_kinds)) AS twin USING (first_product, second_product)" | awk -F'|' '{print ($1 > 100 && $1 == $2) ? "all" : $0}')" \
       all 'Online Retail: pairs of products as a self join counts them'
    # 135,080 lines without a customer, 2,515 without a price, 9,288 lines of cancellations and 2 of bad debt, which have invoices of their own
    sql real_data 'CREATE VIEW retail_lines AS SELECT *, quantity * price AS total FROM retail'
    is "$(sql real_data "SELECT check_name, severity, row_count FROM data_quality('retail_lines', 'customer', 'at', 'total', 'invoice', product => 'stock', as_of => '2011-12-10') WHERE severity NOT IN ('ok', 'skipped')")" \
       "null_customer|warning|135080
duplicate_row|warning|$(sql real_data 'SELECT sum(n - 1) FROM (SELECT count(*) FROM retail GROUP BY customer, at, quantity * price, invoice, stock) AS copies (n)')
several_lines|info|$(sql real_data 'SELECT sum(n) FROM (SELECT count(*) FROM retail WHERE quantity * price >= 0 GROUP BY invoice) AS sales (n) WHERE n > 1')
zero_sale|info|2515
orphan_refund|error|9290" 'Online Retail: what is known to be wrong with it'
    is "$(sql real_data "SELECT check_name, row_count, sample[1] FROM data_quality('retail_lines', ordered_at => 'at', as_of => '2011-12-17') WHERE severity = 'error'")" 'stale_source|541909|2011-12-09' 'Online Retail: stale on 17 December, eight days after the last line'
else
    skip 'Online Retail' 'the file is not there'
fi

if [[ -f $data/cdnow/CDNOW_sample.txt ]]; then
    sql real_data 'CREATE TABLE sample (master int, customer bigint, day date, cds int, amount numeric(10,2))'
    awk '{print $1 "," $2 "," $3 "," $4 "," $5}' "$data/cdnow/CDNOW_sample.txt" | psql -Xq -d real_data -c "\copy sample from stdin with (format csv)"
    is "$(sql real_data "SELECT customer || ',' || frequency || ',' || recency || ',' || age || ',' || repeat_spend || ',' || later_purchases
            FROM (SELECT customer, count(DISTINCT day) FILTER (WHERE day <= '1997-09-30') - 1 AS frequency, max(day) FILTER (WHERE day <= '1997-09-30') - min(day) AS recency, '1997-09-30' - min(day) AS age,
                         coalesce(sum(amount) FILTER (WHERE day > first AND day <= '1997-09-30'), 0) AS repeat_spend, count(DISTINCT day) FILTER (WHERE day > '1997-09-30') AS later_purchases
                  FROM (SELECT *, min(day) OVER (PARTITION BY customer) AS first FROM sample) AS orders GROUP BY customer) AS summary ORDER BY customer")" \
       "$(tail -n +2 "$root/test/reference/cdnow_sample.csv")" 'CDNOW sample: its orders have the summary of test/reference'
else
    skip 'CDNOW sample' 'the file is not there'
fi

# Forecasts, calibrated to 1997-09-30; what 39 weeks brought
if [[ -f $data/cdnow/CDNOW_master.txt ]]; then
    forecasts=$(sql real_data "SELECT model, frequency, customers, actual, round(predicted) FROM cdnow_ledger, holdout_check(l, '1997-09-30', '1 week')")
    printf '# CDNOW, 39 weeks after 1997-09-30: model, purchases before, customers, actual, predicted\n%s\n' "$forecasts" | sed '2,$s/^/#   /'
    is "$(grep -c '|all|23570|19684|' <<<"$forecasts")" 3 'CDNOW: each model is checked against all purchases'
    is "$(awk -F'|' '$2 != "all" {actual[$1] += $4; predicted[$1] += $5} $2 == "all" && actual[$1] == $4 && (predicted[$1] - $5)^2 <= 16' <<<"$forecasts" | wc -l)" 3 'CDNOW: the buckets add up'
    is "$(awk -F'|' '$2 == "all" && ($5 / $4 < 0.75 || $5 / $4 > 1.05)' <<<"$forecasts")" '' 'CDNOW: forecasts of all purchases are within a quarter'
    sql real_data "CREATE TABLE best AS SELECT f.* FROM cdnow_ledger, clv_forecast(l, bg_nbd_fit(l, '1997-09-30', '1 week'), gamma_gamma_fit(l, '1997-09-30'), 39, 0.002, NULL::bigint, '1997-09-30') AS f"
    echo '# CDNOW, the best customers: customer, frequency, p_alive, expected purchases, value'
    sql real_data 'SELECT customer, frequency, round(p_alive::numeric, 3), round(expected_purchases::numeric, 1), round(clv::numeric, 2) FROM best ORDER BY clv DESC LIMIT 10' | sed 's/^/#   /'
    is "$(sql real_data "SELECT count(*), count(clv), abs(sum(expected_purchases) - (SELECT predicted FROM cdnow_ledger, holdout_check(l, '1997-09-30', '1 week') WHERE model = 'BG/NBD' AND frequency = 'all')) < 1e-6 FROM best")" '23570|23570|t' 'CDNOW: the forecast has every customer'
    # who is forecast to be in the best tenth brings more than half of the holdout's purchases of the best tenth in hindsight
    is "$(sql real_data "WITH after AS (SELECT customer, count(DISTINCT day) AS bought FROM cdnow WHERE day > '1997-09-30' GROUP BY customer), ranked AS (
            SELECT coalesce(bought, 0) AS bought, ntile(10) OVER (ORDER BY expected_purchases DESC, customer) AS forecast, ntile(10) OVER (ORDER BY coalesce(bought, 0) DESC, customer) AS truth FROM best LEFT JOIN after USING (customer))
        SELECT sum(bought) FILTER (WHERE forecast = 1) > 0.5 * sum(bought) FILTER (WHERE truth = 1) FROM ranked")" t 'CDNOW: the forecast finds those who buy most'
else
    skip 'CDNOW forecasts' 'the file is not there'
fi

if [[ -f $data/online_retail/online_retail.csv.gz ]]; then
    comparison=$(sql real_data "SELECT model, round(log_likelihood::numeric, 3), at_boundary, is_recommended, verdict FROM retail_ledger, model_comparison(l, '2011-06-08')")
    printf '# Online Retail, calibrated to 2011-06-08\n%s\n' "$comparison" | sed '2,$s/^/#   /'
    is "$(grep -c '|t|f|boundary: no dropout to be seen, the fit is NBD and p_alive is 1$' <<<"$comparison")" 3 'Online Retail: no dropout, and the fits say so'
    is "$(cut -d'|' -f2 <<<"$comparison" | sort -u | wc -l)" 1 'Online Retail: with the log-likelihood of NBD'
    is "$(sql real_data "SELECT (m).a, (m).b IS NULL, (m).at_boundary, p_alive(m, 5, 30, 180) FROM retail_ledger, LATERAL (SELECT bg_nbd_fit(l, '2011-06-08')) AS s (m)")" '0|t|t|1' 'Online Retail: everybody is alive'
else
    skip 'Online Retail forecasts' 'the file is not there'
fi

done_testing
