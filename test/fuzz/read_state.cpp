// Reads any bytes as the text form and as the binary form of every state: they are refused with a reason, or they make
// a sound state, which reads back as it was written and merges like any other.
#include "core/behaviour/funnel.h"
#include "core/behaviour/ladder.h"
#include "core/behaviour/retention.h"
#include "core/churn/churn.h"
#include "core/clv/rows.h"
#include "core/experiment/experiment.h"
#include "core/golden/state.h"
#include "core/nps/nps.h"
#include "core/nps/survey.h"
#include "core/revenue/orders.h"
#include "core/revenue/revenue.h"
#include "core/sales/affinity.h"
#include "core/sales/report.h"
#include "core/survival/survival.h"
#include "unit/held.h"

#include <cstdio>
#include <optional>

using namespace customer_value;
using test::Held;

namespace {

void require(bool holds, const char* rule, const std::string& text)
{
    if (holds)
        return;
    std::fprintf(stderr, "%s: %s\n", rule, text.c_str());
    std::abort();
}

template <class State> std::string merged_text(Held<State> left, const Held<State>& right)
{
    try {
        return left.merge(right).text();
    } catch (const Error& error) {
        require(error.code() == ErrorCode::out_of_range || error.code() == ErrorCode::invalid_parameter,
                "refused to merge", error.message());
        return {};
    }
}

template <class State> void read(std::string_view form, bool binary)
{
    std::optional<Held<State>> state;
    try {
        state = binary ? Held<State>::from_binary(form) : Held<State>::from_text(form);
    } catch (const Error& error) {
        require(test::refuses_a_form(error.code()), "refused for an odd reason", error.message());
        return;
    }
    const std::string text = state->text();
    require(Held<State>::from_text(text).text() == text, "the text form reads back as another state", text);
    require(Held<State>::from_binary(state->binary()).text() == text, "the binary form reads back as another state",
            text);
    require(merged_text(*state, Held<State>()) == text && merged_text(Held<State>(), *state) == text,
            "merging with the empty state changes it", text);
    const std::string twice = merged_text(*state, *state);
    require(twice.empty() || Held<State>::from_text(twice).text() == twice,
            "merged with itself it reads back as another state", twice);
}

template <class... State> void read_as_each(std::string_view form)
{
    (read<State>(form, false), ...);
    (read<State>(form, true), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    read_as_each<churn::State, nps::State, nps::SatisfactionState, nps::Survey, revenue::State, revenue::Orders,
                 sales::State, sales::AffinityState, behaviour::Ladder, behaviour::RetentionState,
                 behaviour::FunnelState, golden::State, survival::State, experiment::State, clv::RepeatPurchases,
                 clv::RepeatSpend, clv::Renewals>({reinterpret_cast<const char*>(data), size});
    return 0;
}
