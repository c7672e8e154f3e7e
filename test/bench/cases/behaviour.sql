-- Behaviour: events of customers in no order of time, fifty a customer in a month: four in ten look, then fewer and fewer go on.

--@ table funnel_events
CREATE UNLOGGED TABLE funnel_events AS
SELECT draw(i, 61, :rows / 50) AS customer, timestamptz '2024-01-01 00:00+00' + draw(i, 62, 2592000) * interval '1 second' AS at,
       (ARRAY['look', 'look', 'look', 'look', 'basket', 'basket', 'checkout', 'checkout', 'pay', 'other'])[1 + draw(i, 63, 10)] AS event
FROM generate_series(1, :rows) AS i;
ANALYZE funnel_events;

--@ table funnel_few
CREATE UNLOGGED TABLE funnel_few AS
SELECT draw(i, 65, :rows / 10) AS customer, at, event FROM (SELECT row_number() OVER () AS i, at, event FROM funnel_events) AS events;
ANALYZE funnel_few;

-- two a customer: many groups, small states
--@ table funnel_visits
CREATE UNLOGGED TABLE funnel_visits AS
SELECT draw(i, 64, :rows / 2) AS customer, at, event FROM (SELECT row_number() OVER () AS i, at, event FROM funnel_events) AS events;
ANALYZE funnel_visits;

-- the self-join form: each look, the baskets after it in the window, what came after those, and so on
--@ case window_funnel, 4 steps within a week, to self-joins
--@ limit_plain 0.2
--@ ours
SELECT steps, count(*)
FROM (SELECT window_funnel('7 days', at, event = 'look', event = 'basket', event = 'checkout', event = 'pay') AS steps FROM funnel_events GROUP BY customer) AS customers
GROUP BY steps ORDER BY steps
--@ built-in
SELECT count(*), max(last) FROM (SELECT max(at) AS last FROM funnel_events GROUP BY customer) AS customers
--@ plain
SELECT steps, count(*)
FROM (SELECT customers.customer, max(CASE WHEN pay.at IS NOT NULL THEN 4 WHEN checkout.at IS NOT NULL THEN 3 WHEN basket.at IS NOT NULL THEN 2 WHEN look.at IS NOT NULL THEN 1 ELSE 0 END) AS steps
      FROM (SELECT DISTINCT customer FROM funnel_events) AS customers
      LEFT JOIN funnel_events AS look ON look.customer = customers.customer AND look.event = 'look'
      LEFT JOIN funnel_events AS basket ON basket.customer = look.customer AND basket.event = 'basket' AND basket.at BETWEEN look.at AND look.at + interval '7 days'
      LEFT JOIN funnel_events AS checkout ON checkout.customer = basket.customer AND checkout.event = 'checkout' AND checkout.at BETWEEN basket.at AND look.at + interval '7 days'
      LEFT JOIN funnel_events AS pay ON pay.customer = checkout.customer AND pay.event = 'pay' AND pay.at BETWEEN checkout.at AND look.at + interval '7 days'
      GROUP BY customers.customer) AS customers
GROUP BY steps ORDER BY steps

-- the fewer events and steps, the less the joins multiply
--@ case window_funnel, 3 steps within a week, ten events a customer, to self-joins
--@ ours
SELECT steps, count(*)
FROM (SELECT window_funnel('7 days', at, event = 'look', event = 'basket', event = 'pay') AS steps FROM funnel_few GROUP BY customer) AS customers
GROUP BY steps ORDER BY steps
--@ built-in
SELECT count(*), max(last) FROM (SELECT max(at) AS last FROM funnel_few GROUP BY customer) AS customers
--@ plain
SELECT steps, count(*)
FROM (SELECT customers.customer, max(CASE WHEN pay.at IS NOT NULL THEN 3 WHEN basket.at IS NOT NULL THEN 2 WHEN look.at IS NOT NULL THEN 1 ELSE 0 END) AS steps
      FROM (SELECT DISTINCT customer FROM funnel_few) AS customers
      LEFT JOIN funnel_few AS look ON look.customer = customers.customer AND look.event = 'look'
      LEFT JOIN funnel_few AS basket ON basket.customer = look.customer AND basket.event = 'basket' AND basket.at BETWEEN look.at AND look.at + interval '7 days'
      LEFT JOIN funnel_few AS pay ON pay.customer = basket.customer AND pay.event = 'pay' AND pay.at BETWEEN basket.at AND look.at + interval '7 days'
      GROUP BY customers.customer) AS customers
GROUP BY steps ORDER BY steps

-- the best plain SQL that we know: carry the latest look of each chain along in time
--@ case window_funnel, 3 steps within a week, to window functions
--@ ours
SELECT steps, count(*)
FROM (SELECT window_funnel('7 days', at, event = 'look', event = 'basket', event = 'pay') AS steps FROM funnel_events GROUP BY customer) AS customers
GROUP BY steps ORDER BY steps
--@ plain
SELECT steps, count(*)
FROM (SELECT customer, max(CASE WHEN event = 'pay' AND at <= to_basket + interval '7 days' THEN 3 WHEN to_basket IS NOT NULL THEN 2 WHEN to_look IS NOT NULL THEN 1 ELSE 0 END) AS steps
      FROM (SELECT customer, at, event, to_look, max(to_look) FILTER (WHERE event = 'basket' AND at <= to_look + interval '7 days') OVER chain AS to_basket
            FROM (SELECT customer, at, event, max(at) FILTER (WHERE event = 'look') OVER chain AS to_look FROM funnel_events
                  WINDOW chain AS (PARTITION BY customer ORDER BY at)) AS looks
            WINDOW chain AS (PARTITION BY customer ORDER BY at)) AS baskets
      GROUP BY customer) AS customers
GROUP BY steps ORDER BY steps

--@ case window_funnel in a group for two events
--@ limit 3
--@ ours
SELECT count(*), sum(steps) > 0
FROM (SELECT window_funnel('7 days', at, event = 'look', event = 'basket', event = 'pay') AS steps FROM funnel_visits GROUP BY customer) AS customers
--@ built-in
SELECT count(*), max(last) > '2024-01-01 00:00+00' FROM (SELECT max(at) AS last FROM funnel_visits GROUP BY customer) AS customers
--@ plain
SELECT count(*), max(last) > '2024-01-01 00:00+00' FROM (SELECT max(at) AS last FROM funnel_visits GROUP BY customer) AS customers

--@ case window_funnel, all events in one group
--@ ours
SELECT window_funnel('7 days', at, event = 'look', event = 'basket', event = 'pay') FROM funnel_events
--@ built-in
SELECT max(at) FROM funnel_events

--@ case retention of 3 conditions
--@ limit_plain 2
--@ ours
SELECT count(*) FILTER (WHERE r[1]), count(*) FILTER (WHERE r[2]), count(*) FILTER (WHERE r[3])
FROM (SELECT retention(event = 'look', event = 'basket', event = 'pay') AS r FROM funnel_events GROUP BY customer) AS customers
--@ plain
SELECT count(*) FILTER (WHERE look), count(*) FILTER (WHERE look AND basket), count(*) FILTER (WHERE look AND pay)
FROM (SELECT bool_or(event = 'look') AS look, bool_or(event = 'basket') AS basket, bool_or(event = 'pay') AS pay FROM funnel_events GROUP BY customer) AS customers


--@ table visits
CREATE UNLOGGED TABLE visits AS
SELECT draw(i, 1, :rows / 20) AS customer, timestamptz '2024-01-01 00:00Z' + make_interval(secs => draw(i, 2, 864000)::double precision) AS at,
       (ARRAY['visitor', 'prospect', 'customer', 'client', 'advocate'])[1 + least(draw(i, 3, 5), draw(i, 4, 5))::integer] AS stage
FROM generate_series(1::bigint, :rows) AS i;

--@ case sessionize(at, 30 minutes)
--@ limit_plain 1.0
--@ ours
SELECT count(*), sum(session) FROM (SELECT sessionize(at, '30 minutes') OVER (PARTITION BY customer ORDER BY at) AS session FROM visits) AS sessions
--@ built-in
SELECT count(*), sum(n) FROM (SELECT row_number() OVER (PARTITION BY customer ORDER BY at) AS n FROM visits) AS numbered
--@ plain
SELECT count(*), sum(session)
FROM (SELECT count(*) FILTER (WHERE pause IS NULL OR pause > '30 minutes') OVER (PARTITION BY customer ORDER BY at) AS session
      FROM (SELECT customer, at, at - lag(at) OVER (PARTITION BY customer ORDER BY at) AS pause FROM visits) AS pauses) AS sessions

--@ case ladder_transitions(ladder_agg(customer, stage, at))
--@ limit_plain 0.9
--@ ours
SELECT from_stage, customers, moved, trunc(extract(epoch FROM median_time)) FROM (SELECT ladder_agg(customer, stage, at) AS state FROM visits) AS ladder, ladder_transitions(state, '{visitor,prospect,customer,client,advocate}') ORDER BY from_stage
--@ plain
WITH first AS MATERIALIZED (SELECT customer, array_position('{visitor,prospect,customer,client,advocate}', stage) AS n, stage, min(at) AS at FROM visits GROUP BY customer, stage)
SELECT here.stage, count(*), count(next.at), trunc(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM next.at - here.at)::double precision))
FROM first AS here LEFT JOIN first AS next ON next.customer = here.customer AND next.n = here.n + 1 AND next.at >= here.at WHERE here.n < 5 GROUP BY here.stage ORDER BY here.stage
