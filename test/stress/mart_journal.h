// What a random workload does and how it ends: the kinds of statements it may draw, how many of each it drew, the last
// statements of all sessions, and the errors they met.
#pragma once

#include "connection.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace customer_value::test {

// Random numbers of one session.
class Draw {
public:
    explicit Draw(unsigned seed) : engine_(seed) {}

    int number(int from, int to) { return std::uniform_int_distribution(from, to)(engine_); }
    bool chance(int percent) { return number(1, 100) <= percent; }
    template <class T> const T& one_of(const std::vector<T>& choices)
    {
        return choices[static_cast<std::size_t>(number(0, static_cast<int>(choices.size()) - 1))];
    }

private:
    std::mt19937 engine_;
};

// Something that a session may do. A higher weight makes it more likely.
template <class Deed> struct Kind {
    const char* name;
    int weight;
    Deed deed;
};

// Which kinds are drawn, and how often they were.
class Kinds {
public:
    void declare(const std::string& name) { counts_.emplace(name, 0); }
    // -name leaves a kind out; +name leaves out all others of its table.
    void choose(const std::string& argument)
    {
        const auto name = argument.substr(argument.find_first_not_of("+-"));
        if (!counts_.contains(name))
            throw std::runtime_error("there is no kind \"" + name + "\"");
        (argument[0] == '+' ? only_ : without_).insert(name);
    }

    // Lets some kinds of a table rest. Many of them make a refresh read all months, which hides what others lose.
    template <class Deed> void rest(Draw& draw, const std::vector<Kind<Deed>>& table, int percent)
    {
        for (const auto& kind : table) {
            resting_.erase(kind.name);
            if (draw.chance(percent))
                resting_.insert(kind.name);
        }
    }
    // A random kind of a table; nullptr where none is left.
    template <class Deed> const Kind<Deed>* draw(Draw& draw, const std::vector<Kind<Deed>>& table)
    {
        const bool is_narrowed = std::ranges::any_of(table, [&](auto& kind) { return only_.contains(kind.name); });
        std::vector<const Kind<Deed>*> choices;
        for (const auto& kind : table)
            if (is_narrowed ? only_.contains(kind.name)
                            : !without_.contains(kind.name) && !resting_.contains(kind.name))
                choices.insert(choices.end(), static_cast<std::size_t>(kind.weight), &kind);
        if (choices.empty())
            return nullptr;
        const auto* drawn = draw.one_of(choices);
        count(drawn->name);
        return drawn;
    }

    [[nodiscard]] bool has(const std::string& name) const { return !without_.contains(name); }
    void count(const std::string& name)
    {
        const std::lock_guard lock(mutex_);
        ++counts_.at(name);
    }
    [[nodiscard]] const std::map<std::string, int>& counts() const { return counts_; }

private:
    std::mutex mutex_;
    std::map<std::string, int> counts_;
    std::set<std::string> without_, only_, resting_;
};

// A kind of session: the errors that are not the mart's fault, and the settings that are not random.
struct Role {
    const char* name;
    std::set<std::string> expected;
    const char* settings = "";
};

class Journal {
public:
    using Clock = std::chrono::steady_clock;

    // Writes every statement to a file, too.
    void copy_to(const std::string& path) { file_.open(path); }

    void record(const Role& role, const std::string& session, const std::string& sql, Clock::time_point from,
                const Result& result, bool is_alive)
    {
        const auto error = result.succeeded() ? "" : result.sqlstate().empty() ? "lost" : result.sqlstate();
        const std::lock_guard lock(mutex_);
        write(seconds(from) + " to " + seconds(Clock::now()) + " " + session +
              (error.empty() ? "" : " [" + error + "]") + ": " + sql);
        if (error.empty())
            return;
        ++errors_[std::string(role.name) + " " + error];
        if (!role.expected.contains(error) && (error != "lost" || is_alive))
            unexpected_.push_back(session + ": " + error + " " + result.message() + "in: " + sql);
    }
    void remark(const std::string& text)
    {
        const std::lock_guard lock(mutex_);
        write(seconds(Clock::now()) + " -- " + text);
    }

    // The last statements of the disturber, then those of all sessions.
    [[nodiscard]] std::string tail() const
    {
        std::string text = "disturbances:\n";
        for (const auto& line : disturbances_)
            text += line + "\n";
        text += "last statements of all sessions:\n";
        for (const auto& line : last_)
            text += line + "\n";
        return text;
    }
    void forget()
    {
        last_.clear();
        disturbances_.clear();
    }

    [[nodiscard]] const std::map<std::string, int>& errors() const { return errors_; }
    [[nodiscard]] const std::vector<std::string>& unexpected() const { return unexpected_; }

private:
    void write(std::string line)
    {
        if (file_.is_open())
            file_ << line << std::endl;
        line.resize(std::min<std::size_t>(line.size(), 400));
        std::ranges::replace(line, '\n', ' ');
        keep(last_, line, 30);
        if (line.find(" disturber") != std::string::npos)
            keep(disturbances_, line, 60);
    }
    static void keep(std::deque<std::string>& lines, const std::string& line, std::size_t most)
    {
        lines.push_back(line);
        if (lines.size() > most)
            lines.pop_front();
    }
    [[nodiscard]] std::string seconds(Clock::time_point at) const
    {
        char text[32];
        std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(at - started_).count());
        return text;
    }

    Clock::time_point started_ = Clock::now();
    mutable std::mutex mutex_;
    std::ofstream file_;
    std::deque<std::string> last_, disturbances_;
    std::map<std::string, int> errors_;
    std::vector<std::string> unexpected_;
};

}  // namespace customer_value::test
