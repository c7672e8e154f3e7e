// The currency that amounts are in. What is added up has one, or none that it says.
#pragma once

#include <cstdint>
#include <string_view>

namespace customer_value {

class Currency {
public:
    static constexpr std::size_t longest = 23;

    // Empty where none is said.
    [[nodiscard]] std::string_view name() const noexcept { return {name_, length_}; }

    // Becomes the one of that name, perhaps none. Throws invalid_parameter where it is too long.
    void become(std::string_view name);
    // The same beside amounts that are in this one: throws invalid_parameter where it is another.
    void require(std::string_view name) const;

private:
    std::uint8_t length_ = 0;
    char name_[longest] = {};
};

static_assert(sizeof(Currency) == 24);

// Throws invalid_parameter unless a row may name its currency so: 1 to `longest` bytes, none of them a slash.
void require_currency_name(std::string_view name);

}  // namespace customer_value
