// What every state keeps to, whatever its family: the laws of merging, forms that read back as they were written, and
// hostile forms that end in a clear error or in a sound state. A family brings a function that makes random states.
#pragma once

#include "unit/decimals.h"
#include "unit/held.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace customer_value::test {

// The code of the Error that `body` throws; nothing where it throws none.
template <class Body> std::optional<ErrorCode> error_of(Body&& body)
{
    try {
        body();
    } catch (const Error& error) {
        EXPECT_FALSE(error.message().empty());
        return error.code();
    }
    return std::nullopt;
}

#define EXPECT_ERROR(code_, ...) \
    EXPECT_EQ(customer_value::test::error_of([&] { (void)(__VA_ARGS__); }), customer_value::ErrorCode::code_)

template <class State> Held<State> merged(Held<State> left, const Held<State>& right)
{
    left.merge(right);
    return left;
}

// The text form of left || right, or "" where they do not merge.
template <class State> std::string merged_text(const Held<State>& left, const Held<State>& right)
{
    std::string text;
    const auto error = error_of([&] { text = merged(left, right).text(); });
    EXPECT_TRUE(!error || *error == ErrorCode::out_of_range || *error == ErrorCode::invalid_parameter ||
                *error == ErrorCode::too_large);
    return text;
}

template <class State> void expect_round_trips(const Held<State>& state)
{
    const std::string text = state.text(), binary = state.binary();
    SCOPED_TRACE(text.substr(0, 300));
    ASSERT_NO_THROW({
        EXPECT_EQ(Held<State>::from_text(text).text(), text);
        EXPECT_EQ(Held<State>::from_text(text).binary(), binary);
        EXPECT_EQ(Held<State>::from_binary(binary).text(), text);
        EXPECT_EQ(Held<State>::from_binary(binary).binary(), binary);
        EXPECT_EQ(Held<State>::from_text(" \t" + text + "\r\n").text(), text);
        EXPECT_EQ(Held<State>(state).text(), text);
    });
}

// Commutative, associative, with the empty state as its identity, on states that merge with each other.
template <class State> void expect_merge_laws(const std::function<Held<State>(Random&)>& make, int rounds = 50)
{
    Random random(20240401);
    const Held<State> empty;
    expect_round_trips(empty);
    EXPECT_EQ(merged(empty, empty).text(), empty.text());
    for (int round = 0; round < rounds; ++round) {
        const Held<State> a = make(random), b = make(random), c = make(random);
        SCOPED_TRACE(a.text().substr(0, 300));
        SCOPED_TRACE(b.text().substr(0, 300));
        EXPECT_EQ(merged(a, b).text(), merged(b, a).text());
        EXPECT_EQ(merged(merged(a, b), c).text(), merged(a, merged(b, c)).text());
        EXPECT_EQ(merged(a, empty).text(), a.text());
        EXPECT_EQ(merged(empty, a).text(), a.text());
        EXPECT_EQ(merged(a, Held<State>::from_binary(b.binary())).text(), merged(a, b).text());
        expect_round_trips(a);
        expect_round_trips(merged(a, b));
    }
}

// The same rows in any order, split any way and merged in any tree, make the same state.
template <class State, class Row>
void expect_order_free(std::vector<Row> rows, const std::function<void(Held<State>&, const Row&)>& add, int rounds = 20)
{
    Random random(20240229);
    Held<State> whole;
    for (const Row& row : rows)
        add(whole, row);
    const std::string expected = whole.text();
    for (int round = 0; round < rounds; ++round) {
        std::shuffle(rows.begin(), rows.end(), random);
        std::vector<Held<State>> parts(static_cast<std::size_t>(between(random, 1, 9)));
        for (const Row& row : rows)
            add(parts[random() % parts.size()], row);
        while (parts.size() > 1) {
            const std::size_t from = random() % parts.size();
            const std::size_t to = (from + 1 + random() % (parts.size() - 1)) % parts.size();
            parts[to].merge(parts[from]);
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(from));
        }
        EXPECT_EQ(parts.front().text(), expected);
    }
}

// Reads bytes that somebody made up: refused with a reason, or a sound state, which merges with `friendly` like any
// other.
template <class State> bool expect_survives(std::string_view form, bool binary, const Held<State>& friendly)
{
    SCOPED_TRACE((binary ? "binary " : "text ") + ::testing::PrintToString(std::string(form.substr(0, 400))));
    std::optional<Held<State>> read;
    try {
        read = binary ? Held<State>::from_binary(form) : Held<State>::from_text(form);
    } catch (const Error& error) {
        EXPECT_TRUE(refuses_a_form(error.code())) << error.message();
        EXPECT_FALSE(error.message().empty());
        return false;
    }
    expect_round_trips(*read);
    EXPECT_EQ(merged_text(*read, Held<State>{}), read->text());
    EXPECT_EQ(merged_text(*read, friendly), merged_text(friendly, *read));
    const std::string twice = merged_text(*read, *read);
    if (!twice.empty())
        expect_round_trips(merged(*read, *read));
    return true;
}

namespace forms {

// The fields between the parentheses of a text form, `name:value` each.
inline std::vector<std::string> fields(std::string_view text)
{
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (quoted && text[i] == '\\')
            fields.back() += text[i++];
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == ',' && !quoted) {
            fields.emplace_back();
            continue;
        }
        fields.back() += text[i];
    }
    return fields;
}

inline std::string name(const std::string& field) { return field.substr(0, field.find(':')); }

inline std::string joined(const std::vector<std::string>& fields)
{
    std::string text;
    for (const std::string& field : fields)
        text += (text.empty() ? '(' : ',') + field;
    return text + ')';
}

}  // namespace forms

// Everything that can be done to the forms of a state, one thing at a time; `counts` are the names of the fields that
// are whole numbers from 0.
template <class State>
void expect_hostile_forms_survived(const Held<State>& state, std::initializer_list<std::string_view> counts)
{
    const std::string text = state.text(), binary = state.binary();
    const auto refused = [&](const std::string& form, bool is_binary = false) {
        EXPECT_FALSE(expect_survives(form, is_binary, state))
            << "accepted: " << ::testing::PrintToString(form.substr(0, 400));
    };

    for (std::size_t size = 0; size < text.size(); ++size)
        refused(text.substr(0, size));
    refused(binary.substr(0, 0), true);
    refused(binary.substr(0, binary.size() - 1), true);
    for (std::size_t size = 0; size < binary.size(); ++size)
        expect_survives(std::string_view(binary).substr(0, size), true, state);

    for (const char* garbage : {"x", ")", "(", ",", "\"", "0", " 1"})
        refused(text + garbage);
    refused(text + text);
    refused(text + std::string(1, '\0'));
    refused(binary + '\0', true);
    refused(binary + "0123456", true);

    const auto fields = forms::fields(text);
    ASSERT_EQ(forms::joined(fields), text);
    for (const char* version : {"0", "2", "255", "-1", "256", "257", "4294967297", "99999999999999999999", "", "1.0"}) {
        auto changed = fields;
        changed[0] = std::string("version:") + version;
        refused(forms::joined(changed));
    }
    for (int version = 0; version < 256; ++version)
        if (version != State::version)
            refused(static_cast<char>(version) + binary.substr(1), true);
    refused(binary + binary, true);

    for (std::size_t i = 0; i < fields.size(); ++i) {
        auto changed = fields;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        refused(forms::joined(changed));
        changed = fields;
        changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), fields[i]);
        refused(forms::joined(changed));
        if (i + 1 < fields.size()) {
            changed = fields;
            std::swap(changed[i], changed[i + 1]);
            refused(forms::joined(changed));
        }
        const std::string name = forms::name(fields[i]);
        const bool is_count = std::find(counts.begin(), counts.end(), name) != counts.end();
        for (const std::string& value :
             {std::string("-1"), std::string("9223372036854775808"), std::string("99999999999999999999"),
              std::string(400, '9'), std::string(20000, '9'), std::string("1e3"), std::string("0x10"),
              std::string("+1"), std::string("1 "), std::string("NaN"), std::string("Infinity"), std::string(),
              std::string("\"\""), std::string("-")}) {
            changed = fields;
            changed[i] = name;
            changed[i] += ':';
            changed[i] += value;
            const bool accepted = expect_survives<State>(forms::joined(changed), false, state);
            EXPECT_FALSE(accepted && is_count) << "accepted: " << changed[i].substr(0, 100);
        }
        for (const char* value :
             {"0", "1", "2305843009213693952", "0.00", "-0", "00000000000000000000001", "562949953421313"}) {
            changed = fields;
            changed[i] = name;
            changed[i] += ':';
            changed[i] += value;
            expect_survives<State>(forms::joined(changed), false, state);
        }
    }

    Random random(562949953421312);
    const auto mutate = [&](const std::string& form, bool is_binary) {
        for (std::size_t at = 0; at < std::min(form.size(), std::size_t{600}); ++at)
            for (int round = 0; round < 6; ++round) {
                std::string changed = form;
                const auto byte = static_cast<char>(round == 0   ? 0
                                                    : round == 1 ? 0xFF
                                                    : round == 2 ? form[at] ^ 0x80
                                                                 : static_cast<int>(random() & 0xFF));
                changed[at] = byte;
                expect_survives<State>(changed, is_binary, state);
                changed = form;
                changed.insert(at, 1, byte);
                expect_survives<State>(changed, is_binary, state);
            }
        for (int round = 0; round < 300; ++round) {
            std::string changed = form;
            for (int changes = between(random, 1, 4); changes > 0; --changes)
                changed[random() % changed.size()] = static_cast<char>(random());
            expect_survives<State>(changed, is_binary, state);
        }
    };
    mutate(text, false);
    mutate(binary, true);
}

}  // namespace customer_value::test
