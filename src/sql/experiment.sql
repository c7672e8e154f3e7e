-- Experiments: two groups compared by the mean of a value or by the share that did something.

--@ state ab_state: number, exact sum and exact sum of squares of the values of a group

--@ function ab_count(state ab_state) returns bigint is ab_count: number of values in the group
--@ function ab_mean(state ab_state) returns numeric is ab_mean: mean of the values of the group; NULL without any; do two groups differ? ab_test_mean
--@ function ab_variance(state ab_state) returns numeric is ab_variance:
--@     sample variance of the values of the group, (sum of squares - n mean^2) / (n - 1) without rounding in between, as var_samp;
--@     NULL for fewer than two values
--@ function ab_test_mean(a ab_state, b ab_state, confidence double precision DEFAULT 0.95, OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT t double precision, OUT degrees_of_freedom double precision, OUT p_value double precision) is ab_test_mean:
--@     mean of group b minus mean of group a, its confidence interval, and the Welch test of whether it is more than chance: a small
--@     p_value says that it is; NULL where a group has no values, and all but the difference where one has a single value or neither
--@     varies; for shares: ab_test_rate
--@ function ab_test_rate(x1 bigint, n1 bigint, x2 bigint, n2 bigint, confidence double precision DEFAULT 0.95, OUT difference numeric, OUT lower numeric, OUT upper numeric, OUT z double precision, OUT p_value double precision) is ab_test_rate:
--@     share of x2 in n2 minus share of x1 in n1 in percent points, its confidence interval, and the z test of whether it is more than
--@     chance: a small p_value says that it is; NULL where n1 or n2 is 0; no test where nobody or everybody did it in
--@     both groups, no interval where nobody or everybody did it in each; for amounts: ab_test_mean

--@ for value in smallint, integer, bigint, numeric, real, double precision
--@ function ab_state_add(ab_state, value @value@) returns ab_state is ab_add_@value.c@: the state with one more value
--@ aggregate ab_agg(value @value@) of ab_state ends with ab_state_finish:
--@     sums the values of a group of an experiment, and their squares, into a state to store, merge and read with ab_test_mean, ab_mean,
--@     ab_variance, ab_count
--@ end
