// Timing that a noisy machine bears: statements take turns, A B C A B C ..., and what is reported are ratios within a
// round, their median and their range.
#pragma once

#include "cases.h"
#include "peer.h"

#include "../stress/connection.h"

#include <optional>
#include <string>
#include <vector>

namespace customer_value::bench {

struct Ratio {
    double median, least, most;
};

// One line of the report.
struct Measurement {
    std::string title;
    double rows_per_second = 0;
    std::optional<double> bytes_per_row;  // of a case of bytes, which has nothing below
    std::optional<Ratio> to_built_in, to_plain, to_peer;
    std::optional<Ratio> growth;  // cost of a row, to that of the first of the series
    std::string difference;       // between our answer and those of the others; empty where they agree
};

// Runs a case in all values of its series: once to warm up and to compare the answers, then `rounds` times.
std::vector<Measurement> measure(test::Connection& connection, Peer& peer, const Case& each, const std::string& rows,
                                 int rounds);

}  // namespace customer_value::bench
