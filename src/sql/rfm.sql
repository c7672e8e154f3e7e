-- RFM: recency, frequency, monetary value.

--@ function rfm_segment(r integer, f integer, m integer) returns text is rfm_segment:
--@     the named segment of three RFM scores from 1 to 5, 5 being best: Champions, Loyal, Potential Loyalists, New Customers,
--@     Promising, Need Attention, About To Sleep, Cannot Lose Them, At Risk or Hibernating, by r against the mean of f and
--@     m (halves rounded up); who moved where? segment_migration
