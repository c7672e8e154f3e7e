-- On which day an order of a mart is: timestamps of one zone whose days are those of another, on both sides of each midnight and of months' ends, as they are
-- written and changed; and days of grace of subscriptions.
\set VERBOSITY terse
\pset null -
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
CREATE TABLE time_orders (id int, who int, at timestamp, amount numeric(10,2));
SELECT create_mart('mart_kept', 'time_orders', 'who', 'at', 'amount', tz => 'America/New_York');
SELECT create_mart('mart_kept', 'time_orders', 'who', 'at', 'amount', ordered_at_tz => 'UTC');
SELECT create_mart('mart_kept', 'time_orders', 'who', 'at', 'amount', tz => 'America/New_York', ordered_at_tz => 'EST');
SELECT create_mart('mart_kept', 'time_orders', 'who', 'at', 'amount', tz => 'America/New_York', ordered_at_tz => '');
CREATE VIEW time_instants AS SELECT id, who, at AT TIME ZONE 'UTC' AS at, amount FROM time_orders;
SELECT create_mart('mart_kept', 'time_instants', 'who', 'at', 'amount', tz => 'America/New_York', ordered_at_tz => 'UTC');

-- the day is that of plain SQL, whatever the session's own zone, and a refresh reads the months of what has changed
CREATE PROCEDURE time_compare(zone text, source text) LANGUAGE plpgsql AS $$
DECLARE
    step text;
    wrong text;
    plain numeric;
BEGIN
    TRUNCATE time_orders;
    INSERT INTO time_orders VALUES (0, 1, '2023-12-15 12:00', 1);
    PERFORM create_mart('mart_kept', 'time_orders', 'who', 'at', 'amount', tz => zone, ordered_at_tz => source);
    CALL refresh_mart('mart_kept');
    FOREACH step IN ARRAY '{written,moved,changed,deleted}'::text[] LOOP
        IF step = 'written' THEN
            INSERT INTO time_orders SELECT h, h % 7, timestamp '2024-01-30 00:30' + h * interval '1 hour', h FROM generate_series(1, 72) AS h
                UNION ALL SELECT 100 + h, h % 5, timestamp '2024-02-28 12:30' + h * interval '1 hour', h FROM generate_series(1, 72) AS h UNION ALL SELECT 200 + h, h % 5, timestamp '2024-03-30 12:30' + h * interval '1 hour', h FROM generate_series(1, 60) AS h;
        ELSIF step = 'moved' THEN
            UPDATE time_orders SET at = at + CASE WHEN id % 2 = 0 THEN interval '13 hours' ELSE interval '-13 hours' END WHERE id % 5 = 0;
        ELSIF step = 'changed' THEN
            UPDATE time_orders SET amount = amount + 1000 WHERE at BETWEEN '2024-03-31 20:00' AND '2024-04-01 03:00';
        ELSE
            DELETE FROM time_orders WHERE at BETWEEN '2024-01-31 08:00' AND '2024-01-31 16:00' OR at BETWEEN '2024-02-29 18:00' AND '2024-03-01 06:00';
        END IF;
        PERFORM set_config('timezone', CASE step WHEN 'moved' THEN 'Pacific/Kiritimati' ELSE 'Pacific/Pago_Pago' END, true);
        CALL refresh_mart('mart_kept');
        SELECT string_agg(format('%s: %s, %s', period, v.revenue, t.revenue), '; ' ORDER BY period) INTO wrong
        FROM mart_kept.overview AS v FULL JOIN (SELECT date_trunc('month', (at AT TIME ZONE source) AT TIME ZONE zone)::date AS period, sum(amount) AS revenue FROM time_orders GROUP BY 1) AS t USING (period) WHERE v.revenue IS DISTINCT FROM t.revenue;
        SELECT count(*) INTO plain FROM mart_kept.daily AS v FULL JOIN (SELECT ((at AT TIME ZONE source) AT TIME ZONE zone)::date AS day, sum(amount) AS revenue FROM time_orders GROUP BY 1) AS t USING (day) WHERE coalesce(v.revenue, 0) <> coalesce(t.revenue, 0);
        RAISE WARNING '% in %, %: %', source, zone, step, coalesce(wrong, format('%s days differ', plain));
    END LOOP;
    PERFORM drop_mart('mart_kept');
END $$;
CALL time_compare('America/New_York', 'UTC');
CALL time_compare('Pacific/Kiritimati', 'UTC');
CALL time_compare('Pacific/Pago_Pago', 'Pacific/Kiritimati');
CALL time_compare('Asia/Kolkata', 'America/St_Johns');

-- 15:00 and 12:00 in UTC are the same day in New York, half past one on the first is the last day of the month before
TRUNCATE time_orders;
INSERT INTO time_orders VALUES (1, 1, '2019-03-15 15:00', 100), (2, 1, '2019-04-01 01:30', 40), (3, 2, '2019-04-20 12:00', 10);
SELECT create_mart('mart_kept', 'time_orders', 'who', 'at', 'amount', tz => 'America/New_York', ordered_at_tz => 'UTC');
CALL refresh_mart('mart_kept', quality => true);
SELECT period, revenue FROM mart_kept.overview;
SELECT drop_mart('mart_kept');

-- a renewal one day late, over the end of a month, is no churn within days of grace
CREATE TABLE time_terms AS SELECT c AS who, t.starts, t.ends, 10 AS fee, interval '1 month' AS every FROM generate_series(1, 3) AS c, (VALUES (date '2024-01-01', date '2024-01-31'), ('2024-02-01', '2024-03-01'), ('2024-03-02', NULL)) AS t (starts, ends);
CREATE FUNCTION time_make(grace text) RETURNS void LANGUAGE sql AS
$$ SELECT create_mart('mart_kept', 'time_terms', 'who', 'starts', 'fee', subscriptions => jsonb_strip_nulls(jsonb_build_object('table', 'time_terms', 'customer', 'who', 'starts_at', 'starts', 'ends_at', 'ends', 'amount', 'fee', 'every', 'every', 'grace', grace))) $$;
SELECT time_make(NULL);
CALL refresh_mart('mart_kept');
SELECT period, new_mrr, reactivation, churn, end_mrr FROM mart_kept.mrr ORDER BY period;
SELECT drop_mart('mart_kept');
SELECT time_make('3 days');
CALL refresh_mart('mart_kept');
SELECT period, new_mrr, reactivation, churn, end_mrr FROM mart_kept.mrr ORDER BY period;
SELECT drop_mart('mart_kept');
SELECT time_make('-1 days');
SELECT time_make('367 days');
SELECT time_make('1 month');
SELECT time_make('12 hours');
SELECT time_make('soon');
SELECT time_make('0 days'), drop_mart('mart_kept');
SELECT time_make('366 days'), drop_mart('mart_kept');
DROP FUNCTION time_make;
DROP PROCEDURE time_compare;
DROP VIEW time_instants;
DROP TABLE time_orders, time_terms;
