-- RFM: recency, frequency, monetary value.

--@ for value in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION rfm_score(value @value@, bins integer, higher_is_better boolean) RETURNS integer
LANGUAGE c WINDOW IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_@value.c@';
COMMENT ON FUNCTION rfm_score(@value@, integer, boolean) IS
'score from 1 to bins by rank in the partition: equals share their mean rank, the lowest equals score 1 and the highest bins, those between 1 + floor(bins * (rank - lowest) / (highest - lowest)); where all are equal, the middle; days since the last order are better when lower; NULL for NULL; which segment do three scores make? rfm_segment';

CREATE FUNCTION rfm_score(value @value@, cuts numeric[], higher_is_better boolean) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_score_by_cuts_@value.c@';
COMMENT ON FUNCTION rfm_score(@value@, numeric[], boolean) IS
'score by thresholds of your own, which ascend: 1, and one more for each cut that the value reaches, being at it or on its better side; no window, as it depends on no other customer; which segment do three scores make? rfm_segment';
--@ end

CREATE FUNCTION _rfm_cut_places(times bigint[], bins integer) RETURNS integer[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_cut_places';
COMMENT ON FUNCTION _rfm_cut_places(bigint[], integer) IS
'of values from the least up, each so many times: the places, from 1, of those that are the first to reach the scores 2, 3 and so on of rfm_score(value, bins, true) OVER ()';

CREATE FUNCTION rfm_segment(r integer, f integer, m integer) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_segment';
COMMENT ON FUNCTION rfm_segment(integer, integer, integer) IS
'the named segment of three RFM scores from 1 to 5, 5 being best: Champions, Loyal, Potential Loyalists, New Customers, Promising, Need Attention, About To Sleep, Cannot Lose Them, At Risk or Hibernating, by r against the mean of f and m (halves rounded up); an error (22003) for other scores: those of quartiles need rfm_segment(r, f, m, 4); who moved where? segment_migration';

CREATE FUNCTION rfm_segment(r integer, f integer, m integer, bins integer) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_rfm_segment_bins';
COMMENT ON FUNCTION rfm_segment(integer, integer, integer, integer) IS
'the named segment of three RFM scores from 1 to bins, each first brought to the scale of 1 to 5: 1 + 4 (score - 1) / (bins - 1), rounded, halves up; quartiles 1, 2, 3, 4 count as 1, 2, 4, 5; who moved where? segment_migration';
