--@ requires: ledger
-- Parts of a ledger.

CREATE FUNCTION as_of(ledger customer_ledger, as_of date) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_as_of';
COMMENT ON FUNCTION as_of(customer_ledger, date) IS
'the ledger as it was at the end of a day: without the rows of later days, and the customers who have no others';

CREATE FUNCTION slice(ledger customer_ledger, from_day date DEFAULT NULL, to_day date DEFAULT NULL) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_slice';
COMMENT ON FUNCTION slice(customer_ledger, date, date) IS
'the rows of the days from_day <= day < to_day, NULL for no bound, and the customers who have any; slices that cover all days make the whole again with rollup';

CREATE FUNCTION first_orders(ledger customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_first_orders';
COMMENT ON FUNCTION first_orders(customer_ledger) IS
'the first order of each customer, with its amount (the least of that day), and refunds before it: with the rows of later months it tells new customers from old ones as the whole ledger does, in a fraction of its size';

CREATE FUNCTION shard(ledger customer_ledger, shards integer, shard integer) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_of_shard';
COMMENT ON FUNCTION shard(customer_ledger, integer, integer) IS
'the customers of one shard, from 0 to shards - 1, those whose ledger_shard(customer, shards) it is, with all their rows: a sample that is always the same, shard(ledger, 100, 0) being about one in a hundred';

CREATE FUNCTION keep(ledger customer_ledger, other customer_ledger) RETURNS customer_ledger
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_keep';
COMMENT ON FUNCTION keep(customer_ledger, customer_ledger) IS
'the customers of a ledger who are in another one, too, with all their rows of the first: what else those of a month, a campaign or a list have bought; both need the same kind of customer key';

--@ for customer in smallint, integer, bigint, numeric, uuid, text
CREATE FUNCTION ledger_shard(customer @customer@, shards integer) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_shard_@customer@';
COMMENT ON FUNCTION ledger_shard(@customer@, integer) IS
'a number from 0 to shards - 1 for a customer, the same for ever and everywhere: to build ledgers in parts (GROUP BY ledger_shard(customer, 8)) whose reports add up';
--@ end

CREATE FUNCTION slices(ledger customer_ledger, step interval DEFAULT '1 month')
RETURNS TABLE (period date, ledger customer_ledger)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_slices';
COMMENT ON FUNCTION slices(customer_ledger, interval) IS
'the ledger cut into its calendar periods: a row for each that has any row, in their order, with the ledger of those rows; rollup makes the whole again; to store a ledger by month, and to add or replace months one by one';

CREATE FUNCTION slices(ledger customer_ledger, step interval, as_of date, origin date DEFAULT NULL)
RETURNS TABLE (
    period date, ledger customer_ledger, orders bigint, refund_rows bigint, gross_revenue numeric, refunds numeric
)
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'customer_value_ledger_summed_slices';
COMMENT ON FUNCTION slices(customer_ledger, interval, date, date) IS
'the same with the sums of each period, of its rows up to the end of the day as_of (the last day, if NULL); origin is a day on which a period starts, if weeks do not start on Monday or years in January; orders, refunds by number and by money (zero or below); net revenue is gross_revenue + refunds; of a whole ledger? totals';
