// While it lives, whoever looks up is told to stop.
#pragma once

#include "core/common/interrupt.h"

#include <gtest/gtest.h>

#include <utility>

namespace customer_value::test {

class Interrupted {
public:
    Interrupted() = default;
    Interrupted(const Interrupted&) = delete;
    Interrupted& operator=(const Interrupted&) = delete;
    ~Interrupted() { is_interrupted = before_; }

private:
    bool (*before_)() noexcept = std::exchange(is_interrupted, []() noexcept { return true; });
};

template <class Work> void expect_stops(Work work)
{
    const Interrupted interrupted;
    try {
        work();
        FAIL() << "it went on";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::interrupted);
    }
}

}  // namespace customer_value::test
