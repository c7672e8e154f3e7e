// What models say of a customer: one SQL function a question, one overload a model.
#include "pg/clv_model.h"
#include "pg/memory.h"

#include "core/clv/outlook.h"

#include <algorithm>

using namespace customer_value;
using namespace customer_value::pg;
using clv::History;
using clv::Opportunities;

namespace {

template <class Model> ModelParameters parameters_argument(FunctionCallInfo fcinfo, int index)
{
    return model_parameters(fcinfo->args[index].value, Model::parameters);
}
History history_argument(FunctionCallInfo fcinfo, int index)
{
    return {whole_argument(fcinfo, index, "frequency"), PG_GETARG_FLOAT8(index + 1), PG_GETARG_FLOAT8(index + 2)};
}

// A number from 0 to `most`.
std::int64_t checked_count(std::int64_t count, const char* name, std::int64_t most)
{
    if (count < 0 || count > most) [[unlikely]]
        throw Error(ErrorCode::out_of_range, std::string(name) + " must be a whole number from 0 to " +
                                                 std::to_string(most) + ": " + std::to_string(count));
    return count;
}
std::int64_t checked_opportunities(std::int64_t horizon)
{
    return checked_count(horizon, "horizon", clv::most_opportunities);
}

// Answers about a customer in continuous time: (model, [value,] frequency, recency, age).
template <class Model, class Answer>
Datum of_customer(FunctionCallInfo fcinfo, int history_index, const char* what, Answer answer)
{
    const ModelParameters parameters = parameters_argument<Model>(fcinfo, 0);
    const History history = history_argument(fcinfo, history_index);
    PG_RETURN_FLOAT8(guarded([&] {
        clv::check(history);
        return finite_result(answer(model_of<Model>(parameters), history), what);
    }));
}
template <class Answer> Datum of_donor(FunctionCallInfo fcinfo, int history_index, const char* what, Answer answer)
{
    const ModelParameters parameters = parameters_argument<clv::BgBb>(fcinfo, 0);
    const Opportunities history = opportunities_argument(fcinfo, history_index);
    PG_RETURN_FLOAT8(guarded([&] {
        clv::check(history);
        return finite_result(answer(model_of<clv::BgBb>(parameters), history), what);
    }));
}
template <class Model, class Answer> Datum of_newcomer(FunctionCallInfo fcinfo, const char* what, Answer answer)
{
    const ModelParameters parameters = parameters_argument<Model>(fcinfo, 0);
    PG_RETURN_FLOAT8(guarded([&] { return finite_result(answer(model_of<Model>(parameters)), what); }));
}

// What a statement asks of one model, over one horizon, for many customers.
struct Question {
    ModelParameters parameters;
    double horizon, discount;

    [[nodiscard]] bool operator==(const Question& other) const noexcept
    {
        return std::ranges::equal(parameters.values, other.parameters.values) &&
               std::ranges::equal(parameters.known, other.parameters.known) && horizon == other.horizon &&
               discount == other.discount;
    }
};
struct LastQuestion {
    Question question;
    clv::AheadCache* cache;
    bool is_repeated;
};

// What was computed for this question before; nothing at the first time, as a cache is more work than one customer.
clv::AheadCache* cache_of(FunctionCallInfo fcinfo, const Question& question)
{
    auto*& extra = fcinfo->flinfo->fn_extra;
    if (extra == nullptr)
        extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(LastQuestion));
    auto* last = static_cast<LastQuestion*>(extra);
    if (!(last->question == question)) {
        *last = {question, last->cache, false};
        return nullptr;
    }
    if (last->cache == nullptr)
        last->cache = allocated_in<clv::AheadCache>(fcinfo->flinfo->fn_mcxt, 1);
    if (!last->is_repeated)
        last->cache->clear();
    last->is_repeated = true;
    return last->cache;
}

// clv(model, spend_model, horizon, discount_per_unit, frequency, recency, age, monetary_value)
template <class Model> Datum value_of_customer(FunctionCallInfo fcinfo, double monetary_value)
{
    const ModelParameters parameters = parameters_argument<Model>(fcinfo, 0),
                          spend_parameters = parameters_argument<clv::GammaGamma>(fcinfo, 1);
    const double horizon = PG_GETARG_FLOAT8(2), discount = PG_GETARG_FLOAT8(3);
    const History history = history_argument(fcinfo, 4);
    clv::AheadCache* cache = cache_of(fcinfo, {parameters, horizon, discount});
    const auto value = guarded([&]() -> std::optional<double> {
        clv::check(history);
        clv::check_spend(history.frequency, monetary_value);
        clv::checked_discounted_horizon(horizon);
        clv::checked_discount(discount, "discount_per_unit", true);
        const auto model = model_of<Model>(parameters);
        const auto spend =
            model_of<clv::GammaGamma>(spend_parameters).expected_value(history.frequency, monetary_value);
        if (!spend)
            return std::nullopt;
        const auto ahead = [&] {
            return clv::Ahead{
                0, clv::discounted_purchases([&](double time) { return model.purchases_if_alive(time, history); },
                                             horizon, discount)};
        };
        const double purchases = cache == nullptr ? ahead().discounted : cache->of(history, ahead).discounted;
        return finite_result(model.p_alive(history) * purchases * *spend, "clv");
    });
    return NullableResult{Float8GetDatum(value.value_or(0)), !value}.returned(fcinfo);
}

}  // namespace

#define CUSTOMER_FUNCTIONS(name, Model)                                                                               \
    SQL_FUNCTION(p_alive_##name)                                                                                      \
    {                                                                                                                 \
        return of_customer<Model>(fcinfo, 1, "p_alive",                                                               \
                                  [](const Model& model, const History& history) { return model.p_alive(history); }); \
    }                                                                                                                 \
    SQL_FUNCTION(p_alive_at_##name)                                                                                   \
    {                                                                                                                 \
        const double horizon = PG_GETARG_FLOAT8(1);                                                                   \
        return of_customer<Model>(fcinfo, 2, "p_alive_at", [=](const Model& model, const History& history) {          \
            return model.p_alive_at(clv::checked_horizon(horizon), history);                                          \
        });                                                                                                           \
    }                                                                                                                 \
    SQL_FUNCTION(expected_purchases_##name)                                                                           \
    {                                                                                                                 \
        const double horizon = PG_GETARG_FLOAT8(1);                                                                   \
        return of_customer<Model>(fcinfo, 2, "expected_purchases", [=](const Model& model, const History& history) {  \
            return model.expected_purchases(clv::checked_horizon(horizon), history);                                  \
        });                                                                                                           \
    }                                                                                                                 \
    SQL_FUNCTION(new_expected_purchases_##name)                                                                       \
    {                                                                                                                 \
        const double horizon = PG_GETARG_FLOAT8(1);                                                                   \
        return of_newcomer<Model>(fcinfo, "expected_purchases", [=](const Model& model) {                             \
            return model.expected_purchases(clv::checked_horizon(horizon));                                           \
        });                                                                                                           \
    }                                                                                                                 \
    SQL_FUNCTION(p_no_purchase_##name)                                                                                \
    {                                                                                                                 \
        const double horizon = PG_GETARG_FLOAT8(1);                                                                   \
        return of_customer<Model>(fcinfo, 2, "p_no_purchase", [=](const Model& model, const History& history) {       \
            return model.p_no_purchase(clv::checked_horizon(horizon), history);                                       \
        });                                                                                                           \
    }                                                                                                                 \
    SQL_FUNCTION(purchase_count_probability_##name)                                                                   \
    {                                                                                                                 \
        const auto n = argument<std::int64_t>(fcinfo, 1);                                                             \
        const double horizon = PG_GETARG_FLOAT8(2);                                                                   \
        return of_newcomer<Model>(fcinfo, "purchase_count_probability", [=](const Model& model) {                     \
            return model.purchase_count_probability(checked_count(n, "n", clv::most_purchases),                       \
                                                    clv::checked_horizon(horizon));                                   \
        });                                                                                                           \
    }                                                                                                                 \
    SQL_FUNCTION(residual_transactions_##name)                                                                        \
    {                                                                                                                 \
        const double discount = PG_GETARG_FLOAT8(1);                                                                  \
        return of_customer<Model>(                                                                                    \
            fcinfo, 2, "residual_transactions", [=](const Model& model, const History& history) {                     \
                return model.residual_transactions(                                                                   \
                    clv::checked_discount(discount, "continuous_discount_per_unit", false), history);                 \
            });                                                                                                       \
    }                                                                                                                 \
    SQL_FUNCTION(clv_##name) { return value_of_customer<Model>(fcinfo, PG_GETARG_FLOAT8(7)); }

CUSTOMER_FUNCTIONS(bg_nbd, clv::BgNbd)
CUSTOMER_FUNCTIONS(mbg_nbd, clv::MbgNbd)
CUSTOMER_FUNCTIONS(pareto_nbd, clv::ParetoNbd)

// BG/BB: time is counted in opportunities.
SQL_FUNCTION(p_alive_bg_bb)
{
    return of_donor(fcinfo, 1, "p_alive",
                    [](const clv::BgBb& model, const Opportunities& history) { return model.p_alive(history); });
}
SQL_FUNCTION(p_alive_at_bg_bb)
{
    const auto horizon = argument<std::int64_t>(fcinfo, 1);
    return of_donor(fcinfo, 2, "p_alive_at", [=](const clv::BgBb& model, const Opportunities& history) {
        return model.p_alive_at(checked_opportunities(horizon), history);
    });
}
SQL_FUNCTION(expected_purchases_bg_bb)
{
    const auto horizon = argument<std::int64_t>(fcinfo, 1);
    return of_donor(fcinfo, 2, "expected_purchases", [=](const clv::BgBb& model, const Opportunities& history) {
        return model.expected_purchases(checked_opportunities(horizon), history);
    });
}
SQL_FUNCTION(new_expected_purchases_bg_bb)
{
    const auto horizon = argument<std::int64_t>(fcinfo, 1);
    return of_newcomer<clv::BgBb>(fcinfo, "expected_purchases", [=](const clv::BgBb& model) {
        return model.expected_purchases(checked_opportunities(horizon));
    });
}
SQL_FUNCTION(p_no_purchase_bg_bb)
{
    const auto horizon = argument<std::int64_t>(fcinfo, 1);
    return of_donor(fcinfo, 2, "p_no_purchase", [=](const clv::BgBb& model, const Opportunities& history) {
        return model.p_no_purchase(checked_opportunities(horizon), history);
    });
}
SQL_FUNCTION(purchase_count_probability_bg_bb)
{
    const auto n = argument<std::int64_t>(fcinfo, 1), horizon = argument<std::int64_t>(fcinfo, 2);
    return of_newcomer<clv::BgBb>(fcinfo, "purchase_count_probability", [=](const clv::BgBb& model) {
        return model.purchase_count_probability(checked_count(n, "n", clv::most_purchases),
                                                checked_opportunities(horizon));
    });
}
SQL_FUNCTION(residual_transactions_bg_bb)
{
    const double discount = PG_GETARG_FLOAT8(1);
    return of_donor(fcinfo, 2, "residual_transactions", [=](const clv::BgBb& model, const Opportunities& history) {
        return model.residual_transactions(clv::checked_discount(discount, "discount_per_opportunity", false), history);
    });
}

// sBG: (model, periods, age) and the like
SQL_FUNCTION(p_alive_at_sbg)
{
    const auto horizon = argument<std::int64_t>(fcinfo, 1),
               age = PG_NARGS() > 2 ? argument<std::int64_t>(fcinfo, 2) : 0;
    return of_newcomer<clv::Sbg>(fcinfo, "p_alive_at", [=](const clv::Sbg& model) {
        return model.survival(static_cast<double>(checked_count(horizon, "horizon", clv::most_purchases)),
                              static_cast<double>(checked_count(age, "age", clv::most_purchases)));
    });
}
SQL_FUNCTION(retention_ratio_sbg)
{
    const auto age = argument<std::int64_t>(fcinfo, 1);
    return of_newcomer<clv::Sbg>(fcinfo, "retention_ratio", [=](const clv::Sbg& model) {
        return model.retention(static_cast<double>(checked_count(age, "age", clv::most_purchases)));
    });
}
SQL_FUNCTION(expected_lifetime_sbg)
{
    const double discount = PG_GETARG_FLOAT8(1);
    return of_newcomer<clv::Sbg>(fcinfo, "expected_lifetime", [=](const clv::Sbg& model) {
        return model.expected_lifetime(clv::checked_discount(discount, "discount_per_period", false));
    });
}
SQL_FUNCTION(residual_lifetime_sbg)
{
    const double discount = PG_GETARG_FLOAT8(1);
    const auto age = argument<std::int64_t>(fcinfo, 2);
    return of_newcomer<clv::Sbg>(fcinfo, "residual_lifetime", [=](const clv::Sbg& model) {
        return model.residual_lifetime(clv::checked_discount(discount, "discount_per_period", false),
                                       static_cast<double>(checked_count(age, "age", clv::most_purchases)));
    });
}

// expected_value(model, frequency, monetary_value)
SQL_FUNCTION(expected_value_gamma_gamma)
{
    const ModelParameters parameters = parameters_argument<clv::GammaGamma>(fcinfo, 0);
    const std::int64_t frequency = whole_argument(fcinfo, 1, "frequency");
    const double monetary_value = PG_GETARG_FLOAT8(2);
    const auto value = guarded([&] {
        clv::check_spend(frequency, monetary_value);
        return model_of<clv::GammaGamma>(parameters).expected_value(frequency, monetary_value);
    });
    return NullableResult{Float8GetDatum(value.value_or(0)), !value}.returned(fcinfo);
}
