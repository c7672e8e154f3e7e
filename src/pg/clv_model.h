// Models as values of PostgreSQL: composite types whose first attributes are the parameters, double precision, in the
// order of the papers. What follows says where they come from: see src/sql/clv.sql. Attributes are for ever
// (docs/decisions.md); a value may have more of them than this release knows.
#pragma once

#include "pg/aggregate.h"
#include "pg/results.h"

#include "core/clv/fit.h"

namespace customer_value::pg {

// The parameters at the start of a composite value. A NULL takes no place in it.
struct ModelParameters {
    double values[clv::most_parameters];
    bool known[clv::most_parameters];
};
inline ModelParameters model_parameters(Datum datum, std::size_t count)
{
    ModelParameters parameters{};
    const auto* row = reinterpret_cast<HeapTupleHeader>(PG_DETOAST_DATUM(datum));
    const char* at = reinterpret_cast<const char*>(row) + row->t_hoff;
    const char* end = reinterpret_cast<const char*>(row) + VARSIZE(row);
    for (std::size_t i = 0; i < count && i < static_cast<std::size_t>(HeapTupleHeaderGetNatts(row)); ++i) {
        const bool is_null = (row->t_infomask & HEAP_HASNULL) != 0 && att_isnull(static_cast<int>(i), row->t_bits);
        if (is_null || at + sizeof(double) > end)
            continue;
        std::memcpy(&parameters.values[i], at, sizeof(double));
        parameters.known[i] = true;
        at += sizeof(double);
    }
    return parameters;
}

// What SQL calls a model and its parameters; `without` says that the third may be 0 and the fourth is then not asked
// for.
template <class Model> struct ModelNames;
template <> struct ModelNames<clv::BgNbd> {
    static constexpr const char* type = "bg_nbd_model";
    static constexpr const char* title = "BG/NBD";
    static constexpr const char* parameters[] = {"r", "alpha", "a", "b"};
    static constexpr bool without = true;
};
template <> struct ModelNames<clv::MbgNbd> {
    static constexpr const char* type = "mbg_nbd_model";
    static constexpr const char* title = "MBG/NBD";
    static constexpr const char* parameters[] = {"r", "alpha", "a", "b"};
    static constexpr bool without = true;
};
template <> struct ModelNames<clv::ParetoNbd> {
    static constexpr const char* type = "pareto_nbd_model";
    static constexpr const char* title = "Pareto/NBD";
    static constexpr const char* parameters[] = {"r", "alpha", "s", "beta"};
    static constexpr bool without = true;
};
template <> struct ModelNames<clv::BgBb> {
    static constexpr const char* type = "bg_bb_model";
    static constexpr const char* title = "BG/BB";
    static constexpr const char* parameters[] = {"alpha", "beta", "gamma", "delta"};
    static constexpr bool without = true;
};
template <> struct ModelNames<clv::Sbg> {
    static constexpr const char* type = "sbg_model";
    static constexpr const char* title = "sBG";
    static constexpr const char* parameters[] = {"alpha", "beta"};
    static constexpr bool without = false;
};
template <> struct ModelNames<clv::GammaGamma> {
    static constexpr const char* type = "gamma_gamma_model";
    static constexpr const char* title = "Gamma-Gamma";
    static constexpr const char* parameters[] = {"p", "q", "v"};
    static constexpr bool without = false;
};

// A whole number that comes in floating point; 22003 for another.
inline std::int64_t whole_argument(FunctionCallInfo fcinfo, int index, const char* name)
{
    const double value = PG_GETARG_FLOAT8(index);
    return guarded([&] { return clv::whole_number(name, value); });
}
// Frequency, recency and opportunities, in this order.
inline clv::Opportunities opportunities_argument(FunctionCallInfo fcinfo, int index)
{
    return {whole_argument(fcinfo, index, "frequency"), whole_argument(fcinfo, index + 1, "recency"),
            whole_argument(fcinfo, index + 2, "opportunities")};
}

// Throws for a parameter that is missing (invalid_parameter) or not above 0 (out_of_range).
[[noreturn]] void throw_bad_parameter(const char* type, const char* name, bool is_known, double value,
                                      bool may_be_zero);

inline constexpr double largest_parameter = 1e100, smallest_parameter = 1e-100;

// Guarded code: the model of these parameters.
template <class Model> Model model_of(const ModelParameters& given)
{
    using Names = ModelNames<Model>;
    double values[clv::most_parameters] = {1, 1, 1, 1};
    for (std::size_t i = 0; i < Model::parameters; ++i) {
        const bool may_be_zero = Names::without && i == 2;
        if (Names::without && i == 3 && values[2] == 0)
            break;
        const bool is_fine =
            given.known[i] && ((given.values[i] >= smallest_parameter && given.values[i] <= largest_parameter) ||
                               (may_be_zero && given.values[i] == 0));
        if (!is_fine) [[unlikely]]
            throw_bad_parameter(Names::type, Names::parameters[i], given.known[i], given.values[i], may_be_zero);
        values[i] = given.values[i];
    }
    if constexpr (Model::parameters == 4)
        return {values[0], values[1], values[2], values[3]};
    else if constexpr (Model::parameters == 3)
        return {values[0], values[1], values[2]};
    else
        return {values[0], values[1]};
}
template <class Model> Model model_of(const clv::Fitted& fit)
{
    ModelParameters parameters{};
    for (std::size_t i = 0; i < fit.count; ++i) {
        parameters.values[i] = fit.parameters[i];
        parameters.known[i] = fit.known[i];
    }
    return model_of<Model>(parameters);
}

// Throws out_of_range where a result is not finite.
double finite_result(double value, const char* what);

// A model as a row of the type that the function is declared to return; `fifth` is the attribute after the parameters:
// the unit of time, or of Gamma-Gamma the population's mean.
Datum model_row(FunctionCallInfo fcinfo, const clv::Fitted& fit, NullableResult fifth);

// Fits a model to a state, which must have rows.
template <class Model> clv::Fit<Model> fit_of(const typename clv::Fit<Model>::State& state)
{
    using Fit = clv::Fit<Model>;
    const auto* sorted = finished(state);
    void* memory = MemoryContextAllocHuge(CurrentMemoryContext, Fit::bytes_for(*sorted) + MAXIMUM_ALIGNOF);
    return guarded([&] { return Fit(*sorted, memory); });
}

// The attribute after the parameters.
template <class Model> NullableResult fifth_of(const clv::Fitted& fit, NullableResult unit)
{
    if constexpr (std::is_same_v<Model, clv::GammaGamma>) {
        const auto mean = guarded([&] { return model_of<Model>(fit).population_mean(); });
        return {Float8GetDatum(mean.value_or(0)), !mean};
    } else {
        return unit;
    }
}
template <class Model>
Datum fitted_row(FunctionCallInfo fcinfo, const typename clv::Fit<Model>::State& state, NullableResult unit)
{
    if (state.size() == 0)
        PG_RETURN_NULL();
    const clv::Fitted fit = fit_of<Model>(state).fitted();
    return model_row(fcinfo, fit, fifth_of<Model>(fit, unit));
}

}  // namespace customer_value::pg
