-- A mart of the synthetic shop with all that can be mapped, and a role that may read its views and nothing else.
-- Words beyond ASCII, and rows without a category or a customer, are to arrive as they are.
ALTER TABLE shop.orders ADD currency text NOT NULL DEFAULT 'EUR', ADD intended_price numeric;
UPDATE shop.orders SET intended_price = round(0.8 * price, 2) WHERE order_id LIKE '%3';
UPDATE shop.orders SET category = 'Küche 🍳' WHERE category = 'kitchen';
UPDATE shop.orders SET category = NULL WHERE category = 'cameras' AND order_id LIKE '%7';
UPDATE shop.orders SET customer_id = NULL WHERE order_id LIKE '%99';
CREATE TABLE shop.contracts AS SELECT customer_id, lower(period) AS since, upper(period) AS until, amount, every FROM shop.subscriptions;
CREATE TABLE shop.costs AS
SELECT month AS day, share * cost AS cost, kind, method, gain * cost AS gain
FROM shop.marketing, (VALUES ('acquisition', 'Suchmaschinen', 0.6, 0.9), ('acquisition', 'Käse & „Wein“', 0.1, NULL),
                             ('retention', 'newsletter', 0.1, 0.3), ('fixed', 'rent', 0.2, NULL)) AS part (kind, method, share, gain);

SELECT create_mart('mart', orders => 'shop.orders', customer => 'customer_id', ordered_at => 'day', amount => 'amount', order_id => 'order_id',
                   status => 'status', category => 'category', product => 'product', relation => 'relation', price => 'price',
                   intended_price => 'intended_price', currency => 'currency',
                   subscriptions => '{"table": "shop.contracts", "customer": "customer_id", "starts_at": "since", "ends_at": "until", "amount": "amount", "every": "every"}',
                   survey => '{"table": "shop.survey", "answered_at": "day", "score": "score"}',
                   costs => '{"table": "shop.costs", "spent_at": "day", "amount": "cost", "kind": "kind", "method": "method", "gain": "gain"}');
CALL refresh_mart('mart', quality => true);

DROP ROLE IF EXISTS analyst;
CREATE ROLE analyst LOGIN;
ALTER ROLE analyst SET default_transaction_read_only = on;
GRANT USAGE ON SCHEMA mart TO analyst;
SELECT format('GRANT SELECT ON mart.%I TO analyst', relname) FROM pg_class WHERE relnamespace = 'mart'::regnamespace AND relkind = 'v' AND relname !~ '^source_'
\gexec
