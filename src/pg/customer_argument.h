// Customers of the types that people have, as keys.
#pragma once

#include "pg/arguments.h"
#include "pg/guard.h"

#include <concepts>

namespace customer_value::pg {

// A customer as a Key, which lives as long as this. Smaller integers are widened; a numeric is the text of its value,
// so that 1 and 1.00 are one customer.
template <class Customer> class CustomerArgument {
public:
    CustomerArgument(FunctionCallInfo fcinfo, int index) : key_(argument<Customer>(fcinfo, index)) {}
    [[nodiscard]] const Key& key() const noexcept { return key_; }

private:
    Key key_;
};

template <std::integral Integer> class CustomerArgument<Integer> {
public:
    CustomerArgument(FunctionCallInfo fcinfo, int index) : number_(argument<Integer>(fcinfo, index)) {}
    [[nodiscard]] Key key() const noexcept
    {
        return {KeyKind::bigint, {reinterpret_cast<const char*>(&number_), sizeof number_}};
    }

private:
    std::int64_t number_;
};

template <> class CustomerArgument<Decimal> {
public:
    CustomerArgument(FunctionCallInfo fcinfo, int index)
    {
        const auto number = argument<Decimal>(fcinfo, index);
        guarded([&] { require_finite("customer", number); });
        text_ = value_text(number, static_cast<char*>(palloc(value_text_size(number))));
    }
    [[nodiscard]] Key key() const noexcept { return {KeyKind::text, text_}; }

private:
    std::string_view text_;
};

// Calls M(suffix, C++ type) for every type that a customer may have.
#define FOR_EACH_CUSTOMER(M)                 \
    M(smallint, std::int16_t)                \
    M(integer, std::int32_t)                 \
    M(bigint, customer_value::pg::BigintKey) \
    M(numeric, customer_value::Decimal)      \
    M(uuid, customer_value::pg::UuidKey)     \
    M(text, customer_value::pg::TextKey)

}  // namespace customer_value::pg
