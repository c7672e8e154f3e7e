// Which of several conditions a customer ever met, told together with the first: came on the first day and on the
// third?
#pragma once

#include "core/behaviour/conditions.h"

namespace customer_value::behaviour {

struct RetentionState {
    static constexpr int version = 1;
    static constexpr const char* type_name = "retention_state";

    std::int64_t count = 0;  // of conditions; 0 without rows
    std::int64_t met = 0;    // bit i: some row met condition i

    void add(const Conditions& conditions)
    {
        if (!conditions.known)
            return;
        adopt("conditions", count, conditions.count);
        met |= conditions.met;
    }
    void merge(const RetentionState& other)
    {
        adopt("conditions", count, other.count);
        met |= other.met;
    }
    void validate() const { require_conditions("conditions", count, met); }

    // Whether condition i (from 0) and the first were met.
    [[nodiscard]] bool retained(int i) const noexcept { return (met & 1) != 0 && (met >> i & 1) != 0; }

    template <class Self, class Archive> static void describe(Self& self, Archive& archive)
    {
        archive.count("conditions", self.count);
        archive.count("met", self.met);
    }
};

}  // namespace customer_value::behaviour
