-- Behaviour: the ladder of loyalty.

--@ state ladder_state: when each customer first reached each stage

--@ function ladder_transitions(state ladder_state, stages text[]) returns TABLE (from_stage text, to_stage text, customers bigint, moved bigint, rate_pct numeric, median_time interval) is ladder_transitions:
--@     a row from each stage of the list to the next: customers who reached the first, how many of them reached the second at the same
--@     time or later, rate_pct = 100 moved / customers, median_time of those who moved (days of 24 hours); each stage counts from
--@     when it was first reached; state is made by ladder_agg

--@ for customer in bigint, uuid, text
--@ function ladder_state_add(ladder_state, customer @customer@, stage text, at timestamptz) returns ladder_state is ladder_add_@customer@:
--@     the state with one more row
--@ aggregate ladder_agg(customer @customer@, stage text, at timestamptz) of ladder_state ends with ladder_state_finish:
--@     keeps when each customer first reached each stage, in a state to store, merge and read with ladder_transitions
--@ function ladder_state_add(ladder_state, customer @customer@, stage text, day date) returns ladder_state is ladder_add_day_@customer@:
--@     the state with one more row
--@ aggregate ladder_agg(customer @customer@, stage text, day date) of ladder_state ends with ladder_state_finish:
--@     keeps on which day each customer first reached each stage, in a state to store, merge and read with ladder_transitions
--@ end
