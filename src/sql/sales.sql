--@ requires: common
-- Sales: what a line is to a customer who has bought before, revenue by kind of sale, and products bought together.

--@ for price in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION sale_type(product text, relation text, price @price@) RETURNS text
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_sale_type_@price.c@';
COMMENT ON FUNCTION sale_type(text, text, @price@) IS
'kind of sale of a line, OVER (PARTITION BY customer ORDER BY at): front_end in the first basket, repeat for a product bought before, upsell for one dearer than all so far of its relation group, add_on for another of that group, cross_sell for another group; equal instants are one basket; a price below zero is a refund, of the kind of its sale; NULL without product or price; what did each bring? sales_report';
--@ end

CREATE TYPE sale_history;

CREATE FUNCTION _sale_history_in(cstring) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_in';
COMMENT ON FUNCTION _sale_history_in(cstring) IS
'reads the text form of sale_history; the word empty stands for one of no sales';

CREATE FUNCTION _sale_history_out(sale_history) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_out';
COMMENT ON FUNCTION _sale_history_out(sale_history) IS 'writes the text form of sale_history, lossless';

CREATE FUNCTION _sale_history_recv(internal) RETURNS sale_history
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_recv';
COMMENT ON FUNCTION _sale_history_recv(internal) IS 'reads the binary form of sale_history';

CREATE FUNCTION _sale_history_send(sale_history) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sale_history_send';
COMMENT ON FUNCTION _sale_history_send(sale_history) IS 'writes the binary form of sale_history, lossless';

CREATE TYPE sale_history (
    INPUT = _sale_history_in, OUTPUT = _sale_history_out, RECEIVE = _sale_history_recv, SEND = _sale_history_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended
);
COMMENT ON TYPE sale_history IS
'what one customer has bought: the products, each with the kind that it was last sold as, and the dearest price of each relation group; made by class_sale, which goes on from it';

CREATE TYPE classed_sale AS (kind text, history sale_history);
COMMENT ON TYPE classed_sale IS
'what class_sale says of a line: its kind, as sale_type has it, and in the last line of a customer all that was bought up to it';

--@ for price in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION class_sale(product text, relation text, price @price@, history sale_history) RETURNS classed_sale
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'customer_value_class_sale_@price.c@';
COMMENT ON FUNCTION class_sale(text, text, @price@, sale_history) IS
'kind of sale of a line that comes after a history, OVER (PARTITION BY customer ORDER BY at), so that older lines need not be read again: sale_type for a customer who had bought before what history holds, of the rows of the first basket (NULL: nothing); and in the last line of a customer the history up to it, to be stored (NULL: nothing was bought)';
--@ end

--@ for price in smallint, integer, bigint, numeric
CREATE FUNCTION upsell_before(intended_price @price@, bought_price @price@) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN _checked_argument('bought_price'::text, bought_price::numeric, NULL::numeric, NULL::numeric)
    > _checked_argument('intended_price'::text, intended_price::numeric, NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(@price@, @price@) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';
--@ end

--@ for price in real, double precision
CREATE FUNCTION upsell_before(intended_price @price@, bought_price @price@) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN _checked_argument('bought_price'::text, _shortest_decimal(bought_price), NULL::numeric, NULL::numeric)
    > _checked_argument('intended_price'::text, _shortest_decimal(intended_price), NULL::numeric, NULL::numeric);
COMMENT ON FUNCTION upsell_before(@price@, @price@) IS
'whether a dearer product was bought instead of the one that the customer came for: bought_price > intended_price; NULL where a price is; how many? count(*) FILTER (WHERE upsell_before(...))';
--@ end

--@ state sales_state: net amount per kind of sale and order
--@ state affinity_state: which products are in which orders

CREATE FUNCTION sales_report(state sales_state)
RETURNS TABLE (kind text, revenue numeric, orders bigint, avg_check numeric, share_pct numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_report';
COMMENT ON FUNCTION sales_report(sales_state) IS
'a row per kind of sale, the largest revenue first: revenue net of refunds, orders with something of that kind that was not all sent back, avg_check = revenue / orders (below 0 where refunds exceed sales, NULL without orders), share_pct of the revenue of all kinds, NULL where that is not above 0; an order of two kinds counts in both; state is made by sales_agg';

CREATE FUNCTION basket_affinity(state affinity_state, min_support_pct numeric DEFAULT 0.1)
RETURNS TABLE (
    first_product text, second_product text, orders bigint, support_pct numeric,
    confidence_pct numeric, reverse_confidence_pct numeric, lift numeric
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_basket_affinity';
COMMENT ON FUNCTION basket_affinity(affinity_state, numeric) IS
'pairs of products bought together in at least min_support_pct percent of all orders, one row a pair, by name (bytes): orders with both, support_pct = 100 orders / all orders, confidence_pct = percent of the orders with the first that have the second too, reverse_confidence_pct the other way round, lift = how many times more often together than if by chance (1: chance); state is made by affinity_agg';

--@ for order_id in bigint, uuid, text
--@ for amount in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION _sales_state_add(sales_state, kind text, order_id @order_id@, amount @amount@) RETURNS sales_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_sales_add_@order_id@_@amount.c@';
COMMENT ON FUNCTION _sales_state_add(sales_state, text, @order_id@, @amount@) IS 'the state with one more row';

CREATE AGGREGATE sales_agg(kind text, order_id @order_id@, amount @amount@) (
    SFUNC = _sales_state_add, STYPE = sales_state, INITCOND = 'empty',
    COMBINEFUNC = _sales_state_merge, FINALFUNC = _sales_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sales_agg(text, @order_id@, @amount@) IS
'sums the rows of each kind of sale (see sale_type) and order, refunds below zero, into a state to store, merge and read with sales_report';
--@ end

CREATE FUNCTION _affinity_state_add(affinity_state, order_id @order_id@, product text) RETURNS affinity_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_affinity_add_@order_id@';
COMMENT ON FUNCTION _affinity_state_add(affinity_state, @order_id@, text) IS 'the state with one more row';

CREATE AGGREGATE affinity_agg(order_id @order_id@, product text) (
    SFUNC = _affinity_state_add, STYPE = affinity_state, INITCOND = 'empty',
    COMBINEFUNC = _affinity_state_merge, FINALFUNC = _affinity_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE affinity_agg(@order_id@, text) IS
'collects which products are in which orders, each once, into a state to store, merge and read with basket_affinity';
--@ end
