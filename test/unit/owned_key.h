// Keys for tests.
#pragma once

#include "core/common/key.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace customer_value::test {

// A key with its bytes, at an odd address.
class OwnedKey {
public:
    OwnedKey(std::int64_t number) : kind_(KeyKind::bigint), bytes_(1 + sizeof number)
    {
        std::memcpy(bytes_.data() + 1, &number, sizeof number);
    }
    OwnedKey(int number) : OwnedKey(std::int64_t{number}) {}
    OwnedKey(const std::string& text) : OwnedKey(KeyKind::text, text) {}
    OwnedKey(const char* text) : OwnedKey(std::string(text)) {}
    OwnedKey(const Uuid& uuid) : OwnedKey(KeyKind::uuid, {reinterpret_cast<const char*>(uuid.data()), uuid.size()}) {}
    operator Key() const { return {kind_, {bytes_.data() + 1, bytes_.size() - 1}}; }  // NOLINT: a key by another name

private:
    OwnedKey(KeyKind kind, std::string_view bytes) : kind_(kind), bytes_(1 + bytes.size())
    {
        std::copy(bytes.begin(), bytes.end(), bytes_.begin() + 1);
    }
    KeyKind kind_;
    std::vector<char> bytes_;
};

}  // namespace customer_value::test
