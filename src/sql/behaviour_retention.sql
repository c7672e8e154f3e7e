-- Which conditions a customer met, together with the first.

--@ state retention_state: which of several conditions were ever met by the rows of a customer

--@ function retention(state retention_state) returns boolean[] is retention_value:
--@     for each condition whether it and the first were ever met, not always by the same row; NULL without rows
--@ function retention_state_add(retention_state, conditions boolean[]) returns retention_state is retention_add: the state with one more row
--@ aggregate retention_agg(VARIADIC conditions boolean[]) of retention_state ends with retention_state_finish:
--@     notes which of up to 32 conditions the rows of a customer met, into a state to store, merge and read with retention
--@ aggregate retention(VARIADIC conditions boolean[]) of retention_state ends with retention:
--@     for each of up to 32 conditions whether rows of a customer met it and the first: retention(day = ''2024-01-01'', day = ''2024-01-08'')
--@     says who was there on the first day and came back a week later; a NULL condition is not met; GROUP BY customer, then count the
--@     customers with r[1], r[2], ...; in which order? window_funnel
