#include "pg/clv_model.h"

extern "C" {
#include "utils/array.h"
}

#include <cmath>

namespace customer_value::pg {

void throw_bad_parameter(const char* type, const char* name, bool is_known, double value, bool may_be_zero)
{
    if (!is_known)
        throw Error(ErrorCode::invalid_parameter, std::string("this ") + type + " has no parameter " + name, {},
                    "A model comes from a fit, or from the function of its name.");
    throw Error(ErrorCode::out_of_range, std::string(name) + " of a " + type +
                                             (may_be_zero ? " must be 0 or lie between 1e-100 and 1e100: "
                                                          : " must lie between 1e-100 and 1e100: ") +
                                             shown(value));
}

double finite_result(double value, const char* what)
{
    if (!std::isfinite(value)) [[unlikely]]
        throw Error(ErrorCode::out_of_range, std::string(what) + " is out of range for these parameters");
    return value;
}

namespace {

// The errors in the order of the parameters; NULL for each that is not known.
NullableResult errors_column(const clv::Fitted& fit)
{
    if (!fit.standard_errors)
        return {};
    Datum values[clv::most_parameters];
    for (std::size_t i = 0; i < fit.count; ++i)
        values[i] = Float8GetDatum((*fit.standard_errors)[i]);
    int dimensions[1] = {static_cast<int>(fit.count)}, bounds[1] = {1};
    bool nulls[clv::most_parameters];
    for (std::size_t i = 0; i < fit.count; ++i)
        nulls[i] = !fit.known[i] || (fit.without_dropout && i >= 2);
    return {PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, bounds, FLOAT8OID, sizeof(float8),
                                               FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)),
            false};
}

}  // namespace

Datum model_row(FunctionCallInfo fcinfo, const clv::Fitted& fit, NullableResult fifth)
{
    TupleDesc description;
    if (get_call_result_type(fcinfo, nullptr, &description) != TYPEFUNC_COMPOSITE)
        elog(ERROR, "return type must be a row type");
    NullableResult columns[clv::most_parameters + 7];
    std::size_t count = 0;
    for (; count < fit.count; ++count)
        columns[count] = {Float8GetDatum(fit.parameters[count]), !fit.known[count]};
    columns[count++] = fifth;
    const bool is_fit = fit.customers > 0;  // otherwise the parameters were given
    columns[count++] = {Float8GetDatum(fit.log_likelihood), !is_fit};
    columns[count++] = {Int64GetDatum(static_cast<std::int64_t>(fit.customers)), !is_fit};
    columns[count++] = errors_column(fit);
    columns[count++] = {BoolGetDatum(fit.converged), !is_fit};
    columns[count++] = {BoolGetDatum(fit.at_boundary), !is_fit};
    columns[count++] = {Float8GetDatum(fit.gradient), !is_fit};
    Datum values[MaxTupleAttributeNumber];
    bool nulls[MaxTupleAttributeNumber];
    for (int i = 0; i < description->natts; ++i) {
        const bool is_known = static_cast<std::size_t>(i) < count;
        values[i] = is_known ? columns[i].value : Datum{0};
        nulls[i] = !is_known || columns[i].is_null;
    }
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls));
}

}  // namespace customer_value::pg
