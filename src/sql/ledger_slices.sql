--@ requires: ledger
-- Parts of a ledger.

--@ function as_of(ledger customer_ledger, as_of date) returns customer_ledger is ledger_as_of:
--@     the ledger as it was at the end of a day: without the rows of later days, and the customers who have no others
CREATE FUNCTION slice(ledger customer_ledger, "from" date DEFAULT NULL, "to" date DEFAULT NULL) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_slice';
COMMENT ON FUNCTION slice(customer_ledger, date, date) IS
'the rows of the days from <= day < to, NULL for no bound, and the customers who have any; slices that cover all days make the whole again with rollup';
-- the word is reserved where a function is called: without quotes it is slice
CREATE FUNCTION "between"(ledger customer_ledger, "from" date, "to" date) RETURNS customer_ledger
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_ledger_slice';
COMMENT ON FUNCTION "between"(customer_ledger, date, date) IS
'the rows of the days from <= day < to, NULL for no bound: slice under the name that must be quoted';

--@ for customer in bigint, uuid, text
--@ function ledger_shard(customer @customer@, shards integer) returns integer is ledger_shard_@customer@:
--@     a number from 0 to shards - 1 for a customer, the same for ever and everywhere: to build ledgers in parts (GROUP BY
--@     ledger_shard(customer, 8)) whose reports add up
--@ end
