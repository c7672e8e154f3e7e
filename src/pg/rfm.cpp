#include "pg/window.h"

#include "core/rfm/score.h"
#include "core/rfm/segment.h"

#include <algorithm>

using namespace customer_value;
using namespace customer_value::pg;

namespace {

// rfm_score(value, bins, higher_is_better) OVER (...)
struct ScoreByRank {
    static constexpr bool positive_only = false, adds_up = false;
    static constexpr std::array options{"bins", "higher_is_better"};
    template <class Numbers> static void answer(const Population<Numbers>& population, const Options& options)
    {
        const std::int32_t bins = DatumGetInt32(options.values[0]);
        const bool higher_is_better = DatumGetBool(options.values[1]);
        guarded([&] { rfm::require_bins(bins); });
        if (population.count == 0)
            return;
        // items descend: those of a better value come first where higher is better
        const auto count = static_cast<std::int64_t>(population.count);
        const auto at_front =
            static_cast<std::int64_t>(golden::end_of_peers<Numbers>(population.items, 0, population.count));
        const std::int64_t at_back =
            count - static_cast<std::int64_t>(golden::first_of_last_peers<Numbers>(population.items, population.count));
        const rfm::RankScale scale(count, higher_is_better ? at_back : at_front, higher_is_better ? at_front : at_back,
                                   bins);
        population.answer_peers([=](std::size_t first, std::size_t end) {
            const auto from = static_cast<std::int64_t>(first), to = static_cast<std::int64_t>(end);
            return Int32GetDatum(higher_is_better ? scale.score_of(count - to, count - from)
                                                  : scale.score_of(from, to));
        });
    }
    static Datum result(Datum answer) { return answer; }
};

// rfm_score(value, cuts, higher_is_better)
template <class Number> Datum score_by_cuts(FunctionCallInfo fcinfo)
{
    const Number value = argument<Number>(fcinfo, 0);
    ArrayType* cuts = PG_GETARG_ARRAYTYPE_P(1);
    if (ARR_NDIM(cuts) > 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("cuts must be an array of one dimension")));
    if (array_contains_nulls(cuts))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("cuts must not contain nulls")));
    const int count = ArrayGetNItems(ARR_NDIM(cuts), ARR_DIMS(cuts));
    guarded([&] {
        require_finite("value", value);
        rfm::require_cuts(count);
    });
    const bool higher_is_better = PG_GETARG_BOOL(2);
    return with_decimal(value, [&](const Decimal& number) {
        rfm::CutScore score(number, higher_is_better);
        const char* cut = ARR_DATA_PTR(cuts);
        for (int i = 0; i < count; ++i) {
            const Decimal decimal = decimal_of(PointerGetDatum(cut));
            guarded([&] { score.add(decimal); });
            cut = att_addlength_pointer(cut, -1, cut);
            cut = reinterpret_cast<const char*>(att_align_nominal(cut, TYPALIGN_INT));
        }
        return Int32GetDatum(score.score());
    });
}

}  // namespace

SQL_FUNCTION(rfm_segment)
{
    const std::int32_t r = PG_GETARG_INT32(0), f = PG_GETARG_INT32(1), m = PG_GETARG_INT32(2);
    const auto name = guarded([&] { return rfm::name_of(rfm::segment_of(r, f, m)); });
    PG_RETURN_TEXT_P(cstring_to_text_with_len(name.data(), static_cast<int>(name.size())));
}

SQL_FUNCTION(rfm_segment_bins)
{
    const std::int32_t r = PG_GETARG_INT32(0), f = PG_GETARG_INT32(1), m = PG_GETARG_INT32(2),
                       bins = PG_GETARG_INT32(3);
    const auto name = guarded([&] { return rfm::name_of(rfm::segment_of(r, f, m, bins)); });
    PG_RETURN_TEXT_P(cstring_to_text_with_len(name.data(), static_cast<int>(name.size())));
}

// _rfm_cut_places(times, bins)
SQL_FUNCTION(rfm_cut_places)
{
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(0);
    const std::int32_t bins = PG_GETARG_INT32(1);
    if (array_contains_nulls(array))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("times must not contain nulls")));
    const auto count = static_cast<std::size_t>(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)));
    const std::span times(reinterpret_cast<const std::int64_t*>(ARR_DATA_PTR(array)), count);
    std::int32_t places[rfm::most_bins];
    const std::size_t reached = guarded([&] { return rfm::find_cuts(times, bins, places); });
    Datum cuts[rfm::most_bins];
    std::transform(places, places + reached, cuts, [](std::int32_t place) { return Int32GetDatum(place); });
    PG_RETURN_ARRAYTYPE_P(
        construct_array(cuts, static_cast<int>(reached), INT4OID, sizeof(std::int32_t), true, TYPALIGN_INT));
}

#define SCORE_FUNCTIONS(suffix, Number)                                                       \
    SQL_FUNCTION(rfm_score_##suffix) { return window_function<ScoreByRank, Number>(fcinfo); } \
    SQL_FUNCTION(rfm_score_by_cuts_##suffix) { return score_by_cuts<Number>(fcinfo); }

FOR_EACH_NUMBER(SCORE_FUNCTIONS)
