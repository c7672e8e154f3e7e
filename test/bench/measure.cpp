#include "measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace customer_value::bench {

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::vector<double>;  // one for each round

struct Statement {
    std::string sql;
    Seconds seconds;
};

// One value of a series: its statements, and how long each took in each round.
struct Member {
    std::string title;
    double rows;
    Statement ours, built_in, plain;
};

Member member_of(test::Connection& connection, const Case& each, const std::string& value, const std::string& rows)
{
    const auto sql = [&](const std::string& text) {
        return written_out(each.variable.empty() ? text : written_out(text, each.variable, value), "rows", rows);
    };
    const double count = std::stod(connection.value("SELECT (" + sql(each.rows) + ")::double precision"));
    return {sql(each.title), count, {sql(each.ours), {}}, {sql(each.built_in), {}}, {sql(each.plain), {}}};
}

double timed(test::Connection& connection, const std::string& sql)
{
    const auto start = Clock::now();
    connection.run(sql);
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// What is not there, or the same as another, is not run a second time.
void run_round(test::Connection& connection, Member& member)
{
    member.ours.seconds.push_back(timed(connection, member.ours.sql));
    if (!member.built_in.sql.empty())
        member.built_in.seconds.push_back(timed(connection, member.built_in.sql));
    if (member.plain.sql == member.built_in.sql)
        member.plain.seconds = member.built_in.seconds;
    else if (!member.plain.sql.empty())
        member.plain.seconds.push_back(timed(connection, member.plain.sql));
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
    std::ranges::transform(dividend, divisor, std::back_inserter(ratios), [&](double a, double b) { return factor * a / b; });
    const auto [least, most] = std::ranges::minmax(ratios);
    return Ratio{median(ratios), least, most};
}

// Numbers agree to twelve digits: the scale of a quotient is a matter of taste.
bool agree(const std::string& left, const std::string& right)
{
    if (left == right)
        return true;
    char* left_end;
    char* right_end;
    const double a = std::strtod(left.c_str(), &left_end), b = std::strtod(right.c_str(), &right_end);
    return !left.empty() && !right.empty() && *left_end == '\0' && *right_end == '\0' &&
           std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b));
}

std::string shown(const test::Result& result, int row, int column)
{
    return result.is_null(row, column) ? "NULL" : result.value(row, column);
}

std::string difference(const test::Result& ours, const test::Result& plain)
{
    if (ours.rows() != plain.rows() || ours.columns() != plain.columns())
        return "another number of rows or columns than plain SQL";
    for (int row = 0; row < ours.rows(); ++row)
        for (int column = 0; column < ours.columns(); ++column)
            if (const auto left = shown(ours, row, column), right = shown(plain, row, column); !agree(left, right))
                return left + ", plain SQL says " + right;
    return {};
}

// Runs everything once; says where the answers differ.
std::string warm_up(test::Connection& connection, const Member& member)
{
    const auto ours = connection.run(member.ours.sql);
    if (!member.built_in.sql.empty() && member.built_in.sql != member.plain.sql)
        connection.run(member.built_in.sql);
    return member.plain.sql.empty() ? std::string() : difference(ours, connection.run(member.plain.sql));
}

}  // namespace

std::vector<Measurement> measure(test::Connection& connection, const Case& each, const std::string& rows, int rounds)
{
    std::vector<Member> members;
    for (const auto& value : each.values.empty() ? std::vector<std::string>{""} : each.values)
        members.push_back(member_of(connection, each, value, rows));
    std::vector<std::string> differences;
    for (const auto& member : members)
        differences.push_back(warm_up(connection, member));
    for (int round = 0; round < rounds; ++round)
        for (auto& member : members)
            run_round(connection, member);

    std::vector<Measurement> measurements;
    const Member& first = members.front();
    for (std::size_t i = 0; i < members.size(); ++i) {
        const Member& member = members[i];
        const Seconds& ours = member.ours.seconds;
        measurements.push_back({member.title, member.rows / median(ours), ratio(ours, member.built_in.seconds),
                                ratio(ours, member.plain.seconds),
                                i == 0 ? std::nullopt : ratio(ours, first.ours.seconds, first.rows / member.rows), differences[i]});
    }
    return measurements;
}

}  // namespace customer_value::bench
