#include "core/revenue/revenue.h"

namespace customer_value::revenue {

void State::throw_not_there()
{
    throw Error(ErrorCode::invalid_parameter, "a row that is not in this revenue_state cannot be removed from it");
}

void State::throw_too_many_rows()
{
    throw Error(ErrorCode::out_of_range, "too many rows for one revenue_state: more than 2^49");
}

State::Room State::enlarged(LimbWindow needed) const
{
    if (needed.low < ExactSum::min_position || needed.high() > ExactSum::max_position)
        throw Error(ErrorCode::out_of_range, "amount has too many digits",
                    "An amount has at most 131072 digits before the decimal point and 16383 after it.");
    return window_.united(needed);
}

void State::set_currency(std::string_view currency)
{
    if (currency == this->currency() && !currency.empty()) [[likely]]
        return;
    require_currency_name(currency);
    if (rows() > 0)
        currency_.require(currency);
    currency_.become(currency);
}

std::optional<State::Room> State::merge(const State& other)
{
    if (!window_.covers(other.window_.low, other.window_.high()))
        return enlarged(other.window_);
    if (other.rows() == 0)
        return std::nullopt;
    if (rows() > 0)
        currency_.require(other.currency());
    if (rows() > ExactSum::max_rows - other.rows())
        throw_too_many_rows();
    currency_ = other.currency_;
    for (const Side side : {sales, refunds}) {
        sum(side).add(other.sum(side), 1);
        rows_[side] += other.rows_[side];
    }
    if (other.scale_ >= scale_) {
        scale_rows_ = other.scale_rows_ + (other.scale_ == scale_ ? scale_rows_ : 0);
        scale_ = other.scale_;
    }
    return std::nullopt;
}

State* State::restore(void* memory, const DecimalText& gross, const DecimalText& refunded, const Fields& fields)
{
    const auto require = [](bool holds, const char* rule) {
        if (!holds)
            throw_invalid(type_name, rule);
    };
    const auto is_zero = [](const DecimalText& number) {
        return (std::string(number.whole) + std::string(number.fraction)).find_first_not_of('0') == std::string::npos;
    };
    require(!gross.negative && (refunded.negative || is_zero(refunded)),
            "\"sales\" must not be negative, \"refunds\" not positive.");
    require(gross.fraction.size() == refunded.fraction.size() && gross.fraction.size() <= 16383,
            "\"sales\" and \"refunds\" must have the same number of decimal places, at most 16383.");
    require(fields.rows[sales] <= ExactSum::max_rows && fields.rows[refunds] <= ExactSum::max_rows - fields.rows[sales],
            "There must be at most 2^49 rows.");
    require((fields.rows[sales] > 0 || is_zero(gross)) && (fields.rows[refunds] > 0) == !is_zero(refunded),
            "A sum of no rows must be 0, and a sum of refunds must not be 0.");
    const auto rows = fields.rows[sales] + fields.rows[refunds];
    require(fields.scale_rows <= rows && (fields.scale_rows > 0) == (rows > 0) && (rows > 0 || gross.fraction.empty()),
            "\"scale_count\" must lie between 1 and the number of rows.");
    require(rows > 0 || fields.currency_length == 0, "A state of no rows must not have a currency.");

    const Room room = usual_window.united(ExactSum::needed(gross)).united(ExactSum::needed(refunded));
    // a sum may be longer than any amount: 2^49 rows have 15 digits
    require(room.low >= ExactSum::min_position && room.high() <= ExactSum::max_position + 4,
            "A sum has too many digits.");
    State* state = create(memory, room);
    state->sum(sales).add(gross, 1);
    state->sum(refunds).add(refunded, -1);
    state->rows_[sales] = fields.rows[sales];
    state->rows_[refunds] = fields.rows[refunds];
    state->scale_rows_ = fields.scale_rows;
    state->scale_ = static_cast<std::int32_t>(gross.fraction.size());
    state->currency_.become({fields.currency, fields.currency_length});
    return state;
}

}  // namespace customer_value::revenue
