// Reports over a ledger: a forecast of each customer, models against what happened, models against each other.
#include "pg/clv_ledger.h"

#include <algorithm>
#include <cmath>
#include <span>

using namespace customer_value;
using namespace customer_value::pg;
using ledger::Day;
using ledger::View;

namespace {

NullableResult double_column(double value) { return {Float8GetDatum(value), false}; }
NullableResult text_column(const char* text) { return {PointerGetDatum(cstring_to_text(text)), false}; }

// The unit of a model's time in days. Ereports 22023 where the model does not say it, or it is no number of days.
std::int32_t model_unit(FunctionCallInfo fcinfo, int index)
{
    bool is_null = true;
    const Datum unit = GetAttributeByName(PG_GETARG_HEAPTUPLEHEADER(index), "unit", &is_null);
    if (is_null)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the model does not say the unit of its time"),
                        errhint("Fit it from the ledger, or say it: with_unit(model, '1 week').")));
    const Interval* interval = DatumGetIntervalP(unit);
    if (interval->time != 0 || interval->month != 0 || interval->day <= 0 || interval->day > longest_days)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the model's unit must be a number of days or weeks: %s",
                               DatumGetCString(DirectFunctionCall1(interval_out, unit)))));
    return interval->day;
}

clv::AheadCache* new_cache()
{
    auto* cache = static_cast<clv::AheadCache*>(palloc(sizeof(clv::AheadCache)));
    cache->clear();
    return cache;
}

// clv_forecast(ledger, model, spend_model, horizon, discount_per_unit, as_of), or with key before as_of
template <class Model> Datum forecast(FunctionCallInfo fcinfo, StatedKind stated)
{
    if (lacks(fcinfo, {0, 1, 2, 3, 4}))
        return no_rows(fcinfo);
    const View view = Ledger(fcinfo, 0).laid_out();
    require_kind(fcinfo, 5, view, stated);
    require_amounts(view);
    const ModelParameters parameters = model_parameters(PG_GETARG_DATUM(1), Model::parameters);
    const ModelParameters spend_parameters = model_parameters(PG_GETARG_DATUM(2), clv::GammaGamma::parameters);
    const double horizon = PG_GETARG_FLOAT8(3), discount = PG_GETARG_FLOAT8(4);
    const Model model = guarded([&] { return model_of<Model>(parameters); });
    const clv::GammaGamma spend_model = guarded([&] {
        clv::checked_discounted_horizon(horizon);
        clv::checked_discount(discount, "discount_per_unit", true);
        return model_of<clv::GammaGamma>(spend_parameters);
    });
    const std::int32_t unit = model_unit(fcinfo, 1);
    const Day as_of = as_of_argument(fcinfo, stated ? 6 : 5, view);
    clv::AheadCache* cache = new_cache();
    const NullableResult no_spend = money_column(view, 0), zero = double_column(0);
    const View left = settled(view, as_of);
    ResultRows rows(fcinfo);
    const auto put = [&](std::uint32_t customer, const clv::Bought& bought) {
        struct {
            clv::History history;
            double alive, purchases, discounted;
        } row;
        guarded([&] {
            row.history = bought.history(unit);
            clv::check(row.history);
            const clv::Ahead& ahead = cache->of(row.history, [&] {
                const auto expected = [&](double time) { return model.purchases_if_alive(time, row.history); };
                return clv::Ahead{expected(horizon), clv::discounted_purchases(expected, horizon, discount)};
            });
            row.alive = finite_result(model.p_alive(row.history), "p_alive");
            row.purchases = finite_result(row.alive * ahead.purchases, "expected_purchases");
            row.discounted = finite_result(row.alive * ahead.discounted, "clv");
        });
        // who has brought nothing is worth nothing, also where the refunds are those of orders before the first day
        const auto value = ledger::net_of(left.of(customer)) <= 0
                               ? std::optional<double>(0)
                               : spend_model.expected_value(bought.frequency, monetary_value_of(view, bought));
        rows.put({customer_column(view, customer, stated), count_column(bought.frequency),
                  double_column(row.history.recency), double_column(row.history.age),
                  bought.frequency == 0 ? no_spend : mean_column(view, bought.spend, bought.frequency),
                  double_column(row.alive), double_column(row.purchases), value ? double_column(*value) : null_column(),
                  value ? double_column(row.discounted * *value) : null_column()});
    };
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        CHECK_FOR_INTERRUPTS();
        if (const auto bought = clv::bought_by(left.of(customer), as_of))
            put(customer, *bought);
        else if (ledger::until(view.of(customer), as_of).size() > 0)  // nothing is left of what was bought
            rows.put({customer_column(view, customer, stated), count_column(0), null_column(), null_column(), no_spend,
                      null_column(), zero, zero, zero});
    }
    return rows.done();
}

// What a customer did up to the end of the fit, and how many purchase days came after.
struct Tested {
    clv::Bought bought;
    std::int64_t after;
};

constexpr std::size_t buckets = 8;  // frequency 0 to 6, and 7 or more

struct FrequencyBucket {
    std::int64_t customers = 0, actual = 0;
    double predicted = 0, error = 0;

    void add(const FrequencyBucket& other) noexcept
    {
        customers += other.customers;
        actual += other.actual;
        predicted += other.predicted;
        error += other.error;
    }
};

void put_bucket(ResultRows& rows, const char* model, bool at_boundary, const char* frequency,
                const FrequencyBucket& bucket)
{
    const auto per_customer = [&](double sum) {
        return bucket.customers == 0 ? null_column() : double_column(sum / static_cast<double>(bucket.customers));
    };
    rows.put({text_column(model),
              text_column(frequency),
              count_column(bucket.customers),
              count_column(bucket.actual),
              double_column(bucket.predicted),
              per_customer(static_cast<double>(bucket.actual)),
              per_customer(bucket.predicted),
              per_customer(bucket.error),
              {BoolGetDatum(at_boundary), false}});
}

template <class Model>
void check_model(ResultRows& rows, const clv::RepeatPurchases& state, const Tested* tested, std::size_t count,
                 std::int32_t unit, double duration)
{
    const clv::Fitted fit = fit_of<Model>(state).fitted();
    const Model model = guarded([&] { return model_of<Model>(fit); });
    clv::AheadCache* cache = new_cache();
    FrequencyBucket sums[buckets], all;
    guarded([&] {
        for (const auto& [bought, after] : std::span(tested, count)) {
            stop_if_interrupted();
            const clv::History history = bought.history(unit);
            const clv::Ahead& ahead = cache->of(history, [&] {
                return clv::Ahead{model.purchases_if_alive(duration, history), 0};
            });
            const double predicted = finite_result(model.p_alive(history) * ahead.purchases, "expected_purchases");
            sums[std::min<std::size_t>(static_cast<std::size_t>(bought.frequency), buckets - 1)].add(
                {1, after, predicted, std::abs(predicted - static_cast<double>(after))});
        }
    });
    constexpr const char* names[buckets] = {"0", "1", "2", "3", "4", "5", "6", "7+"};
    for (std::size_t i = 0; i < buckets; ++i) {
        put_bucket(rows, ModelNames<Model>::title, fit.at_boundary, names[i], sums[i]);
        all.add(sums[i]);
    }
    put_bucket(rows, ModelNames<Model>::title, fit.at_boundary, "all", all);
}

// A fit as a row of the comparison; made in a context that lasts, put when all are there.
struct Compared {
    const char* title;
    clv::Fitted fit;
    std::size_t free_parameters;
    Datum parameters;

    [[nodiscard]] double aic() const { return 2 * static_cast<double>(free_parameters) - 2 * fit.log_likelihood; }
    [[nodiscard]] double bic() const
    {
        return static_cast<double>(free_parameters) * std::log(fit.customers) - 2 * fit.log_likelihood;
    }
};

Datum parameters_json(const clv::Fitted& fit, const char* const* names)
{
    constexpr std::size_t longest = 512;
    auto* text = static_cast<char*>(palloc(longest));
    guarded([&] {
        std::string json = "{";
        for (std::size_t i = 0; i < fit.count; ++i)
            json += (i == 0 ? "\"" : ", \"") + std::string(names[i]) +
                    "\": " + (fit.known[i] ? shown(fit.parameters[i]) : "null");
        text[(json + "}").copy(text, longest - 1)] = '\0';
    });
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

template <class Model> Compared compared(const clv::Fitted& fit)
{
    return {ModelNames<Model>::title, fit, Model::parameters, parameters_json(fit, ModelNames<Model>::parameters)};
}

const char* verdict(const Compared& row, bool is_best, bool nobody_drops_out)
{
    if (!row.fit.converged)
        return "not converged: do not use";
    if (row.fit.without_dropout)
        return "boundary: no dropout to be seen, the fit is NBD and p_alive is 1";
    if (is_best)
        return nobody_drops_out ? "lowest AIC: buying without dropout explains the rows" : "lowest AIC: use this one";
    if (row.fit.at_boundary)
        return "boundary: parameters went to a limit, customers hardly differ in them; no standard errors";
    return "higher AIC than the best";
}

}  // namespace

CUSTOMER_REPORT(clv_forecast_bg_nbd, forecast<clv::BgNbd>)
CUSTOMER_REPORT(clv_forecast_mbg_nbd, forecast<clv::MbgNbd>)
CUSTOMER_REPORT(clv_forecast_pareto_nbd, forecast<clv::ParetoNbd>)

// holdout_check(ledger, fit_until, unit)
SQL_FUNCTION(holdout_check)
{
    if (lacks(fcinfo, {0, 1, 2}))
        return no_rows(fcinfo);
    const View view = Ledger(fcinfo, 0).laid_out();
    const auto fit_until = day_argument(fcinfo, 1, "fit_until");
    const std::int32_t unit = unit_days(fcinfo, 2);
    if (view.customers == 0)
        return no_rows(fcinfo);
    if (*fit_until >= view.last_day)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("nothing is left to check against: the ledger has no row after fit_until, %s",
                               DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(*fit_until)))),
                        errhint("Pass a day before the ledger's last, for example the end of its first half.")));
    auto* tested = allocated<Tested>(view.customers);
    std::size_t count = 0;
    // what was known then, and what came to stay
    const View known = settled(view, *fit_until), left = settled(view, view.last_day);
    each_bought(known, *fit_until, [&](std::uint32_t customer, const clv::Bought& bought) {
        tested[count++] = {
            bought,
            ledger::purchases_of(ledger::within(left.of(customer), {*fit_until + 1, view.last_day + 1})).active_days};
    });
    const auto* state = purchase_state(known, *fit_until, unit);
    const double duration = static_cast<double>(view.last_day - *fit_until) / unit;
    ResultRows rows(fcinfo);
    if (count > 0) {
        check_model<clv::BgNbd>(rows, *state, tested, count, unit, duration);
        check_model<clv::MbgNbd>(rows, *state, tested, count, unit, duration);
        check_model<clv::ParetoNbd>(rows, *state, tested, count, unit, duration);
    }
    return rows.done();
}

// model_comparison(ledger, as_of, unit), model_comparison(state)
namespace {

Datum comparison(FunctionCallInfo fcinfo, const clv::RepeatPurchases& state)
{
    if (state.size() == 0)
        return no_rows(fcinfo);
    const auto bg = fit_of<clv::BgNbd>(state);
    const Compared nbd{"NBD", bg.baseline(), 2, parameters_json(bg.baseline(), ModelNames<clv::BgNbd>::parameters)};
    const Compared all[] = {compared<clv::BgNbd>(bg.fitted()),
                            compared<clv::MbgNbd>(fit_of<clv::MbgNbd>(state).fitted()),
                            compared<clv::ParetoNbd>(fit_of<clv::ParetoNbd>(state).fitted()), nbd};
    const auto* best =
        std::min_element(std::begin(all), std::end(all),
                         [](const Compared& left, const Compared& right) { return left.aic() < right.aic(); });
    const bool nobody_drops_out = best == std::end(all) - 1;
    ResultRows rows(fcinfo);
    for (const Compared& row : all)
        rows.put({text_column(row.title),
                  {row.parameters, false},
                  double_column(row.fit.log_likelihood),
                  double_column(row.aic()),
                  double_column(row.bic()),
                  {BoolGetDatum(row.fit.converged), false},
                  {BoolGetDatum(row.fit.at_boundary), false},
                  {BoolGetDatum(&row == best), false},
                  text_column(verdict(row, &row == best, nobody_drops_out))});
    return rows.done();
}

}  // namespace

SQL_FUNCTION(model_comparison_ledger)
{
    if (lacks(fcinfo, {0, 2}))
        return no_rows(fcinfo);
    const Ledger ledger(fcinfo, 0);
    const Day as_of = as_of_argument(fcinfo, 1, ledger);
    const View view = settled(ledger.laid_out(), as_of);
    return comparison(fcinfo, *purchase_state(view, as_of, unit_days(fcinfo, 2)));
}
SQL_FUNCTION(model_comparison_state) { return comparison(fcinfo, read_state<clv::RepeatPurchases>(fcinfo, 0)); }
