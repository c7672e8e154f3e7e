// Parts of a ledger, in its stored form: periods, slices of days, shards, first orders. Customers are read one after
// the other, and what a part keeps of each is written behind what it has: nothing is sorted, and no rows are held in
// between. Of a customer all of whose rows a part keeps the bytes are copied. Where it is not known what a part will
// hold, a pass before finds out.
#pragma once

#include "core/ledger/body_writer.h"
#include "core/ledger/codec.h"
#include "core/ledger/customers.h"
#include "core/ledger/day_index.h"
#include "core/ledger/settlement.h"

#include "core/common/mantissa.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace customer_value::ledger {

// What a part will hold: no more rows than these, from a day on.
struct Extent {
    std::uint64_t rows = 0;
    Day first_day = latest_day;

    void add(std::uint64_t more, Day from) noexcept
    {
        rows += more;
        first_day = std::min(first_day, from);
    }
};

// Writes the body of a part, customers in the order of their keys, into memory of the caller. Where that ends too early
// the rest is counted, so that the next attempt has enough. No constructor or destructor of it does anything: it may
// lie in any memory.
class PartWriter {
public:
    // A part of `whole`, from a day on.
    PartWriter(const Head& whole, Day first_day, unsigned char* body, std::size_t room) noexcept;
    // The next customer, later than those before, and what is kept of the rows, in their order: one or more.
    void add(const Key& customer, const Rows& kept) noexcept;

    // The room that is needed, where there was too little; 0 where all is written, in `size` bytes.
    [[nodiscard]] std::size_t missing_room() const noexcept
    {
        return counted_ == 0 ? 0 : size() + counted_ + SlackWriter::slack;
    }
    [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
    [[nodiscard]] std::size_t room() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
    [[nodiscard]] Head head() const noexcept { return head_.rows == 0 ? Head{} : head_; }

    // How much room is most likely enough.
    [[nodiscard]] static std::size_t likely_room(const StoredLedger& whole, const Extent& part) noexcept;

private:
    Head head_;
    KeyWriter keys_;
    unsigned char *begin_, *at_, *end_;
    std::size_t counted_ = 0;  // bytes that are not written
};

// How a ledger is divided: wants(key) says whether the rows of that customer are read at all; divide(rows, visit) calls
// visit(part, kept) with what each part keeps of them, which is not empty and in their order. whole() is what the one
// part there is will hold, where that is known before, and has no rows otherwise. The base does what most do.
struct Division {
    [[nodiscard]] static Extent whole() noexcept { return {}; }
    [[nodiscard]] static bool wants(const Key&) noexcept { return true; }
};

// Periods of a calendar that follow one another and hold all days of a ledger; `first` is the number of the first.
class ByPeriod : public Division {
public:
    ByPeriod(const Head& head, const Step& step, std::int32_t first) : period_of_(head, {step, first}) {}
    // Without a branch on where a period ends, which nothing foretells.
    void measure(const Rows& rows, std::span<Extent> extents) const noexcept
    {
        for (const Day day : rows.days)
            extents[static_cast<std::size_t>(period_of_(day))].add(1, day);
    }
    template <class Visit> void divide(const Rows& rows, Visit visit) const
    {
        for (std::size_t first = 0, behind = 0; first < rows.size(); first = behind) {
            const std::int32_t period = period_of_(rows.days[first]);
            while (++behind < rows.size() && period_of_(rows.days[behind]) == period) {}
            visit(static_cast<std::size_t>(period), some_of(rows, first, behind));
        }
    }

private:
    struct PeriodOf {
        Step step;
        std::int32_t first;
        std::int64_t operator()(Day day) const noexcept { return std::int64_t{step.period_of(day)} - first; }
    };
    DayIndex<PeriodOf> period_of_;
};

// The days from <= day < to.
class BetweenDays : public Division {
public:
    BetweenDays(const Head& whole, std::int64_t from, std::int64_t to) noexcept : whole_(whole), from_(from), to_(to) {}
    [[nodiscard]] Extent whole() const noexcept
    {
        return from_ <= whole_.first_day ? Extent{whole_.rows, whole_.first_day} : Extent{};
    }
    template <class Visit> void divide(const Rows& rows, Visit visit) const
    {
        const auto place = [&](std::int64_t day) {
            return static_cast<std::size_t>(std::lower_bound(rows.days.begin(), rows.days.end(), day) -
                                            rows.days.begin());
        };
        const std::size_t first = rows.days.front() < from_ ? place(from_) : 0,
                          behind = rows.days.back() >= to_ ? place(to_) : rows.size();
        if (first < behind)
            visit(0, some_of(rows, first, behind));
    }

private:
    Head whole_;
    std::int64_t from_, to_;
};

// What a ledger keeps of a customer whose older rows are given up: the first order, of several on that day the one of
// the least amount, and the refunds of days before it; all refunds where there is no order yet.
class FirstOrders : public Division {
public:
    explicit FirstOrders(const Head& whole) noexcept : whole_(whole) {}
    // the first row is an order, a refund before one, or stands beside an order of its day; most customers keep one row
    [[nodiscard]] Extent whole() const noexcept { return {whole_.customers, whole_.first_day}; }
    template <class Visit> void divide(const Rows& rows, Visit visit)
    {
        std::size_t order = 0;
        while (order < rows.size() && !rows.is_order(order))
            ++order;
        std::size_t refunds = order;  // those of the day itself come before its orders
        while (order < rows.size() && refunds > 0 && rows.days[refunds - 1] == rows.days[order])
            --refunds;
        if (order == rows.size() || refunds == order) {
            visit(0, some_of(rows, 0, std::min(order + 1, rows.size())));
            return;
        }
        const Rows before = some_of(rows, 0, refunds);
        days_.assign(before.days.begin(), before.days.end());
        days_.push_back(rows.days[order]);
        if (rows.amounts != nullptr) {
            amounts_.assign(rows.amounts, rows.amounts + refunds);
            amounts_.push_back(rows.amounts[order]);
        }
        if (rows.order_ids != nullptr) {
            order_ids_.assign(rows.order_ids, rows.order_ids + refunds);
            order_ids_.push_back(rows.order_ids[order]);
        }
        visit(0, Rows{days_, rows.amounts == nullptr ? nullptr : amounts_.data(), nullptr,
                      rows.order_ids == nullptr ? nullptr : order_ids_.data()});
    }

private:
    Head whole_;
    std::vector<Day> days_;
    std::vector<std::int64_t> amounts_;
    std::vector<OrderId> order_ids_;
};

// What is left of orders after refunds (settlement.h), of the rows up to a day. On which day that begins is known at the
// end only: `seen` then is that day, or latest_day where nothing is left, and a part that was written from another day
// on is to be written again.
class Settled : public Division {
public:
    Settled(const Head& whole, Day as_of, Day first_day, Day& seen)
        : rows_(whole.rows), as_of_(as_of), first_day_(first_day), seen_(seen)
    {
        seen_ = latest_day;
    }
    [[nodiscard]] Extent whole() const noexcept { return {rows_, first_day_}; }
    template <class Visit> void divide(const Rows& rows, Visit visit)
    {
        const Rows left = settlement_.of(until(rows, as_of_));
        if (left.size() == 0)
            return;
        seen_ = std::min(seen_, left.days.front());
        visit(0, left);
    }

private:
    std::uint64_t rows_;
    Day as_of_, first_day_;
    Day& seen_;
    Settlement settlement_;
};

// A customer's shard, 0 .. shards - 1. Users store what follows from it: it must never change, and is the same on every
// machine. Throws invalid_parameter unless shards is positive.
[[nodiscard]] std::int32_t shard_of(const Key& customer, std::int32_t shards);

// The customers of a shard. Throws invalid_parameter unless there is such a shard.
class OfShard : public Division {
public:
    OfShard(std::int32_t shards, std::int32_t shard);
    [[nodiscard]] bool wants(const Key& customer) const { return shard_of(customer, shards_) == shard_; }
    template <class Visit> static void divide(const Rows& rows, Visit visit) { visit(0, rows); }

private:
    std::int32_t shards_, shard_;
};

// The customers who are in another ledger as well, which is read along: both are in the order of keys. Throws
// invalid_parameter where customers of the two have keys of different kinds.
class InOther : public Division {
public:
    InOther(const Head& whole, const StoredLedger& other);
    [[nodiscard]] bool wants(const Key& customer)
    {
        int order = -1;
        while (next_ <= customers_ && (order = compare(other_.customer(), customer)) < 0)
            advance();
        return order == 0;
    }
    template <class Visit> static void divide(const Rows& rows, Visit visit) { visit(0, rows); }

private:
    void advance()
    {
        if (next_ < customers_)
            other_.enter(next_);
        ++next_;
    }

    CustomerStream other_;
    std::uint32_t customers_, next_ = 0;  // behind the one that was entered last
};

// Calls visit(customer, rows) with each customer whose rows a division wants.
template <class Kind, class Visit>
void each_wanted(const StoredLedger& whole, CustomerStream::Amounts amounts, Kind& division, Visit visit)
{
    CustomerStream stream(whole, amounts, CustomerStream::Keys::read);
    for (std::uint32_t customer = 0; customer < whole.customers; ++customer) {
        stream.enter(customer);
        if (division.wants(stream.customer()))
            visit(stream.customer(), stream.rows_of(customer));
    }
}

// Adds up what each part will hold.
template <class Kind> void measure(const StoredLedger& whole, Kind& division, std::span<Extent> extents)
{
    each_wanted(whole, CustomerStream::Amounts::left_out, division, [&](const Key&, const Rows& rows) {
        if constexpr (requires { division.measure(rows, extents); })
            division.measure(rows, extents);
        else
            division.divide(
                rows, [&](std::size_t part, const Rows& kept) { extents[part].add(kept.size(), kept.days.front()); });
    });
}

// Calls visit(part, customer, kept) with what the parts keep of each customer.
template <class Kind, class Visit> void each_part(const StoredLedger& whole, Kind& division, Visit visit)
{
    each_wanted(whole, CustomerStream::Amounts::read, division, [&](const Key& customer, const Rows& rows) {
        division.divide(rows, [&](std::size_t part, const Rows& kept) { visit(part, customer, kept); });
    });
}

// The sums of a period.
struct PeriodSums {
    std::int64_t orders, refund_rows;
    Int128 gross, refunds;

    // Rows up to a day.
    void add(const Rows& rows, Day until) noexcept
    {
        Int128 positive = 0, negative = 0;
        std::int64_t seen = 0, seen_refunds = 0;
        for (; static_cast<std::size_t>(seen) < rows.size() && rows.days[static_cast<std::size_t>(seen)] <= until;
             ++seen) {
            const std::int64_t amount = rows.amount(static_cast<std::size_t>(seen));
            positive += std::max<std::int64_t>(amount, 0);
            negative += std::min<std::int64_t>(amount, 0);
            seen_refunds += amount < 0;
        }
        orders += seen - seen_refunds;
        refund_rows += seen_refunds;
        gross += positive;
        refunds += negative;
    }
};

}  // namespace customer_value::ledger
