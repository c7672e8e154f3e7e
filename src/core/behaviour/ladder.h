// The ladder of loyalty: when each customer first reached each stage, and how many went on from stage to stage.
#pragma once

#include "core/common/keyed_pairs.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace customer_value::behaviour {

struct Reached {
    std::int64_t at;

    void merge(const Reached& other) noexcept { at = std::min(at, other.at); }
    template <class Archive> void write(Archive& archive) const { archive.number("microseconds", std::to_string(at)); }
    template <class Archive> static Reached read(Archive& archive) { return restored(archive.number("microseconds")); }

private:
    static Reached restored(const DecimalText& at);
};

struct LadderContent {
    static constexpr const char* type_name = "ladder_state";
    static constexpr const char *key_name = "customer", *keys_name = "customers", *name_name = "stage",
                                *names_name = "stages", *pairs_name = "arrivals";
    static constexpr const char* too_large_hint =
        "Take a sample of the customers, for example WHERE customer % 10 = 0, or those who joined in a shorter time.";
    using Value = Reached;

    // Throws out_of_range for an infinite instant. A day (from 2000-01-01) is its midnight in UTC.
    static KeyedRow<Reached> row(const Key& customer, std::string_view stage, std::int64_t at);
    static KeyedRow<Reached> row(const Key& customer, std::string_view stage, std::int32_t day);
};
using Ladder = KeyedPairs<LadderContent>;

// From one stage to the next. Times are microseconds.
struct Transition {
    std::int64_t customers = 0;  // who reached the stage
    std::int64_t moved = 0;      // of them, who reached the next one then or later
    std::int64_t median = 0;     // of the times between; halves of a microsecond are cut off
};

// When each customer reached a stage (customer by number in `ladder`), `never` for who did not.
inline constexpr std::int64_t never = INT64_MAX;
void arrivals(const Ladder& ladder, std::string_view stage, std::span<std::int64_t> at);
// `times` is scratch, as long as the other two. Throws out_of_range where a time does not fit into 64 bits.
Transition transition(std::span<const std::int64_t> stage, std::span<const std::int64_t> next,
                      std::span<std::int64_t> times);

}  // namespace customer_value::behaviour
