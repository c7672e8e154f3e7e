// Answers in the Test Anything Protocol: one line per claim, the plan at the end.
#pragma once

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

namespace customer_value::test {

class Tap {
public:
    bool ok(bool holds, const std::string& claim)
    {
        std::printf("%sok %d - %s\n", holds ? "" : "not ", ++count_, claim.c_str());
        std::fflush(stdout);
        failed_ += !holds;
        return holds;
    }
    bool is(const std::string& got, const std::string& expected, const std::string& claim)
    {
        if (!ok(got == expected, claim)) {
            note("     got: " + got.substr(0, 2000));
            note("expected: " + expected.substr(0, 2000));
        }
        return got == expected;
    }
    void note(const std::string& text)
    {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            std::printf("# %s\n", line.c_str());
        std::fflush(stdout);
    }
    // The exit status of the program.
    int done()
    {
        std::printf("1..%d\n", count_);
        return failed_ == 0 ? 0 : 1;
    }

private:
    int count_ = 0, failed_ = 0;
};

// Calls `body`; what it throws is a claim that failed, not an abort without a plan.
template <class Body> int tested(Body body)
{
    Tap tap;
    try {
        body(tap);
    } catch (const std::exception& problem) {
        tap.ok(false, "it runs to its end");
        tap.note(problem.what());
    }
    return tap.done();
}

}  // namespace customer_value::test
