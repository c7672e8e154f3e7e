#include "pg/guard.h"

#include "core/common/error.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

namespace customer_value::pg {

namespace {

struct Failure {
    ErrorCode code;
    char message[480], detail[480], hint[480];
} failure;

template <std::size_t Size> void copy(char (&to)[Size], std::string_view from) noexcept
{
    const auto length = std::min(from.size(), Size - 1);
    std::memcpy(to, from.data(), length);
    to[length] = '\0';
}

int sqlstate_of(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::out_of_range:
        return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
    case ErrorCode::invalid_parameter:
        return ERRCODE_INVALID_PARAMETER_VALUE;
    case ErrorCode::malformed_text:
        return ERRCODE_INVALID_TEXT_REPRESENTATION;
    case ErrorCode::malformed_binary:
        return ERRCODE_INVALID_BINARY_REPRESENTATION;
    case ErrorCode::too_large:
        return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
    case ErrorCode::out_of_memory:
        return ERRCODE_OUT_OF_MEMORY;
    case ErrorCode::interrupted:
        return ERRCODE_QUERY_CANCELED;
    case ErrorCode::internal:
        break;
    }
    return ERRCODE_INTERNAL_ERROR;
}

void keep(ErrorCode code, std::string_view message, std::string_view detail = {}, std::string_view hint = {}) noexcept
{
    failure.code = code;
    copy(failure.message, message);
    copy(failure.detail, detail);
    copy(failure.hint, hint);
}

}  // namespace

void keep_failure() noexcept
{
    try {
        throw;
    } catch (const Error& error) {
        keep(error.code(), error.message(), error.detail(), error.hint());
    } catch (const std::bad_alloc&) {
        keep(ErrorCode::out_of_memory, "out of memory");
    } catch (const std::exception& error) {
        keep(ErrorCode::internal, error.what());
    } catch (...) {
        keep(ErrorCode::internal, "unknown exception");
    }
}

void report_failure()
{
    if (failure.code == ErrorCode::interrupted)
        CHECK_FOR_INTERRUPTS();  // says why
    // a long value may have been cut in the middle of a character
    const auto clipped = [](const char* text) {
        const auto length = static_cast<int>(std::strlen(text));
        return pnstrdup(text, static_cast<Size>(pg_mbcliplen(text, length, length)));
    };
    ereport(ERROR, (errcode(sqlstate_of(failure.code)), errmsg("%s", clipped(failure.message)),
                    failure.detail[0] != '\0' ? errdetail("%s", clipped(failure.detail)) : 0,
                    failure.hint[0] != '\0' ? errhint("%s", clipped(failure.hint)) : 0));
    pg_unreachable();
}

}  // namespace customer_value::pg
