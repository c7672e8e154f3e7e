-- Prints the views of report.sql as text: psql -XqAt -v blocks=on|off -v source='what the data is' -f demo/print.sql
\set ON_ERROR_STOP on
SELECT set_config('report.blocks', :'blocks', false) \g /dev/null

-- A number with thousands separators
CREATE FUNCTION pg_temp.number(value numeric, decimals integer DEFAULT 0) RETURNS text
LANGUAGE sql
AS $$ SELECT to_char(round(value, decimals), 'FM999,999,999,999,999,990' || CASE WHEN decimals > 0 THEN '.' || repeat('0', decimals) ELSE '' END) $$;

-- So many rows
CREATE FUNCTION pg_temp.rows(n bigint) RETURNS text
LANGUAGE sql
AS $$ SELECT pg_temp.number(n) || CASE WHEN n = 1 THEN ' row' ELSE ' rows' END $$;

-- The lines of a table with a header: text to the left, numbers to the right, a dash for what is not known; of many rows the last ones
CREATE FUNCTION pg_temp.table_lines(view_name regclass, most integer DEFAULT 24) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
    columns record;
    cells text[];   -- one string per row and column, row by row
    number_of_rows integer;
BEGIN
    SELECT array_agg(CASE WHEN attname = 'bar' THEN '' WHEN attname = 'cac' THEN 'cost of each' ELSE replace(replace(attname, '_pct', ' %'), '_', ' ') END ORDER BY attnum) AS headers,
           array_agg(atttypid <> 'text'::regtype ORDER BY attnum) AS to_the_right,
           string_agg(CASE atttypid
               WHEN 'text'::regtype THEN format('coalesce(%I, '''')', attname)
               WHEN 'date'::regtype THEN format('to_char(%I, ''YYYY-MM'')', attname)
               ELSE format('coalesce(pg_temp.number(%I, %s), ''-'')', attname, CASE WHEN atttypmod > 0 THEN (atttypmod - 4) & 65535 ELSE 0 END) END,
               ', ' ORDER BY attnum) AS formatted
    INTO columns
    FROM pg_attribute
    WHERE attrelid = view_name AND attnum > 0;
    EXECUTE format('SELECT array_agg(cells ORDER BY n), max(n) FROM (SELECT ARRAY[%s], row_number() OVER () FROM %s) AS shown (cells, n)', columns.formatted, view_name)
    INTO cells, number_of_rows;
    IF number_of_rows > most THEN
        RETURN NEXT format('  the last %s of %s months', most, number_of_rows);
        cells := cells[number_of_rows - most + 1 :];
    END IF;
    RETURN QUERY
    WITH cell AS (
        SELECT 0 AS y, x, header AS written FROM unnest(columns.headers) WITH ORDINALITY AS header (header, x)
        UNION ALL
        SELECT (n - 1) / cardinality(columns.headers) + 1, (n - 1) % cardinality(columns.headers) + 1, written
        FROM unnest(cells) WITH ORDINALITY AS body (written, n)
    ), padded AS (
        SELECT y, x, CASE WHEN columns.to_the_right[x] THEN lpad(written, width) ELSE rpad(written, width) END AS written
        FROM (SELECT *, max(length(written)) OVER (PARTITION BY x) AS width FROM cell) AS measured
    )
    SELECT rtrim('  ' || string_agg(written, '  ' ORDER BY x)) FROM padded GROUP BY y ORDER BY y;
END
$$;

-- A line of the headline: what, how much, what that means
CREATE FUNCTION pg_temp.fact(label text, value text, meaning text DEFAULT '') RETURNS text
LANGUAGE sql
AS $$ SELECT rtrim('  ' || rpad(label, 24) || lpad(coalesce(value, '-'), 15) || '   ' || meaning) $$;

-- The title of a section and how to read it
CREATE FUNCTION pg_temp.title(title text, meaning text) RETURNS text
LANGUAGE sql
AS $$ SELECT E'\n' || upper(title) || E'\n' || meaning || E'\n' $$;

CREATE TEMP TABLE headline AS TABLE report.headline;
CREATE TEMP TABLE worth AS TABLE report.unit_economics;

SELECT rows > 0 AS has_sales,
       orders > 0 AS has_order_ids,
       rows_without_customer > 0 AS has_rows_without_customer,
       orders > 0 AND rows_without_order > 0 AS has_rows_without_order,
       customers_with_refunds_only > 0 AS has_customers_with_refunds_only,
       rows_not_counted > 0 AS has_rows_not_counted,
       rows_without_amount > 0 AS has_rows_without_amount,
       EXISTS (SELECT FROM report.months WHERE NOT is_complete) AS has_incomplete_month,
       EXISTS (SELECT FROM report.activity) AS has_churn,
       EXISTS (SELECT FROM report.subscriber_churn_by_month) AS has_subscribers,
       EXISTS (SELECT FROM report.customers) AS has_customers,
       EXISTS (SELECT FROM shop.survey) AS has_survey,
       EXISTS (SELECT FROM shop.marketing) AS has_marketing,
       EXISTS (SELECT FROM report.forecast_base) AS has_forecast
FROM headline
\gset

-- Headline
SELECT pg_temp.title('Customer report', :'source' || ', ' || pg_temp.rows((SELECT count(*) FROM shop.orders)) || ' from ' || first_day || ' to ' || last_day)
FROM report.span;
\if :has_sales
SELECT pg_temp.fact('customers', pg_temp.number(customers), 'who ordered at least once') FROM headline;
\if :has_order_ids
SELECT pg_temp.fact('orders', pg_temp.number(orders), 'in ' || pg_temp.rows(sale_rows) || ' of sales') FROM headline;
\else
SELECT pg_temp.fact('orders', pg_temp.number(sale_rows), 'each row of sales is one, as there are no order numbers') FROM headline;
\endif
SELECT pg_temp.fact('gross revenue', pg_temp.number(gross_revenue, 2), 'all sales') FROM headline;
SELECT pg_temp.fact('refunds', pg_temp.number(coalesce(refunds, 0), 2), 'in ' || pg_temp.rows(refund_rows) || ' with an amount below zero') FROM headline;
SELECT pg_temp.fact('net revenue', pg_temp.number(net_revenue, 2), 'sales less refunds') FROM headline;
SELECT pg_temp.fact('refund rate', pg_temp.number(refund_rate_pct, 2) || ' %', 'refunds in percent of gross revenue') FROM headline;
SELECT pg_temp.fact('average check by row', pg_temp.number(avg_check_by_row, 2), 'net revenue / rows of sales') FROM headline;
\if :has_order_ids
SELECT pg_temp.fact('average check by order', pg_temp.number(avg_check_by_order, 2), 'net revenue / orders that were not sent back whole') FROM headline;
\endif
SELECT pg_temp.fact('gross average check', pg_temp.number(gross_avg_check, 2), 'gross revenue / rows of sales') FROM headline;
\if :has_rows_without_customer
SELECT pg_temp.fact('rows without a customer', pg_temp.number(rows_without_customer),
                    'of ' || pg_temp.number(revenue_without_customer, 2) || ': in revenue, in no customer figure') FROM headline;
\endif
\if :has_customers_with_refunds_only
SELECT pg_temp.fact('refunded only', pg_temp.number(customers_with_refunds_only), 'customers with refunds and no order, not counted above') FROM headline;
\endif
\if :has_rows_without_order
SELECT pg_temp.fact('rows without an order', pg_temp.number(rows_without_order), 'counted in revenue, not in orders') FROM headline;
\endif
\endif
\if :has_rows_not_counted
SELECT pg_temp.fact('rows not counted', pg_temp.number(rows_not_counted), 'cancelled, pending, failed, or without a status') FROM headline;
\endif
\if :has_rows_without_amount
SELECT pg_temp.fact('rows without an amount', pg_temp.number(rows_without_amount), 'not counted') FROM headline;
\endif

-- Revenue
\if :has_sales
SELECT pg_temp.title('Revenue by month', 'Sales less refunds, each on its own day. The average check is net revenue / orders, growth'
    || E'\nis on the month before, and the bar is net revenue.');
SELECT pg_temp.table_lines('report.revenue_by_month');
\if :has_incomplete_month
SELECT '  the data end on ' || last_day || ': their last month is not complete, so nothing is compared with it' FROM report.span;
\endif

-- Churn
\if :has_churn
SELECT pg_temp.title('Customer churn by month', 'A customer is active who ordered in the last three months. Churn is the share of the customers'
    || E'\nactive at the start of a month who are not at its end; low and high bound it with 95 % confidence.');
SELECT pg_temp.table_lines('report.churn_by_month');
\endif
\if :has_subscribers
SELECT pg_temp.title('Subscriber churn by month', 'Churn is the share of those subscribed when a month begins who are not when it ends.');
SELECT pg_temp.table_lines('report.subscriber_churn_by_month');
\endif

-- Golden customers and segments
\if :has_customers
SELECT pg_temp.title('Golden customers', 'They bring the first 80 % of revenue: who crosses the line is in, and equals are in or out together.');
SELECT pg_temp.fact('golden customers', pg_temp.number(golden_customers), 'of ' || pg_temp.number(customers)) FROM report.golden_customers;
SELECT pg_temp.fact('share of customers', pg_temp.number(golden_customers_pct, 2) || ' %', 'of those who ordered at least once') FROM report.golden_customers;
SELECT pg_temp.fact('share of revenue', pg_temp.number(golden_income_share_pct, 2) || ' %', 'of all customers with revenue above 0') FROM report.golden_customers;
SELECT pg_temp.fact('golden from', pg_temp.number(least_revenue, 2), 'the least net revenue of a golden customer') FROM report.golden_customers;
SELECT pg_temp.fact('Gini coefficient', pg_temp.number(gini, 3), '0: all bring the same, 1: one brings everything') FROM report.golden_customers;
SELECT pg_temp.title('Segments', 'By recency of the last order, frequency of orders and monetary value (RFM), each scored from 1 to 5'
    || E'\namong the customers, equals alike. The bar is net revenue.');
SELECT pg_temp.table_lines('report.rfm_segments');
\endif

-- Survey
\if :has_survey
SELECT pg_temp.title('Net promoter score by month', 'Would you recommend us, from 0 to 10? The score is the share of promoters (9, 10) less that of'
    || E'\ndetractors (0 to 6), from -100 to 100; low and high bound it with 95 % confidence.');
SELECT pg_temp.table_lines('report.nps_by_month');
\endif

-- Worth
\if :has_marketing
SELECT pg_temp.title('Cost of new customers by month', 'Marketing costs, divided by the customers who ordered for the first time in the month.');
SELECT pg_temp.table_lines('report.acquisition_by_month');
\endif
\if :has_churn
SELECT pg_temp.title('What a customer is worth', 'On net revenue, before the cost of goods; revenue and churn over all the months of the churn table.');
SELECT pg_temp.fact('revenue per month', pg_temp.number(revenue_per_month, 2), 'of an active customer') FROM worth;
SELECT pg_temp.fact('churn per month', pg_temp.number(churn_pct, 2) || ' %', 'of the active customers') FROM worth;
SELECT pg_temp.fact('time as a customer', pg_temp.number(months_as_customer, 1), 'months to expect: 100 / churn') FROM worth;
SELECT pg_temp.fact('lifetime value', pg_temp.number(ltv, 2), 'revenue per month / churn') FROM worth;
\if :has_marketing
SELECT pg_temp.fact('cost of a new customer', pg_temp.number(cac, 2), 'all marketing costs / all new customers') FROM worth;
SELECT pg_temp.fact('value to cost', pg_temp.number(ltv_cac, 2), 'lifetime value / cost; a common target is 3 or more') FROM worth;
SELECT pg_temp.fact('return on marketing', pg_temp.number(roi_pct, 0) || ' %', 'what comes back beyond the cost, in percent of it') FROM worth;
SELECT pg_temp.fact('payback', pg_temp.number(payback_months, 1), 'months until a new customer has brought in the cost') FROM worth;
\endif
\endif

-- Kinds of sale
SELECT EXISTS (SELECT FROM report.sales_by_kind) AS has_kinds, EXISTS (SELECT FROM report.products_together) AS has_pairs \gset
\if :has_kinds
SELECT pg_temp.title('Revenue by kind of sale', 'Front end is what a customer buys on the first day, repeat the same product again, upsell a related one dearer'
    || E'\nthan all before it, add-on another related one, cross-sell an unrelated one. Sales less refunds; an order of two'
    || E'\nkinds counts in both.');
SELECT pg_temp.table_lines('report.sales_by_kind');
SELECT '  unknown are refunds of products that the customer has not bought in these data' FROM report.sales_by_kind WHERE kind = 'unknown';
\endif
\if :has_pairs
SELECT pg_temp.title('Products bought together', 'The pairs that are most often in one order: in percent of the orders with the first, of those with the second, and'
    || E'\nhow many times more often than chance would have it (lift).');
SELECT pg_temp.table_lines('report.products_together');
\endif
\endif

-- Forecast
\if :has_forecast
SELECT pg_temp.title('Forecast: which model?', 'Models of buying until dropping out, fitted to the orders up to ' || fit_until || '; the smaller the AIC, the better.') FROM report.forecast_base;
SELECT pg_temp.table_lines('report.forecast_models');
SELECT pg_temp.title('Forecast: is it right?', 'Days with an order from then to ' || last_day || ', by how often a customer had come back before:'
    || E'\nwhat came, and what each model had expected.') FROM report.forecast_base;
SELECT pg_temp.table_lines('report.forecast_check');
SELECT pg_temp.title('Forecast: the best customers', 'Value ahead is the expected revenue of the 52 weeks after ' || last_day || ' by ' || (SELECT model FROM report.forecast_model) || ' and Gamma-Gamma,'
    || E'\ndiscounted by 0.2 % a week; alive is the probability of not having dropped out.') FROM report.forecast_base;
SELECT pg_temp.table_lines('report.best_customers');
\endif

SELECT E'\nLeft out, because the data have none: ' || string_agg(what, ', ' ORDER BY n) || '.'
FROM (VALUES (1, :'has_sales'::boolean, 'sales'),
             (2, :'has_subscribers'::boolean, 'subscriptions'),
             (3, :'has_survey'::boolean, 'survey scores'),
             (4, :'has_marketing'::boolean, 'marketing costs'),
             (5, EXISTS (SELECT FROM shop.sales WHERE product IS NOT NULL), 'products')) AS section (n, is_there, what)
WHERE NOT is_there
HAVING count(*) > 0;
\if :has_churn
\else
SELECT 'Left out, because they need four complete months: churn and lifetime value.';
\endif
SELECT '';
