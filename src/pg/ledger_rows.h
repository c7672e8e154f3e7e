// The rows that an aggregate makes a ledger of: their days and amounts, of the types that people have.
#pragma once

#include "pg/customer_argument.h"
#include "pg/ledger_object.h"
#include "pg/local_day.h"

#include "core/ledger/float_amount.h"

#include <concepts>

namespace customer_value::pg {

// Days: a date; a timestamp, which is on its own day; an instant, whose day depends on the time zone.
struct DateArgument {};
struct TimestampArgument {};
struct InstantArgument {};

// The day of an argument; `tz_index` is that of the time zone, for an instant.
template <class Type> ledger::Day day_of(FunctionCallInfo fcinfo, int index, [[maybe_unused]] int tz_index)
{
    if constexpr (std::same_as<Type, InstantArgument>)
        return local_day(PG_GETARG_TIMESTAMPTZ(index), text_of(PG_GETARG_DATUM(tz_index)));
    else if constexpr (std::same_as<Type, TimestampArgument>)
        return own_day(PG_GETARG_TIMESTAMP(index));
    else
        return PG_GETARG_DATEADT(index);
}

// An amount of any type as a Decimal, which lives as long as this.
template <class Amount> class AmountArgument {
public:
    AmountArgument(FunctionCallInfo fcinfo, int index) : decimal_(digits_of(argument<Amount>(fcinfo, index))) {}
    [[nodiscard]] Decimal decimal() const noexcept
    {
        if constexpr (std::same_as<Amount, Decimal>)
            return decimal_;
        else
            return decimal_.view();
    }

private:
    static auto digits_of(const Amount& amount)
    {
        if constexpr (std::same_as<Amount, Decimal>)
            return amount;
        else if constexpr (std::integral<Amount>)
            return IntegerDecimal(amount);
        else
            return guarded([&] { return ledger::decimal_amount(amount); });
    }

    decltype(digits_of(Amount{})) decimal_;
};

// One more row, its amount of any type.
template <class Amount>
[[gnu::always_inline]] inline void add_row_of(LedgerObject* object, const Key& customer, ledger::Day day,
                                              const Amount& amount)
{
    if constexpr (std::same_as<Amount, Decimal>) {
        add_row(object, customer, day, &amount);
    } else if constexpr (std::integral<Amount>) {
        const std::int64_t number = amount;
        add_row(object, customer, day, &number, 0);
    } else if (const auto whole = ledger::whole_amount(amount)) {
        add_row(object, customer, day, &*whole, 0);
    } else {
        const auto decimal = guarded([&] { return ledger::decimal_amount(amount); });
        const Decimal view = decimal.view();
        add_row(object, customer, day, &view);
    }
}

}  // namespace customer_value::pg
