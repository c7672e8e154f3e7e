-- A mart of the synthetic shop, as it is made of any tables: create_mart names the tables and their columns, refresh_mart fills the views.

-- The shop knows what was spent on marketing; here it is by method, with the revenue that is put down to it, next to other costs
CREATE TABLE shop.costs (
    day    date NOT NULL,
    kind   text NOT NULL,
    method text,
    cost   numeric(12, 2) NOT NULL,
    gain   numeric(12, 2)
);
COMMENT ON TABLE shop.costs IS 'What was spent on winning customers (acquisition), on keeping them (retention) and regardless of them (fixed), and what it brought in.';
INSERT INTO shop.costs
SELECT month, 'acquisition', method, cost * share, cost * share * brings * (0.8 + 0.4 * shop.dice(hashtextextended(method, 0), n))
FROM (SELECT *, row_number() OVER (ORDER BY month) AS n FROM shop.marketing) AS marketing, (VALUES ('search', 0.6, 1.5), ('social', 0.4, 0.95)) AS v (method, share, brings)
UNION ALL
SELECT month, 'retention', 'newsletter', 0.05 * cost, 0.12 * cost FROM shop.marketing
UNION ALL
SELECT month, 'fixed', 'rent', 6500, NULL FROM shop.marketing;

SELECT create_mart('mart', orders => 'shop.orders', customer => 'customer_id', ordered_at => 'day', amount => 'amount', order_id => 'order_id', status => 'status',
                   category => 'category', product => 'product', relation => 'relation', price => 'price',
                   subscriptions => '{"table": "shop.subscriptions", "customer": "customer_id", "period": "period", "amount": "amount", "every": "every"}',
                   survey => '{"table": "shop.survey", "answered_at": "day", "score": "score"}',
                   costs => '{"table": "shop.costs", "spent_at": "day", "amount": "cost", "kind": "kind", "method": "method", "gain": "gain"}');
CALL refresh_mart('mart', quality => true);
