// Arguments of SQL functions as the core takes them: `argument<T>(fcinfo, i)`, without a copy where there need not be
// one; `value_of<T>(datum)` for those that a function asks for. They are known not to be NULL.
#pragma once

#include "pg/server.h"

#include "core/common/decimal.h"
#include "core/common/key.h"

#include <bit>
#include <concepts>
#include <cstdint>
#include <string_view>

namespace customer_value::pg {

// A numeric, decoded where it lies (utils/numeric.h keeps the layout to itself; it is the on-disk form, the same in all
// supported versions): two bytes of header in the short form (sign, scale and weight), four in the long form (sign and
// scale, then weight), then base-10000 digits. NaN and the infinities have a header only.
inline Decimal decimal_of(Datum datum)
{
    constexpr std::uint16_t form = 0xC000, short_form = 0x8000, negative_form = 0x4000;
    constexpr std::uint16_t plus_infinity = 0xD000, minus_infinity = 0xF000;
    constexpr std::uint16_t short_negative = 0x2000, short_scale = 0x1F80, short_weight_sign = 0x40,
                            short_weight = 0x3F;

    const auto* value = reinterpret_cast<const varlena*>(DatumGetPointer(datum));
    if (VARATT_IS_EXTENDED(value) && !VARATT_IS_SHORT(value)) [[unlikely]]
        value = PG_DETOAST_DATUM_PACKED(datum);
    const auto* bytes = reinterpret_cast<const unsigned char*>(VARDATA_ANY(value));
    const auto size = static_cast<std::int32_t>(VARSIZE_ANY_EXHDR(value));
    std::uint16_t header;
    std::memcpy(&header, bytes, sizeof header);

    Decimal decimal;
    if ((header & form) == short_form) [[likely]] {
        decimal.negative = (header & short_negative) != 0;
        decimal.scale = (header & short_scale) >> 7;
        decimal.weight = (header & short_weight) - (header & short_weight_sign);
        decimal.digits = bytes + 2;
        decimal.digit_count = (size - 2) / 2;
    } else if ((header & form) == form) {
        decimal.kind = header == plus_infinity    ? Decimal::Kind::plus_infinity
                       : header == minus_infinity ? Decimal::Kind::minus_infinity
                                                  : Decimal::Kind::not_a_number;
    } else {
        std::int16_t weight;
        std::memcpy(&weight, bytes + 2, sizeof weight);
        decimal.negative = (header & form) == negative_form;
        decimal.scale = header & 0x3FFF;
        decimal.weight = weight;
        decimal.digits = bytes + 4;
        decimal.digit_count = (size - 4) / 2;
    }
    return decimal;
}

inline std::string_view text_of(Datum datum)
{
    const auto* value = PG_DETOAST_DATUM_PACKED(datum);
    return {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

// Order and customer ids; the bytes live as long as the argument.
struct BigintKey {};
struct UuidKey {};
struct TextKey {};

template <class Id>
inline constexpr KeyKind kind_of = std::same_as<Id, BigintKey> ? KeyKind::bigint
                                   : std::same_as<Id, UuidKey> ? KeyKind::uuid
                                                               : KeyKind::text;

template <class T> auto value_of(const Datum& datum)
{
    if constexpr (std::same_as<T, bool>)
        return DatumGetBool(datum);
    else if constexpr (std::same_as<T, std::int16_t>)
        return DatumGetInt16(datum);
    else if constexpr (std::same_as<T, std::int32_t>)
        return DatumGetInt32(datum);
    else if constexpr (std::same_as<T, std::int64_t>)
        return static_cast<std::int64_t>(DatumGetInt64(datum));
    else if constexpr (std::same_as<T, float>)
        return DatumGetFloat4(datum);
    else if constexpr (std::same_as<T, double>)
        return DatumGetFloat8(datum);
    else if constexpr (std::same_as<T, Decimal>)
        return decimal_of(datum);
    else if constexpr (std::same_as<T, std::string_view>)
        return text_of(datum);
    else if constexpr (std::same_as<T, BigintKey>) {
        static_assert(sizeof(Datum) == sizeof(std::int64_t), "a bigint must be passed by value");
        return Key{KeyKind::bigint, {reinterpret_cast<const char*>(&datum), sizeof(std::int64_t)}};
    } else if constexpr (std::same_as<T, UuidKey>)
        return Key{KeyKind::uuid, {reinterpret_cast<const char*>(DatumGetUUIDP(datum)->data), UUID_LEN}};
    else if constexpr (std::same_as<T, TextKey>)
        return Key{KeyKind::text, text_of(datum)};
}

template <class T> auto argument(FunctionCallInfo fcinfo, int index) { return value_of<T>(fcinfo->args[index].value); }

// Calls M(suffix, C++ type) for every type that an amount or a score may have.
#define FOR_EACH_NUMBER(M)              \
    M(smallint, std::int16_t)           \
    M(integer, std::int32_t)            \
    M(bigint, std::int64_t)             \
    M(numeric, customer_value::Decimal) \
    M(real, float)                      \
    M(double, double)

}  // namespace customer_value::pg
