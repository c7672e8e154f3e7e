#include "core/common/error.h"

#include <utility>

namespace customer_value {

std::string clipped(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return std::string(text);
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;
    return std::string(text.substr(0, most)) + "...";
}

std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

Error::Error(ErrorCode code, std::string message, std::string detail, std::string hint)
    : code_(code), message_(std::move(message)), detail_(std::move(detail)), hint_(std::move(hint))
{
}

Error::~Error() = default;

void throw_invalid(std::string_view type_name, std::string_view rule)
{
    throw Error(ErrorCode::invalid_parameter, joined({"invalid ", type_name}), std::string(rule));
}

}  // namespace customer_value
