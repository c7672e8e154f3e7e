-- The tables that the report reads: script/demo fills them with the synthetic shop or with your file.
-- Keys are text, so that the keys of any file fit.
CREATE SCHEMA shop;

CREATE TABLE shop.orders (
    customer_id text,
    order_id    text,
    day         date NOT NULL,
    amount      numeric,
    status      text,
    category    text,
    product     text,
    relation    text,
    price       numeric
);
COMMENT ON TABLE shop.orders IS 'One row per sale (amount >= 0) or refund (amount < 0, with the order_id of its order).';
COMMENT ON COLUMN shop.orders.relation IS 'The group of related products that the product belongs to.';
COMMENT ON COLUMN shop.orders.price IS 'Of one piece of the product.';

CREATE TABLE shop.subscriptions (
    customer_id text NOT NULL,
    period      daterange NOT NULL,
    amount      numeric NOT NULL,
    every       interval NOT NULL
);
COMMENT ON TABLE shop.subscriptions IS 'Who was subscribed when, and what is paid at each billing interval.';

CREATE TABLE shop.survey (
    customer_id text NOT NULL,
    day         date NOT NULL,
    score       smallint NOT NULL
);
COMMENT ON TABLE shop.survey IS 'Answers from 0 to 10 to: how likely are you to recommend us?';

CREATE TABLE shop.marketing (
    month date PRIMARY KEY,
    cost  numeric NOT NULL
);
COMMENT ON TABLE shop.marketing IS 'What was spent on winning customers, by month.';

CREATE VIEW shop.sales AS
SELECT customer_id, order_id, day, date_trunc('month', day)::date AS month, amount, category, product, relation, price
FROM shop.orders
WHERE is_revenue_status(status) AND amount IS NOT NULL;
COMMENT ON VIEW shop.sales IS 'Orders and refunds that count: not the cancelled, pending and failed ones.';
