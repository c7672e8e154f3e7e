#!/usr/bin/env bash
# Published figures on the tables of test/reference, which every checkout has.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

database=reference
new_database "$database"
sql "$database" 'CREATE EXTENSION customer_value'

# fill TABLE FILE: read a table of test/reference
fill() { psql -Xq -d "$database" -c "\copy $1 from '$root/test/reference/$2' with (format csv, header)"; }

# --- CDNOW: fits as published, in weeks, calibrated to 1997-09-30, with 39 weeks after -----------

sql "$database" 'CREATE TABLE cdnow (customer bigint, frequency bigint, recency int, age int, repeat_spend numeric, later_purchases int)'
fill cdnow cdnow_sample.csv
# Orders that have this summary: on the first day and the days after it, and the last one where it was; all that the repeat
# purchases brought is paid by the first of them. Those after the calibration are on the last days of June 1998
sql "$database" "CREATE VIEW orders AS
    SELECT customer, date '1997-09-30' - age + CASE i WHEN frequency THEN recency ELSE i::int END AS day,
           CASE i WHEN 1 THEN repeat_spend ELSE 0 END AS amount
    FROM cdnow, generate_series(0, frequency) AS i
    UNION ALL SELECT customer, date '1998-07-01' - i, 0 FROM cdnow, generate_series(1, later_purchases) AS i"
sql "$database" "CREATE TABLE models AS
    SELECT l, bg_nbd_fit(l, '1997-09-30', '1 week') AS bg, mbg_nbd_fit(l, '1997-09-30', '1 week') AS mbg,
           pareto_nbd_fit(l, '1997-09-30', '1 week') AS pareto, gamma_gamma_fit(l, '1997-09-30') AS spend
    FROM (SELECT ledger_agg(customer, day, amount) AS l FROM orders) AS s"

# model COLUMN PARAMETERS: parameters and log-likelihood of a fit
model() {
    local name parameters=''
    for name in ${2//,/ }; do parameters+="round(($1).$name::numeric, 4) || ' ' || "; done
    sql "$database" "SELECT $parameters round(($1).log_likelihood::numeric, 6) FROM models"
}
is "$(model bg r,alpha,a,b)" '0.2426 4.4136 0.7929 2.4259 -9582.429207' 'CDNOW: BG/NBD is fitted as published'
is "$(model mbg r,alpha,a,b)" '0.5248 6.1831 0.8914 1.6140 -9582.135716' 'CDNOW: MBG/NBD is fitted as published'
is "$(model pareto r,alpha,s,beta)" '0.5533 10.5777 0.6062 11.6687 -9594.976179' 'CDNOW: Pareto/NBD is fitted as published'
is "$(model spend p,q,v)" '6.2496 3.7442 15.4435 -4055.917695' 'CDNOW: Gamma-Gamma is fitted as published'
is "$(sql "$database" 'SELECT (bg).customers, (spend).customers, (bg).converged, (bg).at_boundary FROM models')" '2357|946|t|f' \
    'CDNOW: 2,357 customers, of whom 946 bought again'
is "$(sql "$database" "SELECT string_agg(round(error::numeric, 4)::text, ' ') FROM models, unnest((bg).standard_errors || (pareto).standard_errors) AS error")" \
    '0.0126 0.3782 0.1857 0.7054 0.0476 0.8427 0.1873 6.2111' 'CDNOW: standard errors are as computed'
is "$(sql "$database" "SELECT round(log_likelihood::numeric, 6) FROM models, model_comparison(l, '1997-09-30', '1 week') WHERE model = 'NBD'")" \
    '-9763.657615' 'CDNOW: NBD is fitted as computed'
is "$(sql "$database" "SELECT DISTINCT customers, actual FROM models, holdout_check(l, '1997-09-30', '1 week') WHERE frequency = 'all'")" \
    '2357|1882' 'CDNOW: 1,882 purchases in the 39 weeks after'
is "$(sql "$database" "SELECT round(corr(frequency, monetary_value)::numeric, 6) FROM models, rfm_summary(l, NULL::bigint, '1997-09-30') WHERE frequency > 0")" \
    0.113888 'CDNOW: spend hardly depends on frequency'
is "$(sql "$database" "SELECT to_jsonb(bg_nbd_fit(frequency, recency / 7.0, age / 7.0)) - 'unit' = (SELECT to_jsonb(bg) - 'unit' FROM models) FROM cdnow")" t \
    'CDNOW: the summary has the fit of the orders'
is "$(sql "$database" "SELECT concat_ws(' ', round((m).r::numeric, 4), round((m).alpha::numeric, 4), round((m).a::numeric, 4), round((m).b::numeric, 4))
    FROM (SELECT bg_nbd_fit(frequency::double precision, round(recency / 7.0, 2), round(age / 7.0, 2)) FROM cdnow) AS s (m)")" \
    '0.2426 4.4135 0.7929 2.4258' 'CDNOW: a summary in floating point, rounded as it is published, is fitted as published'

# --- models where their formulas are hard to compute ----------------------------------------------

sql "$database" 'CREATE TABLE stress (p1 float8, p2 float8, p3 float8, p4 float8, frequency bigint, recency float8, age float8, horizon float8,
    bg_alive float8, bg_purchases float8, mbg_alive float8, mbg_purchases float8, pareto_alive float8, pareto_purchases float8)'
fill stress clv_stress.csv
# rows_off MODEL SHORT: rows in which a figure of the model is not the one in the table; where the table has none, it is finite
rows_off() {
    sql "$database" "SELECT count(*), count(*) FILTER (WHERE off(alive, ${2}_alive) OR off(purchases, ${2}_purchases))
        FROM (SELECT *, p_alive(m, frequency, recency, age) AS alive, expected_purchases(m, horizon, frequency, recency, age) AS purchases
              FROM (SELECT *, ${1}_model(p1, p2, p3, p4) AS m FROM stress) AS models) AS figures"
}
sql "$database" "CREATE FUNCTION off(actual float8, expected float8) RETURNS boolean IMMUTABLE LANGUAGE sql AS \$\$
    SELECT NOT coalesce(abs(actual - expected) <= 1e-9 * expected + 1e-300, actual BETWEEN 0 AND 1e9) \$\$"
for model in bg_nbd mbg_nbd pareto_nbd; do
    is "$(rows_off "$model" "${model%_nbd}")" '77|0' "$model: right where formulas as printed lose their digits"
done

# --- dbt Labs' MRR playbook --------------------------------------------------------------------------

# As its description says: a row for each customer and month from the first active one to the month behind the last, by what holds
# on the first of the month; new is the first, churn a month without after one with, reactivation one with after one without
sql "$database" 'CREATE TABLE periods (subscription bigint, customer bigint, starts date, ends date, amount numeric)'
fill periods subscription_periods.csv
sql "$database" "CREATE FUNCTION playbook(moved int) RETURNS TABLE (month date, movement text, change numeric, customers bigint) LANGUAGE sql AS \$\$
    WITH months AS (SELECT m::date AS month FROM generate_series(timestamp '2017-01-01', '2020-12-01', '1 month') AS m),
         filled AS (SELECT customer, month, coalesce((SELECT sum(amount) FROM periods AS p WHERE p.customer = c.customer AND month >= starts + moved AND month < ends + moved), 0) AS mrr
                    FROM (SELECT DISTINCT customer FROM periods) AS c CROSS JOIN months),
         active AS (SELECT *, min(month) FILTER (WHERE mrr > 0) OVER w AS first, max(month) FILTER (WHERE mrr > 0) OVER w AS last, lag(mrr, 1, 0::numeric) OVER (PARTITION BY customer ORDER BY month) AS before FROM filled WINDOW w AS (PARTITION BY customer)),
         named AS (SELECT month, mrr - before AS change, CASE WHEN month = first THEN 'new' WHEN mrr = 0 AND before > 0 THEN 'churn' WHEN mrr > 0 AND before = 0 THEN 'reactivation' WHEN mrr > before THEN 'expansion' WHEN mrr < before THEN 'contraction' END AS movement
                   FROM active WHERE month BETWEEN first AND last + interval '1 month')
    SELECT month, movement, sum(change), count(*) FROM named WHERE movement IS NOT NULL GROUP BY 1, 2 \$\$"
sql "$database" "CREATE FUNCTION movements(moved int) RETURNS TABLE (month date, movement text, change numeric, customers bigint) LANGUAGE sql AS \$\$
    SELECT period, movement, sum(c.change), count(*) FROM (SELECT mrr_agg(customer, daterange(starts + moved, ends + moved), amount, '1 month') FROM periods) AS l (m), mrr_movements(m), mrr_changes(m, NULL::bigint, period, (period + interval '1 month')::date) AS c GROUP BY 1, 2 \$\$"
compare() { sql "$database" "SELECT count(*) FROM ((SELECT * FROM $1 EXCEPT SELECT * FROM $2) UNION ALL (SELECT * FROM $2 EXCEPT SELECT * FROM $1)) AS d"; }
is "$(sql "$database" "SELECT count(*), count(DISTINCT month), count(DISTINCT movement), sum(customers), sum(customers) FILTER (WHERE movement = 'new') FROM playbook(0)")" '58|27|5|173|55' 'MRR playbook: what its rules say'
is "$(compare 'playbook(0)' 'movements(0)')" 0 'MRR playbook: every movement of every month'
is "$(sql "$database" "SELECT count(*) FROM (SELECT mrr_agg(customer, daterange(starts, ends), amount, '1 month') FROM periods) AS l (m), mrr_movements(m) AS r
    WHERE ARRAY[new_mrr, reactivation, expansion, contraction, churn] <> ARRAY(SELECT coalesce((SELECT change FROM playbook(0) AS p WHERE p.month = r.period AND p.movement = v.movement), 0) FROM unnest('{new,reactivation,expansion,contraction,churn}'::text[]) WITH ORDINALITY AS v (movement, i) ORDER BY i)")" \
   0 'MRR playbook: the amounts of mrr_movements'
is "$(compare "(SELECT (month - interval '1 month')::date, movement, change, customers FROM playbook(14)) AS p" 'movements(14)')" 0 'MRR playbook: what begins in mid-month is there a month later by its rules, and else the same'
is "$(compare 'movements(14)' 'movements(0)')" 0 'MRR playbook: here in the same month'
is "$(sql "$database" "SELECT sum(customers) FROM playbook(0) WHERE movement = 'new' AND month < '2018-01-01'")" 3 'MRR playbook: customers before its calendar of months begins'

done_testing
