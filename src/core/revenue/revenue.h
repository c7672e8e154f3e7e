// Revenue from signed rows: an amount >= 0 is a sale (a free order is an order), an amount < 0 is a refund. A refund
// lowers revenue and is not an order.
#pragma once

#include "core/common/currency.h"
#include "core/common/decimal.h"
#include "core/common/exact_sum.h"

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace customer_value::revenue {

// The sums of sales and of refunds, exact at any scale, followed in memory by their limbs: first those of the sales,
// then those of the refunds, over one window. The memory is the caller's: an operation that finds it too small changes
// nothing and returns the room that it needs; the caller then makes a larger copy with `relocate` and asks again.
class State {
public:
    static constexpr int version = 1;
    static constexpr const char* type_name = "revenue_state";

    struct Room : LimbWindow {
        Room(LimbWindow window = usual_window) noexcept : LimbWindow(window) {}
    };
    static std::size_t bytes_for(Room room) noexcept
    {
        return sizeof(State) + 2 * sizeof(std::int64_t) * static_cast<std::size_t>(room.count);
    }
    [[nodiscard]] Room room() const noexcept { return window_; }

    // An empty state in bytes_for(room) of memory.
    static State* create(void* memory, Room room) noexcept
    {
        std::memset(memory, 0, bytes_for(room));
        auto* state = static_cast<State*>(memory);
        state->window_ = room;
        return state;
    }
    // A copy of `from` in bytes_for(room) of memory; the room includes that of `from`.
    static State* relocate(const State& from, void* memory, Room room)
    {
        State* to = create(memory, room);
        (void)to->merge(from);
        return to;
    }

    // Adds one row; amounts are Decimal, integers or floating-point numbers (read as the decimal that is printed for
    // them). Throws out_of_range where the amount is not finite.
    template <class Amount> std::optional<Room> add(const Amount& amount)
    {
        require_finite("amount", amount);
        return with_digits(
            amount, [this](const auto& digits, bool negative, bool zero, std::int32_t scale) -> std::optional<Room> {
                if (const LimbWindow needed = ExactSum::needed(digits);
                    !zero && !window_.covers(needed.low, needed.high())) [[unlikely]]
                    return enlarged(needed);
                if (rows() == ExactSum::max_rows) [[unlikely]]
                    throw_too_many_rows();
                const Side side = side_of(negative, zero);
                if (!zero)
                    sum(side).add(digits, negative ? -1 : 1);
                ++rows_[side];
                if (scale >= scale_) {
                    scale_rows_ = scale == scale_ ? scale_rows_ + 1 : 1;
                    scale_ = scale;
                }
                return std::nullopt;
            });
    }
    // The same for amounts that name their currency. Throws invalid_parameter on a second one.
    template <class Amount> std::optional<Room> add(const Amount& amount, std::string_view currency)
    {
        set_currency(currency);
        return add(amount);
    }

    // Takes a row out again. False where what remains cannot be known (the last row of the largest scale left, so the
    // scale to show is unknown): the caller recomputes.
    template <class Amount> bool remove(const Amount& amount)
    {
        require_finite("amount", amount);
        return with_digits(amount, [this](const auto& digits, bool negative, bool zero, std::int32_t scale) {
            const Side side = side_of(negative, zero);
            const LimbWindow needed = ExactSum::needed(digits);
            // PostgreSQL removes what it has added; who calls the function by hand may not
            if (rows_[side] == 0 || scale > scale_ || (scale == scale_ && scale_rows_ == 0) ||
                (!zero && !window_.covers(needed.low, needed.high()))) [[unlikely]]
                throw_not_there();
            if (scale == scale_ && scale > 0 && scale_rows_ == 1 && rows() > 1)
                return false;
            if (!zero)
                sum(side).add(digits, negative ? 1 : -1);
            --rows_[side];
            scale_rows_ -= scale == scale_;
            if (rows() == 0)
                scale_ = 0;
            const int sign = sum(side).sign() * (side == sales ? 1 : -1);
            if (sign < 0 || (rows_[side] == 0 && sign != 0) || (side == refunds && rows_[side] > 0 && sign == 0) ||
                scale_rows_ > rows()) [[unlikely]]
                throw_not_there();
            return true;
        });
    }
    // With a currency the last row of it may leave, and with it the currency: recompute.
    template <class Amount> bool remove(const Amount& amount, std::string_view currency)
    {
        if (currency != this->currency())
            throw_not_there();
        return rows() > 1 && remove(amount);
    }

    // Throws invalid_parameter where the rows of one side have another currency than those of the other, or none.
    std::optional<Room> merge(const State& other);

    [[nodiscard]] std::int64_t sales_count() const noexcept { return rows_[sales]; }
    [[nodiscard]] std::int64_t refunds_count() const noexcept { return rows_[refunds]; }
    [[nodiscard]] std::int64_t rows() const noexcept { return rows_[sales] + rows_[refunds]; }
    // The largest number of decimal places among the amounts.
    [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }
    [[nodiscard]] std::string_view currency() const noexcept { return currency_.name(); }

    // The sums, written into digits_needed() digits that the caller has room for.
    [[nodiscard]] std::size_t digits_needed() const noexcept { return sum(sales).digits_needed(); }
    Decimal gross(std::span<std::int16_t> digits) const noexcept { return sum(sales).carried(digits, scale_); }
    Decimal refunded(std::span<std::int16_t> digits) const noexcept { return sum(refunds).carried(digits, scale_); }
    // Needs twice the room: the first half for the sum itself.
    Decimal net(std::span<std::int64_t> limbs, std::span<std::int16_t> digits) const noexcept
    {
        std::fill(limbs.begin(), limbs.end(), 0);
        ExactSum both(limbs.data(), window_);
        both.add(sum(sales), 1);
        both.add(sum(refunds), 1);
        return both.carried(digits, scale_);
    }

    static std::size_t bytes_for_input(std::size_t length) noexcept
    {
        constexpr std::size_t longest_sum = 150000;  // digits of a numeric, and then some
        const auto limbs = static_cast<std::int32_t>(std::min(length, longest_sum) / 4) + 1;
        return bytes_for(Room(usual_window.united({-limbs, 2 * limbs})));
    }
    template <class Archive> void write(Archive& archive) const
    {
        std::vector<std::int16_t> digits(digits_needed());
        archive.number("sales", shown(gross(digits)));
        archive.count("sales_count", sales_count());
        archive.number("refunds", shown(refunded(digits)));
        archive.count("refunds_count", refunds_count());
        archive.count("scale_count", scale_rows_);
        archive.text("currency", currency());
    }
    // Into bytes_for_input(length of the input) of memory.
    template <class Archive> static State* read(void* memory, Archive& archive)
    {
        Fields fields;
        const auto gross = archive.number("sales");
        archive.count("sales_count", fields.rows[sales]);
        const auto refunded = archive.number("refunds");
        archive.count("refunds_count", fields.rows[refunds]);
        archive.count("scale_count", fields.scale_rows);
        fields.currency_length = archive.text("currency", fields.currency, sizeof fields.currency);
        return restore(memory, gross, refunded, fields);
    }

private:
    enum Side : std::size_t { sales, refunds };
    struct Fields {
        std::int64_t rows[2], scale_rows;
        std::size_t currency_length;
        char currency[Currency::longest];
    };

    // Calls use(digits, negative, zero, scale) with the digits in a form that ExactSum takes.
    template <class Amount, class Use> static auto with_digits(const Amount& amount, Use use)
    {
        if constexpr (std::integral<Amount>) {
            const IntegerDecimal digits(amount);
            return use(digits.view(), amount < 0, amount == 0, 0);
        } else if constexpr (std::floating_point<Amount>) {
            const ShortestDecimal shortest(amount);
            const auto digits = *DecimalText::parsed(shortest.text());
            return use(digits, amount < 0, amount == 0, static_cast<std::int32_t>(digits.fraction.size()));
        } else {
            return use(amount, amount.negative, amount.zero(), amount.scale);
        }
    }
    static Side side_of(bool negative, bool zero) noexcept { return negative && !zero ? refunds : sales; }
    static State* restore(void* memory, const DecimalText& gross, const DecimalText& refunded, const Fields& fields);
    // The window that takes in `needed` too; throws out_of_range past what numeric can hold.
    [[nodiscard]] Room enlarged(LimbWindow needed) const;
    [[noreturn]] static void throw_too_many_rows();
    [[noreturn]] static void throw_not_there();
    void set_currency(std::string_view currency);

    [[nodiscard]] ExactSum sum(Side side) const noexcept
    {
        auto* limbs = reinterpret_cast<std::int64_t*>(const_cast<State*>(this) + 1);
        return {limbs + (side == sales ? 0 : window_.count), window_};
    }

    std::int64_t rows_[2];
    std::int64_t scale_rows_;  // rows whose scale is scale_
    LimbWindow window_;
    std::int32_t scale_;
    Currency currency_;
    // sales limbs, refunds limbs
};

static_assert(sizeof(State) % alignof(std::int64_t) == 0);

}  // namespace customer_value::revenue
