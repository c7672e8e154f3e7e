-- Behaviour: sessions.

CREATE FUNCTION sessionize(at timestamptz, gap interval) RETURNS bigint
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sessionize';
COMMENT ON FUNCTION sessionize(timestamptz, interval) IS
'number of the session of an event, from 1, OVER (PARTITION BY customer ORDER BY at): a pause longer than gap begins a new one; gap is a positive interval without months, a day of it is 24 hours; NULL where at or gap is; how long do they last? max(at) - min(at) GROUP BY customer, session';
