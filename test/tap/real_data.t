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
    sql real_data "CREATE TABLE retail_kinds AS SELECT *, sale_type(stock, left(stock, 3), CASE WHEN quantity < 0 THEN -price ELSE price END) OVER (PARTITION BY customer ORDER BY at) AS kind FROM retail WHERE customer IS NOT NULL AND quantity > 0 AND price > 0"
    # in plain SQL: the first line of each product in a basket stands for it
    is "$(sql real_data "SELECT count(*), count(*) FILTER (WHERE kind IS DISTINCT FROM twin) FROM (SELECT kind, first_value(class) OVER (PARTITION BY customer, at, stock ORDER BY price) AS twin FROM (SELECT *, CASE WHEN at = min(at) OVER (PARTITION BY customer) THEN 'front_end' WHEN at > min(at) OVER (PARTITION BY customer, stock) THEN 'repeat' WHEN dearest IS NULL THEN 'cross_sell' WHEN price > dearest THEN 'upsell' ELSE 'add_on' END AS class FROM (SELECT *, max(price) OVER (PARTITION BY customer, left(stock, 3) ORDER BY at, price, stock COLLATE \"C\" GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS dearest FROM retail_kinds) AS lines) AS classed) AS both_")" \
       '397884|0' 'Online Retail: the kind of each sale as window functions find it'
    is "$(sql real_data "SELECT sum(revenue) = (SELECT sum(quantity * price) FROM retail_kinds), sum(share_pct) BETWEEN 99.999 AND 100.001 FROM (SELECT sales_agg(kind, invoice, quantity * price) AS s FROM retail_kinds) AS sold, sales_report(s)")" 't|t' 'Online Retail: the kinds of sale add up'
    is "$(sql real_data "SELECT count(*), count(*) FILTER (WHERE pairs.orders = n) FROM (SELECT affinity_agg(invoice, stock) AS s FROM retail_kinds) AS sold, basket_affinity(s, 1) AS pairs FULL JOIN (SELECT a.stock AS first_product, b.stock AS second_product, count(*) AS n FROM (SELECT DISTINCT invoice, stock COLLATE \"C\" AS stock FROM retail_kinds) AS a JOIN (SELECT DISTINCT invoice, stock COLLATE \"C\" AS stock FROM retail_kinds) AS b USING (invoice) WHERE a.stock < b.stock GROUP BY 1, 2 HAVING count(*) * 100 >= (SELECT count(DISTINCT invoice) FROM retail_kinds)) AS twin USING (first_product, second_product)" | awk -F'|' '{print ($1 > 100 && $1 == $2) ? "all" : $0}')" \
       all 'Online Retail: pairs of products as a self join counts them'
    # 135,080 lines without a customer, 2,515 without a price, 9,288 lines of cancellations and 2 of bad debt, which have invoices of their own
    sql real_data 'CREATE VIEW retail_lines AS SELECT *, quantity * price AS total FROM retail'
    is "$(sql real_data "SELECT check_name, severity, rows FROM data_quality('retail_lines', 'customer', 'at', 'total', 'invoice', product => 'stock', as_of => '2011-12-10') WHERE severity NOT IN ('ok', 'skipped')")" \
       "null_customer|warning|135080
duplicate_row|warning|$(sql real_data 'SELECT sum(n - 1) FROM (SELECT count(*) FROM retail GROUP BY customer, at, quantity * price, invoice, stock) AS copies (n)')
zero_sale|info|2515
orphan_refund|error|9290" 'Online Retail: what is known to be wrong with it'
    is "$(sql real_data "SELECT check_name, rows, sample[1] FROM data_quality('retail_lines', ordered_at => 'at', as_of => '2011-12-17') WHERE severity = 'error'")" 'stale_source|541909|2011-12-09' 'Online Retail: stale on 17 December, eight days after the last line'
else
    skip 'Online Retail' 'the file is not there'
fi

# Forecasts: fits as published, in weeks, calibrated to 1997-09-30; what 39 weeks brought
if [[ -f $data/cdnow/CDNOW_sample.txt ]]; then
    sql real_data 'CREATE TABLE sample (master int, customer bigint, day date, cds int, amount numeric(10,2))'
    awk '{print $1 "," $2 "," $3 "," $4 "," $5}' "$data/cdnow/CDNOW_sample.txt" | psql -Xq -d real_data -c "\copy sample from stdin with (format csv)"
    sql real_data "CREATE TABLE sample_models AS
        SELECT l, bg_nbd_fit(l, '1997-09-30', '1 week') AS bg, mbg_nbd_fit(l, '1997-09-30', '1 week') AS mbg, pareto_nbd_fit(l, '1997-09-30', '1 week') AS pareto, gamma_gamma_fit(l, '1997-09-30') AS spend
        FROM (SELECT ledger_agg(customer, day, amount) AS l FROM sample) AS s"
    model() { sql real_data "SELECT $(for name in ${2//,/ }; do printf "round((%s).%s::numeric, 4) || ' ' || " "$1" "$name"; done) round(($1).log_likelihood::numeric, 6) FROM sample_models"; }
    is "$(model bg r,alpha,a,b)" '0.2426 4.4136 0.7929 2.4259 -9582.429207' 'CDNOW sample: BG/NBD'
    is "$(model mbg r,alpha,a,b)" '0.5248 6.1831 0.8914 1.6140 -9582.135716' 'CDNOW sample: MBG/NBD'
    is "$(model pareto r,alpha,s,beta)" '0.5533 10.5777 0.6062 11.6687 -9594.976179' 'CDNOW sample: Pareto/NBD'
    is "$(model spend p,q,v)" '6.2496 3.7442 15.4435 -4055.917695' 'CDNOW sample: Gamma-Gamma'
    is "$(sql real_data "SELECT (bg).customers, (spend).customers, (bg).converged, (bg).at_boundary FROM sample_models")" '2357|946|t|f' 'CDNOW sample: customers'
    is "$(sql real_data "SELECT string_agg(round(error::numeric, 4)::text, ' ') FROM sample_models, unnest((bg).standard_errors || (pareto).standard_errors) AS error")" \
       '0.0126 0.3782 0.1857 0.7054 0.0476 0.8427 0.1873 6.2111' 'CDNOW sample: standard errors'
    is "$(sql real_data "SELECT round(log_likelihood::numeric, 6) FROM sample_models, model_comparison(l, '1997-09-30', '1 week') WHERE model = 'NBD'")" '-9763.657615' 'CDNOW sample: NBD'
    is "$(sql real_data "SELECT min(customers), min(actual) FROM sample_models, holdout_check(l, '1997-09-30', '1 week') WHERE frequency = 'all'")" '2357|1882' 'CDNOW sample: purchases in the holdout'
    is "$(sql real_data "SELECT round(corr(frequency, monetary_value)::numeric, 6) FROM sample_models, rfm_summary(l, NULL::bigint, '1997-09-30') WHERE frequency > 0")" 0.113888 'CDNOW sample: spend hardly depends on frequency'
else
    skip 'CDNOW sample' 'the file is not there'
fi

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
    comparison=$(sql real_data "SELECT model, round(log_likelihood::numeric, 3), at_boundary, recommended, verdict FROM retail_ledger, model_comparison(l, '2011-06-08')")
    printf '# Online Retail, calibrated to 2011-06-08\n%s\n' "$comparison" | sed '2,$s/^/#   /'
    is "$(grep -c '|t|f|boundary: no dropout to be seen, the fit is NBD and p_alive is 1$' <<<"$comparison")" 3 'Online Retail: no dropout, and the fits say so'
    is "$(cut -d'|' -f2 <<<"$comparison" | sort -u | wc -l)" 1 'Online Retail: with the log-likelihood of NBD'
    is "$(sql real_data "SELECT (m).a, (m).b IS NULL, (m).at_boundary, p_alive(m, 5, 30, 180) FROM retail_ledger, LATERAL (SELECT bg_nbd_fit(l, '2011-06-08')) AS s (m)")" '0|t|t|1' 'Online Retail: everybody is alive'
else
    skip 'Online Retail forecasts' 'the file is not there'
fi

if [[ -f $data/mrr/subscription_periods.csv ]]; then
    # dbt Labs' MRR playbook, from its description: a row for each customer and month from the first active one to the month behind the last, by what holds
    # on the first of the month; new is the first, churn a month without after one with, reactivation one with after one without
    sql real_data 'CREATE TABLE periods (subscription bigint, customer bigint, starts date, ends date, amount numeric)'
    psql -Xq -d real_data -c "\copy periods from '$data/mrr/subscription_periods.csv' with (format csv, header)"
    sql real_data "CREATE FUNCTION playbook(moved int) RETURNS TABLE (month date, movement text, change numeric, customers bigint) LANGUAGE sql AS \$\$
        WITH months AS (SELECT m::date AS month FROM generate_series(timestamp '2017-01-01', '2020-12-01', '1 month') AS m),
             filled AS (SELECT customer, month, coalesce((SELECT sum(amount) FROM periods AS p WHERE p.customer = c.customer AND month >= starts + moved AND month < ends + moved), 0) AS mrr
                        FROM (SELECT DISTINCT customer FROM periods) AS c CROSS JOIN months),
             active AS (SELECT *, min(month) FILTER (WHERE mrr > 0) OVER w AS first, max(month) FILTER (WHERE mrr > 0) OVER w AS last, lag(mrr, 1, 0::numeric) OVER (PARTITION BY customer ORDER BY month) AS before FROM filled WINDOW w AS (PARTITION BY customer)),
             named AS (SELECT month, mrr - before AS change, CASE WHEN month = first THEN 'new' WHEN mrr = 0 AND before > 0 THEN 'churn' WHEN mrr > 0 AND before = 0 THEN 'reactivation' WHEN mrr > before THEN 'expansion' WHEN mrr < before THEN 'contraction' END AS movement
                       FROM active WHERE month BETWEEN first AND last + interval '1 month')
        SELECT month, movement, sum(change), count(*) FROM named WHERE movement IS NOT NULL GROUP BY 1, 2 \$\$"
    sql real_data "CREATE FUNCTION movements(moved int) RETURNS TABLE (month date, movement text, change numeric, customers bigint) LANGUAGE sql AS \$\$
        SELECT period, movement, sum(c.change), count(*) FROM (SELECT mrr_agg(customer, daterange(starts + moved, ends + moved), amount, '1 month') FROM periods) AS l (m), mrr_movements(m), mrr_changes(m, NULL::bigint, period, (period + interval '1 month')::date) AS c GROUP BY 1, 2 \$\$"
    compare() { sql real_data "SELECT count(*) FROM ((SELECT * FROM $1 EXCEPT SELECT * FROM $2) UNION ALL (SELECT * FROM $2 EXCEPT SELECT * FROM $1)) AS d"; }
    is "$(sql real_data "SELECT count(*), count(DISTINCT month), count(DISTINCT movement), sum(customers), sum(customers) FILTER (WHERE movement = 'new') FROM playbook(0)")" '58|27|5|173|55' 'MRR playbook: what its rules say'
    is "$(compare 'playbook(0)' 'movements(0)')" 0 'MRR playbook: every movement of every month'
    is "$(sql real_data "SELECT count(*) FROM (SELECT mrr_agg(customer, daterange(starts, ends), amount, '1 month') FROM periods) AS l (m), mrr_movements(m) AS r
        WHERE ARRAY[new_mrr, reactivation, expansion, contraction, churn] <> ARRAY(SELECT coalesce((SELECT change FROM playbook(0) AS p WHERE p.month = r.period AND p.movement = v.movement), 0) FROM unnest('{new,reactivation,expansion,contraction,churn}'::text[]) WITH ORDINALITY AS v (movement, i) ORDER BY i)")" \
       0 'MRR playbook: the amounts of mrr_movements'
    is "$(compare "(SELECT (month - interval '1 month')::date, movement, change, customers FROM playbook(14)) AS p" 'movements(14)')" 0 'MRR playbook: what begins in mid-month is there a month later by its rules, and else the same'
    is "$(compare 'movements(14)' 'movements(0)')" 0 'MRR playbook: here in the same month'
    is "$(sql real_data "SELECT sum(customers) FROM playbook(0) WHERE movement = 'new' AND month < '2018-01-01'")" 3 'MRR playbook: customers before its calendar of months begins'
else
    skip 'MRR playbook' 'the file is not there'
fi

done_testing
