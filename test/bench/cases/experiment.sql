-- Experiments: two groups, amounts in money.

--@ table experiment_values
CREATE UNLOGGED TABLE experiment_values AS
SELECT draw(i, 81, 2)::integer AS variant, (draw(i, 82, 1000000) / 100.0)::numeric(12,2) AS amount, (draw(i, 82, 1000000) / 100.0)::double precision AS amount_double
FROM generate_series(1, :rows) AS i;

--@ case ab_variance(ab_agg(amount))
--@ limit 2
--@ ours
SELECT variant, round(ab_variance(ab_agg(amount)), 4), ab_count(ab_agg(amount)) FROM experiment_values GROUP BY variant ORDER BY variant
--@ built-in
SELECT variant, var_samp(amount), count(amount) FROM experiment_values GROUP BY variant ORDER BY variant
--@ plain
SELECT variant, round(var_samp(amount), 4), count(amount) FROM experiment_values GROUP BY variant ORDER BY variant

--@ case ab_variance(ab_agg(amount double precision))
--@ ours
SELECT variant, round(ab_variance(ab_agg(amount_double)), 4), ab_count(ab_agg(amount_double)) FROM experiment_values GROUP BY variant ORDER BY variant
--@ built-in
SELECT variant, var_samp(amount_double), count(amount_double) FROM experiment_values GROUP BY variant ORDER BY variant
--@ plain
SELECT variant, round(var_samp(amount_double::numeric), 4), count(amount_double) FROM experiment_values GROUP BY variant ORDER BY variant
