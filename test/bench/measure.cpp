#include "measure.h"

#include "memory.h"

#include <algorithm>
#include <chrono>

namespace customer_value::bench {

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::vector<double>;  // one for each round

// One value of a series: its statements, and how long each took in each round.
struct Member {
    Case sql;
    double rows;
    Seconds ours, built_in, plain, peer;
};

double number(test::Connection& connection, const std::string& expression)
{
    return std::stod(connection.value("SELECT (" + expression + ")::double precision"));
}

double timed(test::Connection& connection, const std::string& sql)
{
    const auto start = Clock::now();
    connection.run(sql);
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// What is not there, or the same as another, is not run a second time.
void run_round(test::Connection& connection, Peer& peer, Member& member)
{
    member.ours.push_back(timed(connection, member.sql.ours));
    if (!member.sql.built_in.empty())
        member.built_in.push_back(timed(connection, member.sql.built_in));
    if (member.sql.plain == member.sql.built_in)
        member.plain = member.built_in;
    else if (!member.sql.plain.empty())
        member.plain.push_back(timed(connection, member.sql.plain));
    if (peer.is_there() && !member.sql.duckdb.empty())
        member.peer.push_back(peer.run(member.sql.duckdb).seconds);
}

double median(Seconds values)
{
    std::ranges::sort(values);
    const auto half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// Round by round, times a factor.
std::optional<Ratio> ratio(const Seconds& dividend, const Seconds& divisor, double factor = 1)
{
    if (divisor.empty())
        return std::nullopt;
    Seconds ratios;
    std::ranges::transform(dividend, divisor, std::back_inserter(ratios),
                           [&](double a, double b) { return factor * a / b; });
    const auto [least, most] = std::ranges::minmax(ratios);
    return Ratio{median(ratios), least, most};
}

// Runs everything once; says where the answers differ.
std::string warm_up(test::Connection& connection, Peer& peer, const Case& sql)
{
    const Answer ours = answer_of(connection.run(sql.ours));
    if (!sql.built_in.empty() && sql.built_in != sql.plain)
        connection.run(sql.built_in);
    std::string found;
    if (!sql.plain.empty())
        found = difference(ours, answer_of(connection.run(sql.plain)), "plain SQL");
    if (peer.is_there() && !sql.duckdb.empty())
        if (const auto answer = peer.run(sql.duckdb).answer; found.empty())
            found = difference(ours, answer, "DuckDB");
    return found;
}

Measurement bytes_of(test::Connection& connection, const Case& sql)
{
    const double bytes = sql.memory.empty() ? number(connection, sql.size) : peak_memory(sql.memory);
    Measurement measurement;
    measurement.title = sql.title;
    measurement.bytes_per_row = bytes / number(connection, sql.rows);
    return measurement;
}

}  // namespace

std::vector<Measurement> measure(test::Connection& connection, Peer& peer, const Case& each, const std::string& rows,
                                 int rounds)
{
    std::vector<Measurement> measurements;
    std::vector<Member> members;
    for (const auto& sql : members_of(each, rows)) {
        if (sql.ours.empty()) {
            measurements.push_back(bytes_of(connection, sql));
            continue;
        }
        members.push_back({sql, number(connection, sql.rows), {}, {}, {}, {}});
        measurements.emplace_back().difference = warm_up(connection, peer, sql);
    }
    for (int round = 0; round < rounds; ++round)
        for (auto& member : members)
            run_round(connection, peer, member);

    for (std::size_t i = 0; i < members.size(); ++i) {
        const Member &member = members[i], &first = members.front();
        Measurement& line = measurements[i];
        line.title = member.sql.title;
        line.rows_per_second = member.rows / median(member.ours);
        line.to_built_in = ratio(member.ours, member.built_in);
        line.to_plain = ratio(member.ours, member.plain);
        line.to_peer = ratio(member.ours, member.peer);
        if (i > 0)
            line.growth = ratio(member.ours, first.ours, first.rows / member.rows);
    }
    return measurements;
}

}  // namespace customer_value::bench
