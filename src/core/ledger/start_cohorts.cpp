#include "core/ledger/start_cohorts.h"

#include "core/ledger/day_index.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace customer_value::ledger {

namespace {

// What the days of both ledgers span; no rows where neither has any.
Head span_of(const Head& starts, const Head& orders)
{
    if (starts.rows == 0 || orders.rows == 0)
        return starts.rows == 0 ? orders : starts;
    Head both = starts;
    both.first_day = std::min(starts.first_day, orders.first_day);
    both.last_day = std::max(starts.last_day, orders.last_day);
    return both;
}

// Goes through the customers of the orders to one after the other, which ascend.
class OrdersOf {
public:
    OrdersOf(const StoredLedger& orders, CustomerStream::Amounts amounts)
        : customers_(orders.customers), stream_(orders, amounts, CustomerStream::Keys::read)
    {
        advance();
    }
    // The rows of a customer, none where there is no such.
    [[nodiscard]] Rows rows_of(const Key& customer)
    {
        while (is_at_one_ && compare(stream_.customer(), customer) < 0)
            advance();
        return is_at_one_ && compare(stream_.customer(), customer) == 0 ? stream_.rows_of(next_ - 1)
                                                                        : Rows{{}, nullptr};
    }

private:
    void advance()
    {
        is_at_one_ = next_ < customers_;
        if (is_at_one_)
            stream_.enter(next_++);
    }
    static int compare(const Key& left, const Key& right)
    {
        if (left.kind != KeyKind::bigint)
            return left.bytes.compare(right.bytes);
        std::int64_t left_number, right_number;
        std::memcpy(&left_number, left.bytes.data(), sizeof left_number);
        std::memcpy(&right_number, right.bytes.data(), sizeof right_number);
        return (left_number > right_number) - (left_number < right_number);
    }

    std::uint32_t customers_, next_ = 0;
    CustomerStream stream_;
    bool is_at_one_ = false;
};

// Calls visit(cohort, rows, period_of) with each customer who starts up to as_of and all rows of the orders; period_of a day is
// -1 before the first period, and the number of periods after as_of.
template <class Visit>
void each_started(const StoredLedger& starts, const StoredLedger& orders, const CohortGrid& grid,
                  CustomerStream::Amounts amounts, std::span<std::int64_t> sizes, Visit visit)
{
    if (grid.periods == 0)
        return;
    const DayIndex period_of(span_of(starts, orders), [&](Day day) {
        return day > grid.as_of
                   ? grid.periods
                   : std::max<std::int64_t>(std::int64_t{grid.step.period_of(day)} - grid.first_period, -1);
    });
    CustomerStream stream(starts, CustomerStream::Amounts::left_out, CustomerStream::Keys::read);
    OrdersOf orders_of(orders, amounts);
    for (std::uint32_t customer = 0; customer < starts.customers; ++customer) {
        stream.enter(customer);
        const Rows rows = stream.rows_of(customer);
        std::size_t first = 0;
        while (first < rows.size() && !rows.is_order(first))
            ++first;
        if (first == rows.size())
            continue;
        const std::int32_t cohort = period_of(rows.days[first]);
        if (cohort == grid.periods)
            continue;
        ++sizes[static_cast<std::size_t>(cohort)];
        visit(cohort, orders_of.rows_of(stream.customer()), period_of);
    }
}

// Calls visit(k) with each period from that of the start on in which there is an order, ascending.
template <class PeriodOf, class Visit>
void each_ordered_period(const CohortGrid& grid, std::int32_t cohort, const Rows& rows, const PeriodOf& period_of,
                         Visit visit)
{
    std::int32_t last = cohort - 1;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int32_t period = period_of(rows.days[i]);
        if (period == grid.periods)
            return;
        if (period <= last || !rows.is_order(i))
            continue;
        last = period;
        visit(period - cohort);
    }
}

}  // namespace

CohortGrid start_cohort_grid(const Head& starts, const Head& orders, Step step, std::optional<Day> as_of)
{
    if (starts.rows > 0 && orders.rows > 0 && starts.kind != orders.kind)
        throw Error(ErrorCode::invalid_parameter,
                    "the customers of starts are " + std::string(name_of(starts.kind)) + ", those of ledger " +
                        std::string(name_of(orders.kind)),
                    {}, "Build both with customers of one type.");
    Head head = span_of(starts, orders);
    head.rows = starts.rows;
    head.first_day = starts.first_day;
    return cohort_grid(head, step, as_of);
}

void start_cohort_retention(const StoredLedger& starts, const StoredLedger& orders, const CohortGrid& grid,
                            RetentionKind kind, std::span<std::int64_t> sizes, std::span<std::int64_t> active)
{
    each_started(starts, orders, grid, CustomerStream::Amounts::left_out, sizes,
                 [&](std::int32_t cohort, const Rows& rows, const auto& period_of) {
                     std::int64_t* cells = active.data() + grid.cell(cohort, 0);
                     std::int32_t last = -1;  // of those that count
                     each_ordered_period(grid, cohort, rows, period_of, [&](std::int32_t k) {
                         if (kind == RetentionKind::on)
                             ++cells[k];
                         else if (kind == RetentionKind::on_or_after || k == last + 1)
                             last = k;
                     });
                     if (last >= 0)
                         ++cells[last];
                 });
    if (kind != RetentionKind::on)
        count_downwards(grid, active);
}

void start_revenue_cohorts(const StoredLedger& starts, const StoredLedger& orders, const CohortGrid& grid,
                           std::span<std::int64_t> sizes, std::span<Int128> revenue)
{
    if (!orders.has_amounts && orders.customers > 0)
        throw Error(ErrorCode::invalid_parameter, "revenue_cohorts_by_start needs a ledger with amounts", {},
                    "Build it with ledger_agg(customer, day, amount).");
    each_started(starts, orders, grid, CustomerStream::Amounts::read, sizes,
                 [&](std::int32_t cohort, const Rows& rows, const auto& period_of) {
                     Int128* cells = revenue.data() + grid.cell(cohort, 0);
                     for (std::size_t i = 0; i < rows.size(); ++i)
                         if (const std::int32_t period = period_of(rows.days[i]);
                             period >= cohort && period < grid.periods)
                             cells[period - cohort] += rows.amount(i);
                 });
}

}  // namespace customer_value::ledger
