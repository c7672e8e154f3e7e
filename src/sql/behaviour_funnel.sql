-- How far customers get along a chain of steps.

--@ state funnel_state: the instants at which a customer met steps of a chain, and which

--@ function window_funnel(state funnel_state) returns integer is window_funnel:
--@     how many steps of the chain were reached within the window that the rows were aggregated with; without limit of time for
--@     funnel_agg; NULL without rows
--@ function window_funnel(state funnel_state, "window" interval, strict_increase boolean DEFAULT false) returns integer is window_funnel_within:
--@     how many steps of the chain were reached, in their order, at most window after the first; with strict_increase each step must be
--@     later than the one before, otherwise the same instant will do; NULL without rows; by how many? GROUP BY it
--@ function funnel_state_add(funnel_state, at timestamptz, steps boolean[]) returns funnel_state is funnel_add: the state with one more event
--@ function funnel_state_add(funnel_state, "window" interval, at timestamptz, steps boolean[]) returns funnel_state is funnel_add_within:
--@     the state with one more event; error 22023 on a second window
--@ aggregate funnel_agg(at timestamptz, VARIADIC steps boolean[]) of funnel_state ends with funnel_state_finish:
--@     notes when the events of a customer met which of up to 32 steps, into a state to store, merge and read with
--@     window_funnel(state, window)
--@ aggregate window_funnel("window" interval, at timestamptz, VARIADIC steps boolean[]) of funnel_state ends with window_funnel:
--@     how many steps of a chain the events of a customer reached, in their order, at most window (in days or shorter units) after the
--@     first: 0 for none; one instant may be several steps; a NULL step is not met; GROUP BY customer, then count the customers by steps
--@     reached; another window later? funnel_agg
