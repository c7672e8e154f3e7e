#include "core/ledger/cohorts.h"

#include "core/ledger/day_index.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <string>
#include <vector>

namespace customer_value::ledger {

namespace {

// The periods in which a customer ordered, a bit each: the rows of a customer may come in any order.
class OrderedPeriods {
public:
    OrderedPeriods(const Head& head, const CohortGrid& grid)
        : behind_(grid.periods),
          words_(static_cast<std::size_t>(grid.periods) / 64 + 1),
          period_of_(head, [&grid](Day day) {
              return day > grid.as_of ? grid.periods : grid.step.period_of(day) - grid.first_period;
          })
    {
    }

    // Reads the rows up to as_of of a customer; false where there is no order among them.
    [[nodiscard]] bool read(const Rows& rows)
    {
        std::fill(words_.begin(), words_.end(), 0);
        const std::int64_t* const amounts = rows.amounts;
        const unsigned char* const refunds = rows.refunds;
        if (amounts != nullptr)
            mark(rows.days, [amounts](std::size_t i) { return amounts[i] >= 0; });
        else if (refunds != nullptr)
            mark(rows.days, [refunds](std::size_t i) { return (refunds[i / 8] >> i % 8 & 1) == 0; });
        else
            mark(rows.days, [](std::size_t) { return true; });
        const auto end = static_cast<std::size_t>(behind_);
        words_[end / 64] &= ~(std::uint64_t{1} << end % 64);
        return std::any_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word != 0; });
    }
    [[nodiscard]] std::int32_t period_of(Day day) const { return period_of_(day); }

    [[nodiscard]] std::int32_t first() const noexcept
    {
        std::size_t word = 0;
        while (words_[word] == 0)
            ++word;
        return static_cast<std::int32_t>(64 * word) + std::countr_zero(words_[word]);
    }
    [[nodiscard]] std::int32_t last() const noexcept
    {
        std::size_t word = words_.size() - 1;
        while (words_[word] == 0)
            --word;
        return static_cast<std::int32_t>(64 * word) + 63 - std::countl_zero(words_[word]);
    }
    [[nodiscard]] bool has(std::int32_t period) const noexcept
    {
        return (words_[static_cast<std::size_t>(period) / 64] >> period % 64 & 1) != 0;
    }
    template <class Visit> void each(Visit visit) const
    {
        for (std::size_t word = 0; word < words_.size(); ++word)
            for (std::uint64_t bits = words_[word]; bits != 0; bits &= bits - 1)
                visit(static_cast<std::int32_t>(64 * word) + std::countr_zero(bits));
    }

private:
    template <class IsOrder> void mark(std::span<const Day> days, IsOrder is_order)
    {
        const auto bit = [&](std::size_t i, std::size_t period) {
            return static_cast<std::uint64_t>(is_order(i)) << period % 64;
        };
        if (words_.size() == 1) {  // stays in a register
            std::uint64_t bits = 0;
            for (std::size_t i = 0; i < days.size(); ++i)
                bits |= bit(i, static_cast<std::size_t>(period_of_(days[i])));
            words_[0] = bits;
            return;
        }
        for (std::size_t i = 0; i < days.size(); ++i) {
            const auto period = static_cast<std::size_t>(period_of_(days[i]));
            words_[period / 64] |= bit(i, period);
        }
    }

    std::int32_t behind_;  // the bit of what lies behind as_of, cleared again
    std::vector<std::uint64_t> words_;
    DayIndex<std::function<std::int64_t(Day)>> period_of_;
};

// Calls `visit` with each customer who has an order up to as_of: the cohort, the periods ordered in, all rows.
template <class Visit>
void each_in_cohort(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, Visit visit)
{
    if (grid.periods == 0)
        return;
    OrderedPeriods ordered(view, grid);
    for (std::uint32_t customer = 0; customer < view.customers; ++customer) {
        const Rows rows = view.of(customer);
        if (!ordered.read(rows))
            continue;
        const std::int32_t cohort = ordered.first();
        ++sizes[static_cast<std::size_t>(cohort)];
        visit(cohort, ordered, rows);
    }
}

void count_on(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, std::span<std::int64_t> active)
{
    each_in_cohort(view, grid, sizes, [&](std::int32_t cohort, const OrderedPeriods& ordered, const Rows&) {
        std::int64_t* cells = active.data() + grid.cell(cohort, 0);
        ordered.each([&](std::int32_t period) { ++cells[period - cohort]; });
    });
}

void count_on_or_after(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes,
                       std::span<std::int64_t> active)
{
    each_in_cohort(view, grid, sizes, [&](std::int32_t cohort, const OrderedPeriods& ordered, const Rows&) {
        ++active[grid.cell(cohort, ordered.last() - cohort)];
    });
    count_downwards(grid, active);
}

void count_every(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes,
                 std::span<std::int64_t> active)
{
    each_in_cohort(view, grid, sizes, [&](std::int32_t cohort, const OrderedPeriods& ordered, const Rows&) {
        std::int32_t behind = cohort + 1;
        while (behind < grid.periods && ordered.has(behind))
            ++behind;
        ++active[grid.cell(cohort, behind - 1 - cohort)];
    });
    count_downwards(grid, active);
}

[[noreturn, gnu::cold, gnu::noinline]] void fail_too_many(std::int64_t most, const char* counted)
{
    throw Error(ErrorCode::invalid_parameter, "step and as_of make more than " + std::to_string(most) + counted, {},
                "Take a longer step or an earlier as_of.");
}
[[noreturn, gnu::cold, gnu::noinline]] void fail_too_early()
{
    throw Error(ErrorCode::out_of_range, "the first period would start before 4713 BC", {}, "Take a shorter step.");
}
[[noreturn, gnu::cold, gnu::noinline]] void fail_kind(std::string_view name)
{
    throw Error(ErrorCode::invalid_parameter, "kind must be on, on_or_after or every: \"" + std::string(name) + '"', {},
                "on: ordered in the period; on_or_after: in it or later; every: in each period up to it.");
}
[[noreturn, gnu::cold, gnu::noinline]] void fail_without_amounts()
{
    throw Error(ErrorCode::invalid_parameter, "revenue_cohorts needs a ledger with amounts", {},
                "Build it with ledger_agg(customer, day, amount).");
}

}  // namespace

CohortGrid cohort_grid(const Head& head, Step step, std::optional<Day> as_of)
{
    const Day until = as_of.value_or(head.last_day);
    if (head.rows == 0 || until < head.first_day)
        return {step, until, 0, 0, -1};
    const std::int64_t first = step.period_of(head.first_day);
    const std::int64_t periods = step.period_of(std::min(until, head.last_day)) - first + 1;
    // a period has ended at as_of where the next day lies in a later one
    const std::int64_t last_complete = step.period_of(until + 1) - first - 1;
    if (last_complete >= most_cohort_periods)
        fail_too_many(most_cohort_periods, " periods");
    if (periods * (periods + 1) / 2 > most_cohort_cells)
        fail_too_many(most_cohort_cells, " periods of cohorts");
    if (step.start_of(first) < earliest_day)
        fail_too_early();
    return {step, until, static_cast<std::int32_t>(first), static_cast<std::int32_t>(periods),
            static_cast<std::int32_t>(last_complete)};
}

void count_downwards(const CohortGrid& grid, std::span<std::int64_t> active)
{
    for (std::int32_t cohort = 0; cohort < grid.periods; ++cohort)
        for (std::int32_t k = grid.periods - cohort - 1; k > 0; --k)
            active[grid.cell(cohort, k - 1)] += active[grid.cell(cohort, k)];
}

RetentionKind retention_kind_named(std::string_view name)
{
    if (name == "on")
        return RetentionKind::on;
    if (name == "on_or_after")
        return RetentionKind::on_or_after;
    if (name == "every")
        return RetentionKind::every;
    fail_kind(name);
}

void cohort_retention(const View& view, const CohortGrid& grid, RetentionKind kind, std::span<std::int64_t> sizes,
                      std::span<std::int64_t> active)
{
    switch (kind) {
    case RetentionKind::on:
        return count_on(view, grid, sizes, active);
    case RetentionKind::on_or_after:
        return count_on_or_after(view, grid, sizes, active);
    case RetentionKind::every:
        return count_every(view, grid, sizes, active);
    }
}

void revenue_cohorts(const View& view, const CohortGrid& grid, std::span<std::int64_t> sizes, std::span<Int128> revenue)
{
    if (!view.has_amounts && view.customers > 0)
        fail_without_amounts();
    each_in_cohort(view, grid, sizes, [&](std::int32_t cohort, const OrderedPeriods& ordered, const Rows& rows) {
        Int128* cells = revenue.data() + grid.cell(cohort, 0);
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows.days[i] <= grid.as_of)
                cells[std::max(ordered.period_of(rows.days[i]) - cohort, 0)] += rows.amounts[i];
    });
}

}  // namespace customer_value::ledger
