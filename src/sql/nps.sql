-- Surveys: net promoter score and customer satisfaction.

--@ state nps_state: answers to "would you recommend us?" counted as promoters, passives and detractors
--@ state csat_state: survey answers counted as satisfied or not
--@ state survey_state: the latest answer of each respondent

CREATE FUNCTION promoters(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_promoters';
COMMENT ON FUNCTION promoters(nps_state) IS 'number of answers of 9 and more, or from the cut on that they were counted with';

CREATE FUNCTION passives(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_passives';
COMMENT ON FUNCTION passives(nps_state) IS 'number of answers from 7 to below 9, or between the cuts that they were counted with';

CREATE FUNCTION detractors(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_detractors';
COMMENT ON FUNCTION detractors(nps_state) IS 'number of answers below 7, or up to the cut that they were counted with';

CREATE FUNCTION responses(state nps_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_responses';
COMMENT ON FUNCTION responses(nps_state) IS 'number of answers; the smaller, the wider nps_ci';

CREATE FUNCTION nps(state nps_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_value';
COMMENT ON FUNCTION nps(nps_state) IS
'net promoter score, -100 to 100 points: 100 (promoters - detractors) / responses; NULL without responses; an error (22023) where 30 or more answers are all from 1 to 5: pass the cuts of another scale to nps_agg; see nps_ci for how sure it is';

CREATE FUNCTION nps_ci(state nps_state, confidence double precision DEFAULT 0.95, OUT lower numeric, OUT upper numeric)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_ci';
COMMENT ON FUNCTION nps_ci(nps_state, double precision) IS
'confidence interval of the net promoter score in points, nps +- z 100 sqrt((p + d - (p - d)^2) / n), cut at -100 and 100; two months whose intervals overlap may not differ: see nps_compare';

CREATE FUNCTION nps_compare(
    first nps_state, second nps_state,
    OUT difference numeric, OUT z double precision, OUT p_value double precision
)
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_compare';
COMMENT ON FUNCTION nps_compare(nps_state, nps_state) IS
'second net promoter score minus first, in points, with the z and two-sided p-value of the difference; a small p-value says that it is more than chance';

CREATE FUNCTION satisfied(state csat_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_satisfied';
COMMENT ON FUNCTION satisfied(csat_state) IS 'number of answers at or above the top that they were counted with';

CREATE FUNCTION responses(state csat_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_responses';
COMMENT ON FUNCTION responses(csat_state) IS 'number of answers';

CREATE FUNCTION csat(state csat_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_value';
COMMENT ON FUNCTION csat(csat_state) IS
'customer satisfaction in percent: 100 satisfied / responses; NULL without responses';

--@ for score in smallint, integer, bigint, numeric, real, double precision
CREATE FUNCTION nps_valid(score @score@) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_valid_@score.c@';
COMMENT ON FUNCTION nps_valid(@score@) IS 'true for a score from 0 to 10; for FILTER (WHERE nps_valid(score))';

CREATE FUNCTION _nps_state_add(nps_state, score @score@) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_@score.c@';
COMMENT ON FUNCTION _nps_state_add(nps_state, @score@) IS 'the state with one more answer';

CREATE FUNCTION _nps_state_remove(nps_state, score @score@) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_@score.c@';
COMMENT ON FUNCTION _nps_state_remove(nps_state, @score@) IS 'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score @score@) (
    SFUNC = _nps_state_add, STYPE = nps_state, INITCOND = 'empty',
    COMBINEFUNC = _nps_state_merge, FINALFUNC = _nps_state_finish,
    MSFUNC = _nps_state_add, MINVFUNC = _nps_state_remove, MSTYPE = nps_state,
    MINITCOND = 'empty', MFINALFUNC = _nps_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(@score@) IS
'counts survey answers from 0 to 10 into a state to store, merge and read with nps, nps_ci, promoters';

CREATE AGGREGATE nps(score @score@) (
    SFUNC = _nps_state_add, STYPE = nps_state, INITCOND = 'empty',
    COMBINEFUNC = _nps_state_merge, FINALFUNC = nps,
    MSFUNC = _nps_state_add, MINVFUNC = _nps_state_remove, MSTYPE = nps_state,
    MINITCOND = 'empty', MFINALFUNC = nps, PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(@score@) IS
'net promoter score, -100 to 100 points: percent of answers of 9 and more, less percent below 7; an error (22023) where 30 or more answers are all from 1 to 5: on another scale, nps(score, detractor_to, promoter_from); how sure is it? nps_ci(nps_agg(score))';

CREATE FUNCTION _nps_state_add(nps_state, score @score@, detractor_to @score@, promoter_from @score@) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_add_cuts_@score.c@';
COMMENT ON FUNCTION _nps_state_add(nps_state, @score@, @score@, @score@) IS 'the state with one more answer';

CREATE FUNCTION _nps_state_remove(nps_state, score @score@, detractor_to @score@, promoter_from @score@) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_nps_remove_cuts_@score.c@';
COMMENT ON FUNCTION _nps_state_remove(nps_state, @score@, @score@, @score@) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE nps_agg(score @score@, detractor_to @score@, promoter_from @score@) (
    SFUNC = _nps_state_add, STYPE = nps_state, INITCOND = 'empty',
    COMBINEFUNC = _nps_state_merge, FINALFUNC = _nps_state_finish,
    MSFUNC = _nps_state_add, MINVFUNC = _nps_state_remove, MSTYPE = nps_state,
    MINITCOND = 'empty', MFINALFUNC = _nps_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_agg(@score@, @score@, @score@) IS
'counts survey answers on a scale of your own into a state to store, merge and read with nps, nps_ci, promoters: detractors are those up to detractor_to, promoters those from promoter_from on; merge only states that were made with the same cuts';

CREATE AGGREGATE nps(score @score@, detractor_to @score@, promoter_from @score@) (
    SFUNC = _nps_state_add, STYPE = nps_state, INITCOND = 'empty',
    COMBINEFUNC = _nps_state_merge, FINALFUNC = nps,
    MSFUNC = _nps_state_add, MINVFUNC = _nps_state_remove, MSTYPE = nps_state,
    MINITCOND = 'empty', MFINALFUNC = nps, PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps(@score@, @score@, @score@) IS
'net promoter score on a scale of your own: percent of answers from promoter_from on, less percent up to detractor_to, for example nps(score, 2, 4) on a scale of 1 to 4; how sure is it? nps_ci(nps_agg(score, detractor_to, promoter_from))';

CREATE FUNCTION _csat_state_add(csat_state, score @score@, top @score@) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_add_@score.c@';
COMMENT ON FUNCTION _csat_state_add(csat_state, @score@, @score@) IS 'the state with one more answer';

CREATE FUNCTION _csat_state_remove(csat_state, score @score@, top @score@) RETURNS csat_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_csat_remove_@score.c@';
COMMENT ON FUNCTION _csat_state_remove(csat_state, @score@, @score@) IS
'the state with one answer less, for moving windows';

CREATE AGGREGATE csat_agg(score @score@, top @score@) (
    SFUNC = _csat_state_add, STYPE = csat_state, INITCOND = 'empty',
    COMBINEFUNC = _csat_state_merge, FINALFUNC = _csat_state_finish,
    MSFUNC = _csat_state_add, MINVFUNC = _csat_state_remove, MSTYPE = csat_state,
    MINITCOND = 'empty', MFINALFUNC = _csat_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat_agg(@score@, @score@) IS
'counts survey answers at or above top into a state to store, merge and read with csat';

CREATE AGGREGATE csat(score @score@, top @score@) (
    SFUNC = _csat_state_add, STYPE = csat_state, INITCOND = 'empty',
    COMBINEFUNC = _csat_state_merge, FINALFUNC = csat,
    MSFUNC = _csat_state_add, MINVFUNC = _csat_state_remove, MSTYPE = csat_state,
    MINITCOND = 'empty', MFINALFUNC = csat, PARALLEL = SAFE
);
COMMENT ON AGGREGATE csat(@score@, @score@) IS
'customer satisfaction: percent of answers at or above top, for example csat(score, 4) on a scale of 5';
--@ end

-- The latest answer of each respondent.

CREATE FUNCTION nps(state survey_state) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_survey_nps';
COMMENT ON FUNCTION nps(survey_state) IS
'net promoter score of the latest answers, as nps(score) defines it; on another scale, nps(state, detractor_to, promoter_from); how sure is it? nps_ci(latest_answers(state))';

CREATE FUNCTION nps(state survey_state, detractor_to numeric, promoter_from numeric) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_survey_nps_cuts';
COMMENT ON FUNCTION nps(survey_state, numeric, numeric) IS
'net promoter score of the latest answers on a scale of your own: percent from promoter_from on, less percent up to detractor_to';

CREATE FUNCTION latest_answers(state survey_state) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_survey_answers';
COMMENT ON FUNCTION latest_answers(survey_state) IS
'the latest answers, from 0 to 10, counted as nps_agg counts them: for nps_ci, nps_compare, promoters; do not merge it with others, as the same respondent may be in both: merge survey_state';

CREATE FUNCTION latest_answers(state survey_state, detractor_to numeric, promoter_from numeric) RETURNS nps_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_survey_answers_cuts';
COMMENT ON FUNCTION latest_answers(survey_state, numeric, numeric) IS
'the latest answers on a scale of your own, counted as nps_agg counts them: for nps_ci, nps_compare, promoters';

CREATE FUNCTION responses(state survey_state) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_survey_responses';
COMMENT ON FUNCTION responses(survey_state) IS 'number of respondents, who count once each';

--@ for score in smallint, integer, bigint, numeric, real, double precision
--@ for respondent in bigint, uuid, text
CREATE FUNCTION _survey_state_add(survey_state, respondent @respondent@, at timestamptz, score @score@) RETURNS survey_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_survey_add_@respondent@_@score.c@';
COMMENT ON FUNCTION _survey_state_add(survey_state, @respondent@, timestamptz, @score@) IS 'the state with one more answer';

CREATE FUNCTION _survey_state_add(survey_state, respondent @respondent@, day date, score @score@) RETURNS survey_state
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'customer_value_survey_add_day_@respondent@_@score.c@';
COMMENT ON FUNCTION _survey_state_add(survey_state, @respondent@, date, @score@) IS 'the state with one more answer';

CREATE AGGREGATE survey_agg(respondent @respondent@, at timestamptz, score @score@) (
    SFUNC = _survey_state_add, STYPE = survey_state, INITCOND = 'empty',
    COMBINEFUNC = _survey_state_merge, FINALFUNC = _survey_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE survey_agg(@respondent@, timestamptz, @score@) IS
'keeps the latest answer of each respondent, the lower of two at the same instant, in a state to store, merge and read with nps, latest_answers, responses; answers may be on any scale';

CREATE AGGREGATE survey_agg(respondent @respondent@, day date, score @score@) (
    SFUNC = _survey_state_add, STYPE = survey_state, INITCOND = 'empty',
    COMBINEFUNC = _survey_state_merge, FINALFUNC = _survey_state_finish, PARALLEL = SAFE
);
COMMENT ON AGGREGATE survey_agg(@respondent@, date, @score@) IS
'keeps the latest answer of each respondent, the lower of two on the same day, in a state to store, merge and read with nps, latest_answers, responses; answers may be on any scale';

CREATE AGGREGATE nps_latest(respondent @respondent@, at timestamptz, score @score@) (
    SFUNC = _survey_state_add, STYPE = survey_state, INITCOND = 'empty',
    COMBINEFUNC = _survey_state_merge, FINALFUNC = nps, PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_latest(@respondent@, timestamptz, @score@) IS
'net promoter score of the latest answer of each respondent, the lower of two at the same instant; all answers? nps; another scale? nps(survey_agg(respondent, at, score), detractor_to, promoter_from)';

CREATE AGGREGATE nps_latest(respondent @respondent@, day date, score @score@) (
    SFUNC = _survey_state_add, STYPE = survey_state, INITCOND = 'empty',
    COMBINEFUNC = _survey_state_merge, FINALFUNC = nps, PARALLEL = SAFE
);
COMMENT ON AGGREGATE nps_latest(@respondent@, date, @score@) IS
'net promoter score of the latest answer of each respondent, the lower of two on the same day; all answers? nps; another scale? nps(survey_agg(respondent, day, score), detractor_to, promoter_from)';
--@ end
--@ end
