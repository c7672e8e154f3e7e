-- Sales: kinds of sale, revenue by kind, products bought together.
\pset format unaligned
\pset null NULL
SELECT at, product, price, sale_type(product, relation, price) OVER (PARTITION BY customer ORDER BY at)
FROM (VALUES (7, 1, 'cam', 'photo', 500), (7, 2, 'lens', 'photo', 300), (7, 3, 'cam', 'photo', 500), (7, 4, 'pro', 'photo', 900), (7, 5, 'book', 'books', 20)) AS lines (customer, at, product, relation, price);

-- a basket is one event: all of the first is front_end; later ones are classed by price, then product, whatever the order of rows
CREATE FUNCTION sales_kinds(VARIADIC lines text[]) RETURNS text LANGUAGE sql RETURN (
    SELECT string_agg(coalesce(kind, '-'), ' ' ORDER BY n) FROM (
        SELECT n, sale_type(part[2], nullif(part[3], ''), part[4]::numeric) OVER (ORDER BY part[1]::int) AS kind
        FROM (SELECT n, string_to_array(line, ' ') AS part FROM unnest(lines) WITH ORDINALITY AS l (line, n)) AS parts) AS kinds);
SELECT sales_kinds('1 a g 5', '1 b g 9', '1 a g 5', '1 c h 1') AS first_basket;
SELECT sales_kinds('1 x f 1', '2 dear g 9', '2 cheap g 5', '2 dearest g 9.5', '2 same g 9') AS new_group, sales_kinds('1 x f 1', '2 b g 5', '2 a g 5') AS equal_prices;
-- two of a thing in one basket are of one kind; in the next they are a repeat
SELECT sales_kinds('1 x f 1', '2 a g 5', '2 a g 5', '2 a g 7', '3 a g 5', '3 a g 99') AS same_product;
-- dearer than the dearest so far: what was repeated, and what is in the same basket, is so far
SELECT sales_kinds('1 a g 5', '2 a g 50', '3 b g 40', '4 c g 50', '5 d g 50.01') AS dearest_repeated, sales_kinds('1 a g 5', '2 b g 6', '2 c g 7', '2 d g 5') AS dearest_in_basket;
-- without a relation a product is alone; a free product is a sale
SELECT sales_kinds('1 a  5', '2 b  9', '3 b  9', '4 c  1') AS no_relation, sales_kinds('1 a g 0', '2 b g 0', '3 c g 0.01') AS free;
-- rows without product or price count for nothing, not even as the first basket
SELECT product, price, sale_type(product, 'g', price) OVER (ORDER BY at) FROM (VALUES (1, NULL, 5), (2, 'a', NULL), (3, 'a', 5), (4, 'b', NULL), (5, 'b', 6)) AS lines (at, product, price);
-- a refund is of the kind of its sale, and is no basket
SELECT sales_kinds('1 a g -5', '2 a g 5', '3 a g -5', '4 b g 9', '5 b g -9', '5 b g 9', '6 b g -9', '7 c g -1') AS refunds;
-- without ORDER BY there is one basket; without PARTITION BY one customer
SELECT DISTINCT sale_type(product, 'g', price) OVER () FROM (VALUES ('a', 1), ('b', 2), ('a', 1)) AS lines (product, price);
SELECT count(*) FROM (SELECT sale_type('a', 'g', 1) OVER (ORDER BY at) FROM generate_series(1, 0) AS at) AS none;
-- every type of price, exactly
SELECT sale_type(at::text, 'g', price) OVER (ORDER BY at), sale_type(at::text, 'g', price::double precision) OVER (ORDER BY at), sale_type(at::text, 'g', price::real) OVER (ORDER BY at)
FROM (VALUES (1, 0.1), (2, 0.30000000000000001), (3, 0.30000000000000002), (4, 0.2), (5, 1e30), (6, 1.0e30)) AS lines (at, price);
SELECT sale_type(at::text, 'g', price) OVER (ORDER BY at), sale_type(at::text, 'g', price::int) OVER (ORDER BY at), sale_type(at::text, 'g', price::smallint) OVER (ORDER BY at), pg_typeof(sale_type('a', 'g', 1) OVER ())
FROM (VALUES (1, 5::bigint), (2, 7), (3, 7)) AS lines (at, price);
SELECT sales_kinds('1 a g 1', '2 b g 99999999999999999999999999999999999999', '3 c g 0.00000000000000000000000000000000000001', '4 d g 99999999999999999999999999999999999999', '5 e g 9999999999999999999999999999999999999.1') AS far_apart;

-- against plain SQL on random data: ties of instants, prices and products, NULLs, refunds, relations that change
CREATE TABLE sales_lines AS
SELECT id, matrix.random(id, 1, 60) AS customer, timestamptz '2024-01-01 00:00Z' + make_interval(hours => matrix.random(id, 2, 25)::int) AS at,
       CASE WHEN matrix.random(id, 3, 15) > 0 THEN 'p' || matrix.random(id, 4, 14) END AS product,
       CASE WHEN matrix.random(id, 5, 8) > 0 THEN 'g' || (matrix.random(id, 4, 14) + matrix.random(id, 6, 9) / 8) % 4 END AS relation,
       CASE WHEN matrix.random(id, 7, 15) > 0 THEN ((matrix.random(id, 8, 40) - 6) / 4.0)::numeric(10, 2) END AS price
FROM generate_series(1, 4000) AS id;
CREATE VIEW sales_ours AS
SELECT id, sale_type(product, relation, price) OVER (PARTITION BY customer ORDER BY at) AS kind FROM sales_lines;
CREATE VIEW sales_twin AS
WITH sold AS MATERIALIZED (SELECT * FROM sales_lines WHERE product IS NOT NULL AND price >= 0),
first_line AS MATERIALIZED (SELECT DISTINCT ON (customer, at, product) * FROM sold ORDER BY customer, at, product, price, relation COLLATE "C" NULLS FIRST),
classed AS MATERIALIZED (
    SELECT customer, at, product, CASE
        WHEN NOT EXISTS (SELECT FROM sold AS s WHERE s.customer = f.customer AND s.at < f.at) THEN 'front_end'
        WHEN EXISTS (SELECT FROM sold AS s WHERE s.customer = f.customer AND s.at < f.at AND s.product = f.product) THEN 'repeat'
        ELSE (SELECT CASE WHEN f.price > max(s.price) THEN 'upsell' WHEN f.price <= max(s.price) THEN 'add_on' ELSE 'cross_sell' END
              FROM sold AS s WHERE s.customer = f.customer AND s.relation = f.relation
                AND (s.at < f.at OR (s.at = f.at AND (s.price < f.price OR (s.price = f.price AND s.product COLLATE "C" < f.product)))))
        END AS kind
    FROM first_line AS f)
SELECT id, (SELECT kind FROM classed AS c WHERE c.customer = l.customer AND c.product = l.product AND c.at <= l.at AND (c.at = l.at OR l.price < 0) AND l.price IS NOT NULL ORDER BY c.at DESC LIMIT 1) AS kind
FROM sales_lines AS l;
SELECT coalesce(ours.kind, '-') AS kind, count(*), count(*) FILTER (WHERE ours.kind IS DISTINCT FROM twin.kind) AS different FROM sales_ours AS ours JOIN sales_twin AS twin USING (id) GROUP BY 1 ORDER BY 1;
-- the laws
CALL matrix.make('stream_of_sales', $$
    SELECT id::int, matrix.random(id, 1, 4)::int AS part, date '2024-01-01' + (id / 9)::int AS day, timestamptz '2024-01-01 00:00Z' + make_interval(hours => matrix.random(id, 2, 400)::int) AS at,
           CASE WHEN matrix.random(id, 3, 15) > 0 THEN 'p' || matrix.random(id, 4, 40) END AS product, CASE WHEN matrix.random(id, 5, 8) > 0 THEN 'g' || matrix.random(id, 4, 40) % 7 END AS relation,
           CASE WHEN matrix.random(id, 7, 15) > 0 THEN (matrix.random(id, 8, 90) - 9)::smallint END AS price
    FROM generate_series(1, 2000) AS id $$);
SELECT matrix.check_stream(format('sale_type(product, relation, price::%s)', type), 'at', 'stream_of_sales') FROM unnest(ARRAY['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']) AS type;

-- a history: what was bought before, stored, so that only later lines need be read
SELECT at, product, price, (class_sale(product, relation, price, NULL) OVER (PARTITION BY customer ORDER BY at)).*
FROM (VALUES (7, 1, 'cam', 'photo', 500), (7, 2, 'lens', 'photo', 300), (7, 3, 'cam', 'photo', 500), (7, 4, 'pro', 'photo', 900), (7, 5, 'book', NULL, 20), (8, 1, 'cam', 'photo', -500), (8, 2, NULL, 'photo', 9)) AS lines (customer, at, product, relation, price);
CREATE FUNCTION sales_after(history sale_history, VARIADIC lines text[]) RETURNS text LANGUAGE sql RETURN (
    SELECT string_agg(coalesce((sale).kind, '-'), ' ' ORDER BY n) || coalesce(' ' || (max((sale).history::text)), '') FROM (
        SELECT n, class_sale(part[2], nullif(part[3], ''), part[4]::numeric, history) OVER (ORDER BY part[1]::int) AS sale
        FROM (SELECT n, string_to_array(line, ' ') AS part FROM unnest(lines) WITH ORDINALITY AS l (line, n)) AS parts) AS kinds);
SELECT sales_after('(version:1,products:2,product:"cam",kind:"repeat",product:"b\"\\",kind:"cross_sell",groups:1,group:"photo",dearest:500.00)', '1 cam photo -500', '1 b"\  -1', '1 x  -1', '2 lens photo 500', '2 pro photo 500.01', '2 pro photo -500.01', '3 b"\  2', '3 bag bags 2');
-- nothing before, and nothing bought
SELECT sales_after('empty', '1 a g 5', '2 b g 6') AS empty, sales_after(NULL, '1 a g 5', '2 b g 6') AS unknown, sales_after(NULL, '1 a g -5') AS only_a_refund, 'empty'::sale_history;
-- a history is that of the first basket: later ones do not count, of several there all do
SELECT id, product, price, (class_sale(product, 'g', price, history) OVER (ORDER BY at)).kind FROM (VALUES
    (1, 1, 'a', 5, NULL::sale_history), (2, 1, NULL, NULL, '(version:1,products:1,product:"b",kind:"upsell",groups:1,group:"g",dearest:7)'), (3, 1, NULL, NULL, '(version:1,products:2,product:"a",kind:"front_end",product:"b",kind:"add_on",groups:1,group:"g",dearest:6)'),
    (4, 1, 'b', -5, NULL), (5, 2, 'c', 7, '(version:1,products:1,product:"c",kind:"upsell",groups:1,group:"g",dearest:9)'), (6, 2, 'd', 8, NULL)) AS lines (id, at, product, price, history);
-- wherever lines are cut, those behind are of the same kind after a history as after the lines before; and so is the history
CREATE VIEW sales_before AS
SELECT hour, customer, (sale).history FROM (SELECT hour, customer, class_sale(product, relation, price, NULL) OVER (PARTITION BY hour, customer ORDER BY at) AS sale
    FROM sales_lines, generate_series(0, 26) AS hour WHERE at < timestamptz '2024-01-01 00:00Z' + make_interval(hours => hour)) AS classed WHERE (sale).history IS NOT NULL;
CREATE VIEW sales_behind AS SELECT hour, lines.* FROM sales_lines AS lines, generate_series(0, 26) AS hour WHERE at >= timestamptz '2024-01-01 00:00Z' + make_interval(hours => hour);
CREATE TABLE sales_cut AS
SELECT 'with each line' AS how, hour, customer, id, class_sale(product, relation, price, history) OVER (PARTITION BY hour, customer ORDER BY at) AS sale FROM sales_behind LEFT JOIN sales_before USING (hour, customer)
UNION ALL
SELECT 'as a row', hour, customer, id, class_sale(product, relation, price, history) OVER (PARTITION BY hour, customer ORDER BY at NULLS FIRST)
FROM (SELECT hour, customer, id, at, product, relation, price, NULL::sale_history AS history FROM sales_behind UNION ALL SELECT hour, customer, NULL, NULL, NULL, NULL, NULL, history FROM sales_before) AS both_;
SELECT how, count(*) AS lines, count(*) FILTER (WHERE (sale).kind IS DISTINCT FROM ours.kind) AS different FROM sales_cut LEFT JOIN sales_ours AS ours USING (id) GROUP BY how ORDER BY how;
SELECT how, count(*) AS histories, count(*) FILTER (WHERE (sale).history::text IS DISTINCT FROM whole.history::text) AS different
FROM sales_cut JOIN sales_before AS whole USING (customer) WHERE whole.hour = 26 AND (sale).history IS NOT NULL GROUP BY how ORDER BY how;
INSERT INTO matrix.states SELECT 'class_sale', 'sale_history'::regtype, history::text FROM sales_before WHERE hour = 26 UNION ALL SELECT 'class_sale of none', 'sale_history', 'empty';
SELECT matrix.check_stream(format('class_sale(product, relation, price::%s, CASE WHEN at < ''2024-01-02'' THEN ''(version:1,products:1,product:"p1",kind:"upsell",groups:1,group:"g1",dearest:7)''::sale_history END)', type), 'at, id', 'stream_of_sales')
FROM unnest(ARRAY['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']) AS type;
-- one of many products, with names of any length, and prices of any size
SELECT octet_length(history::text) > 100000 AS long, history::text::sale_history::text = history::text AS same FROM (SELECT (class_sale(repeat('x', i % 3000 * 10), repeat('y', i % 30), i * 0.5 ^ (i % 90), NULL) OVER ()).history FROM generate_series(1, 6000) AS i) AS s WHERE history IS NOT NULL;

-- a history, and a basket, of many products; products with long names
SELECT kind, count(*) FROM (SELECT sale_type('product ' || i % 30000, 'group ' || i % 700, i % 97) OVER (ORDER BY i / 7) AS kind FROM generate_series(1, 60000) AS i) AS lines GROUP BY kind ORDER BY kind;
SELECT kind, count(*) FROM (SELECT sale_type('product ' || i, 'group', i % 9700) OVER (ORDER BY i > 1) AS kind FROM generate_series(1, 150000) AS i) AS lines GROUP BY kind ORDER BY kind;
SELECT kind, count(*) FROM (SELECT sale_type(repeat('x', i % 3000 * 10), repeat('y', i % 30), i) OVER (ORDER BY i / 3) AS kind FROM generate_series(1, 6000) AS i) AS lines GROUP BY kind ORDER BY kind;
-- over FILTER-ed input, subqueries and other windows
SELECT kind, count(*), min(n) FROM (SELECT sale_type(product, relation, price) OVER w AS kind, row_number() OVER w AS n FROM (SELECT * FROM sales_lines WHERE price >= 0 AND customer < 5) AS few WINDOW w AS (PARTITION BY customer ORDER BY at)) AS lines GROUP BY kind ORDER BY kind;

SELECT upsell_before(100, 120) AS dearer, upsell_before(100, 100.0) AS same, upsell_before(120::bigint, 100) AS cheaper, upsell_before(0.1::double precision, 0.1::real) AS doubles, upsell_before(1::smallint, 2::smallint) AS smallints, upsell_before(NULL, 5) AS unknown;

-- the report
CREATE TABLE sales_rows (kind text, order_id bigint, amount numeric(10, 2));
INSERT INTO sales_rows VALUES ('front_end', 1, 100), ('front_end', 1, 20), ('add_on', 1, 30), ('front_end', 2, 80), ('front_end', 2, -80), ('repeat', 3, 50), ('repeat', 3, -20), ('upsell', 4, -5), (NULL, 5, 7), ('add_on', NULL, 7), ('add_on', 6, NULL), ('cross_sell', 7, 0);
SELECT report.* FROM (SELECT sales_agg(kind, order_id, amount) AS state FROM sales_rows) AS s, sales_report(state) AS report;
SELECT sales_agg(kind, order_id, amount) FROM sales_rows;
SELECT * FROM sales_report('empty');
SELECT * FROM sales_report(NULL);
-- an id that has refunds only is no order, but its money counts; more was sent back than sold: the check is below 0; nothing was sold: there is none
SELECT report.* FROM (SELECT sales_agg(kind, order_id, amount) AS state FROM (VALUES ('front_end', 80, 6), ('front_end', -30, 6), ('front_end', -250, 4), ('repeat', 60, 3), ('add_on', -5, 2)) AS r (kind, amount, order_id)) AS s, sales_report(state) AS report;
SELECT report.* FROM (SELECT sales_agg('all', order_id, amount) AS state FROM (VALUES (107, 309), (50, 311), (-107, 310)) AS r (amount, order_id)) AS s, sales_report(state) AS report;
-- shares of nothing are unknown
SELECT report.* FROM (SELECT sales_agg(kind, 1, amount) AS state FROM (VALUES ('a', 5), ('b', -5)) AS r (kind, amount)) AS s, sales_report(state) AS report;

CALL matrix.make('sales_sample', $$
    SELECT id::int, matrix.random(id, 1, 3)::int AS part, date '2024-01-01' + (id / 9)::int AS day,
           CASE WHEN matrix.random(id, 2, 20) > 0 THEN (ARRAY['front_end', 'repeat', 'upsell', 'add_on', 'cross_sell', 'other "kind"'])[1 + matrix.random(id, 3, 6)] END AS kind,
           CASE WHEN matrix.random(id, 4, 20) > 0 THEN matrix.random(id, 5, 700) - 300 END AS order_id, md5((matrix.random(id, 5, 700))::text)::uuid AS order_uuid,
           'order ' || left(md5((matrix.random(id, 5, 700))::text), matrix.random(matrix.random(id, 5, 700), 6, 30)::int + 3) AS order_text,
           CASE WHEN matrix.random(id, 7, 10) > 0 THEN ((matrix.random(id, 8, 60001) - 15000) / 10)::smallint END AS s,
           CASE WHEN matrix.random(id, 7, 10) > 0 THEN (matrix.random(id, 8, 600000001) - 150000000)::integer END AS i,
           CASE WHEN matrix.random(id, 7, 10) > 0 THEN (matrix.random(id, 8, 4000000000000000001) - 1000000000000000000) END AS b,
           CASE WHEN matrix.random(id, 7, 10) > 0 THEN round((matrix.random(id, 8, 60001) - 15000) / 10000.0, matrix.random(id, 9, 5)::int) END AS m,
           CASE WHEN matrix.random(id, 7, 10) > 0 THEN ((matrix.random(id, 8, 60001) - 15000) / 100.0)::real END AS r,
           CASE WHEN matrix.random(id, 7, 10) > 0 THEN ((matrix.random(id, 8, 60001) - 15000) / 100.0)::double precision END AS d,
           CASE WHEN matrix.random(id, 10, 20) > 0 THEN 'p' || matrix.random(id, 11, 4 + matrix.random(id, 12, 40)) END AS product
    FROM generate_series(1, 3000) AS id $$);
CREATE VIEW sales_report_twin AS
SELECT branch, kind, sum(net) AS revenue, count(*) FILTER (WHERE net > 0 OR NOT refunded) AS orders, sum(net) / nullif(count(*) FILTER (WHERE net > 0 OR NOT refunded), 0) AS avg_check, 100 * sum(net) / sum(sum(net)) OVER (PARTITION BY branch) AS share_pct
FROM (SELECT id % 5 AS branch, kind, order_id, sum(m) AS net, bool_or(m < 0) AS refunded FROM sales_sample WHERE kind IS NOT NULL AND order_id IS NOT NULL AND m IS NOT NULL GROUP BY 1, 2, 3) AS orders GROUP BY branch, kind;
SELECT count(*) AS rows, count(*) FILTER (WHERE ours.revenue = twin.revenue AND ours.orders = twin.orders AND round(ours.avg_check, 12) = round(twin.avg_check, 12) AND round(ours.share_pct, 12) = round(twin.share_pct, 12)) AS equal
FROM (SELECT branch, report.* FROM (SELECT id % 5 AS branch, sales_agg(kind, order_id, m) AS state FROM sales_sample GROUP BY 1) AS s, sales_report(state) AS report) AS ours FULL JOIN sales_report_twin AS twin USING (branch, kind);
-- kind by kind avg_check by order, also where it is below 0 and where there is none
SELECT count(*) AS kinds, count(*) FILTER (WHERE ours.avg_check < 0) AS below_0, count(*) FILTER (WHERE ours.avg_check IS NULL) AS without_orders, count(*) FILTER (WHERE round(ours.avg_check, 12) IS NOT DISTINCT FROM round(theirs.avg_check, 12) AND ours.orders = theirs.orders) AS same
FROM (SELECT week, report.* FROM (SELECT id / 30 AS week, sales_agg(kind, order_id, m) AS state FROM sales_sample GROUP BY 1) AS s, sales_report(state) AS report) AS ours
    FULL JOIN (SELECT id / 30 AS week, kind, avg_check(m, order_id), orders_count(order_agg(m, order_id)) AS orders FROM sales_sample WHERE kind IS NOT NULL AND order_id IS NOT NULL AND m IS NOT NULL GROUP BY 1, 2) AS theirs USING (week, kind);

-- pairs of products
CREATE TABLE sales_baskets (order_id bigint, product text);
INSERT INTO sales_baskets VALUES (1, 'bread'), (1, 'milk'), (2, 'bread'), (2, 'butter'), (2, 'milk'), (2, 'milk'), (3, 'beer'), (3, 'milk'), (4, 'bread'), (4, 'butter'), (5, 'beer'), (6, NULL), (NULL, 'milk');
SELECT pairs.* FROM (SELECT affinity_agg(order_id, product) AS state FROM sales_baskets) AS s, basket_affinity(state, 0) AS pairs;
SELECT first_product, second_product, support_pct FROM (SELECT affinity_agg(order_id, product) AS state FROM sales_baskets) AS s, basket_affinity(state, min_support_pct => 40) AS pairs;
SELECT count(*) FROM (SELECT affinity_agg(order_id, product) AS state FROM sales_baskets) AS s, basket_affinity(state, 40.000000000000000001);
SELECT count(*) FROM (SELECT affinity_agg(order_id, product) AS state FROM sales_baskets) AS s, basket_affinity(state, NULL);
SELECT affinity_agg(order_id, product) FROM sales_baskets;
SELECT count(*) FROM basket_affinity('empty');
CREATE VIEW sales_pairs_twin AS
WITH line AS MATERIALIZED (SELECT DISTINCT id % 4 AS branch, order_id, product COLLATE "C" AS product FROM sales_sample WHERE order_id IS NOT NULL AND product IS NOT NULL),
total AS (SELECT branch, count(DISTINCT order_id) AS orders FROM line GROUP BY branch),
single AS (SELECT branch, product, count(*) AS orders FROM line GROUP BY branch, product)
SELECT a.branch, a.product AS first_product, b.product AS second_product, count(*) AS orders, 100.0 * count(*) / total.orders AS support_pct, 100.0 * count(*) / x.orders AS confidence_pct,
       100.0 * count(*) / y.orders AS reverse_confidence_pct, (count(*) / total.orders::numeric) / ((x.orders / total.orders::numeric) * (y.orders / total.orders::numeric)) AS lift
FROM line AS a JOIN line AS b ON b.branch = a.branch AND b.order_id = a.order_id JOIN total ON total.branch = a.branch JOIN single AS x ON x.branch = a.branch AND x.product = a.product JOIN single AS y ON y.branch = b.branch AND y.product = b.product
WHERE a.product < b.product GROUP BY a.branch, a.product, b.product, total.orders, x.orders, y.orders;
SELECT least, count(*) AS rows, count(*) FILTER (WHERE ours.orders = twin.orders AND round(ours.support_pct, 9) = round(twin.support_pct, 9) AND round(ours.confidence_pct, 9) = round(twin.confidence_pct, 9)
    AND round(ours.reverse_confidence_pct, 9) = round(twin.reverse_confidence_pct, 9) AND round(ours.lift, 9) = round(twin.lift, 9)) AS equal
FROM (SELECT least, branch, pairs.* FROM (SELECT id % 4 AS branch, affinity_agg(order_id, product) AS state FROM sales_sample GROUP BY 1) AS s, (VALUES (0), (0.5), (1)) AS l (least), basket_affinity(state, least) AS pairs) AS ours
FULL JOIN (SELECT * FROM sales_pairs_twin JOIN (VALUES (0), (0.5), (1)) AS l (least) ON support_pct >= least) AS twin USING (least, branch, first_product, second_product) GROUP BY least ORDER BY least;
-- a state that no final function has put in order is read just the same
CREATE AGGREGATE affinity_unsorted(bigint, text) (SFUNC = _affinity_state_add, STYPE = affinity_state, INITCOND = 'empty');
SELECT count(*) AS pairs, count(*) FILTER (WHERE a = b) AS equal FROM (SELECT affinity_unsorted(order_id, product) AS u, affinity_agg(order_id, product) AS f FROM (SELECT * FROM sales_sample ORDER BY id DESC) AS r) AS s, LATERAL (SELECT a, b FROM basket_affinity(u) AS a FULL JOIN basket_affinity(f) AS b ON a = b) AS both_;
-- one order of very many products: what is asked for is bounded, and what is rare is never paired
SELECT count(*) FROM (SELECT affinity_agg(i % 100, 'p' || i / 100) AS state FROM generate_series(0, 9999) AS i) AS s, basket_affinity(state);
SELECT count(*) FROM (SELECT affinity_agg(CASE WHEN i > 100000 THEN i ELSE 1 END, 'p' || i % 100000) AS state FROM generate_series(1, 101000) AS i) AS s, basket_affinity(state, 0.15);

-- the laws
SELECT matrix.check(call, call, '_sales_state_finish', 'sales_sample', ARRAY[amount])
FROM unnest(string_to_array('s i b m r d', ' ')) AS amount, unnest(string_to_array('order_id order_uuid order_text', ' ')) AS key, format('sales_agg(kind, %s, %s)', key, amount) AS call;
SELECT matrix.check(call, call, '_affinity_state_finish', 'sales_sample', '{product}')
FROM unnest(string_to_array('order_id order_uuid order_text', ' ')) AS key, format('affinity_agg(%s, product)', key) AS call;

-- errors
SELECT error || E'\n    ' || query AS errors FROM matrix.errors(
    $$SELECT sale_type('a', 'g', 'NaN'::numeric) OVER ()$$,
    $$SELECT sale_type('a', 'g', 'Infinity'::double precision) OVER ()$$,
    $$SELECT sale_type('a', 'g', 1e300::double precision) OVER ()$$,
    $$SELECT sale_type('a', 'g', 1e38) OVER ()$$,
    $$SELECT sale_type('a', 'g', 1)$$,
    $$SELECT class_sale('a', 'g', 'NaN'::numeric, NULL) OVER ()$$,
    $$SELECT class_sale('a', 'g', 1, '(version:1,products:1,product:"a",kind:"unknown",groups:0)') OVER ()$$,
    $$SELECT '(version:1,products:2,product:"a",kind:"repeat",product:"a",kind:"add_on",groups:0)'::sale_history$$,
    $$SELECT '(version:1,products:1,product:"a",kind:"repeat",groups:2,group:"g",dearest:1,group:"g",dearest:1)'::sale_history$$,
    $$SELECT '(version:1,products:1,product:"a",kind:"repeat",groups:1,group:"g",dearest:-1)'::sale_history$$,
    $$SELECT '(version:1,products:0,groups:1,group:"g",dearest:1)'::sale_history$$,
    $$SELECT '(version:1,products:2,product:"a",kind:"repeat",groups:0)'::sale_history$$,
    $$SELECT '(version:2,products:0,groups:0)'::sale_history$$,
    $$SELECT upsell_before('NaN'::numeric, 1)$$,
    $$SELECT upsell_before(1, 'Infinity'::double precision)$$,
    $$SELECT sales_agg('a', 1, 'NaN'::numeric)$$,
    $$SELECT sales_agg('a', 1, 1e38)$$,
    $$SELECT sales_agg('a', 1, amount) FROM (VALUES (9e37), (9e37)) AS amounts (amount)$$,
    $$SELECT count(*) FROM (SELECT sales_agg('a', i, 9e37) AS state FROM generate_series(1, 2) AS i) AS s, sales_report(state)$$,
    $$SELECT sales_agg('a', 1, 1) || sales_agg('a', 'one', 1)$$,
    $$SELECT affinity_agg(1, 'a') || affinity_agg('one', 'a')$$,
    $$SELECT basket_affinity('empty', -0.1)$$,
    $$SELECT basket_affinity('empty', 100.1)$$,
    $$SELECT basket_affinity('empty', 'NaN')$$,
    $$SELECT count(*) FROM (SELECT affinity_agg(1, i::text) AS state FROM generate_series(1, 100000) AS i) AS s, basket_affinity(state)$$,
    $$SELECT '(version:1,key:"bigint",orders:0,kinds:0,amounts:0)'::sales_state$$,
    $$SELECT '(version:1,key:"bigint",orders:1,order:"1",kinds:1,kind:"a",amounts:1,order:1,kind:2,net:1,refunded:0)'::sales_state$$,
    $$SELECT '(version:1,key:"bigint",orders:1,order:"1",kinds:1,kind:"a",amounts:1,order:0,kind:1,net:1,refunded:0)'::sales_state$$,
    $$SELECT '(version:1,key:"bigint",orders:1,order:"1",kinds:1,kind:"a",amounts:1,order:1,kind:1,net:-1,refunded:0)'::sales_state$$,
    $$SELECT '(version:1,key:"bigint",orders:1,order:"1",kinds:1,kind:"a",amounts:1,order:1,kind:1,net:1,refunded:2)'::sales_state$$,
    $$SELECT '(version:1,key:"bigint",orders:1,order:"1",kinds:2,kind:"a",kind:"b",amounts:1,order:1,kind:1,net:1,refunded:0)'::sales_state$$,
    $$SELECT '(version:1,key:"bigint",orders:2,order:"1",order:"1",products:1,product:"a",lines:2,order:1,product:1,order:2,product:1)'::affinity_state$$,
    $$SELECT '(version:1,key:"bigint",orders:1,order:"1",products:1,product:"a",lines:2,order:1,product:1,order:1,product:1)'::affinity_state$$,
    $$SELECT '(version:1,key:"bigint",orders:2305843009213693952,order:"1")'::affinity_state$$,
    $$SELECT '(version:1,key:"uuid",orders:1,order:"1",products:1,product:"a",lines:1,order:1,product:1)'::affinity_state$$);
