#include "core/common/currency.h"

#include "core/common/error.h"

#include <cstring>
#include <string>

namespace customer_value {

namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
std::string named(std::string_view currency) { return currency.empty() ? "none" : quoted(currency); }

[[noreturn, gnu::cold, gnu::noinline]] void throw_no_name(std::string_view name)
{
    throw Error(ErrorCode::invalid_parameter,
                "currency must have 1 to " + std::to_string(Currency::longest) +
                    " bytes, and no slash: " + quoted(clipped(name)),
                {}, "Use ISO 4217 codes, such as EUR.");
}
[[noreturn, gnu::cold, gnu::noinline]] void throw_second(std::string_view first, std::string_view second)
{
    throw Error(ErrorCode::invalid_parameter,
                "revenue in two currencies cannot be added: " + named(first) + " and " + named(second), {},
                "Convert the amounts first, or GROUP BY currency.");
}

}  // namespace

void Currency::become(std::string_view name)
{
    if (name.size() > longest)
        throw_no_name(name);
    length_ = static_cast<std::uint8_t>(name.size());
    std::memcpy(name_, name.data(), name.size());
}

void Currency::require(std::string_view name) const
{
    if (name != this->name()) [[unlikely]]
        throw_second(this->name(), name);
}

void require_currency_name(std::string_view name)
{
    // a time zone, Europe/Berlin, that was meant for another overload
    if (name.empty() || name.size() > Currency::longest || name.find('/') != std::string_view::npos) [[unlikely]]
        throw_no_name(name);
}

}  // namespace customer_value
