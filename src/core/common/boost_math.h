// To be included before anything of Boost.Math. Until version 1.88 its functions come with static objects that call
// them when the library is loaded: an exception there would end the server, for no guard is around it. All they are for
// is that constants inside the functions are set before threads start, which C++11 takes care of. Here they are
// replaced by empty ones; a newer Boost.Math has no such templates, and these declarations mean nothing to it.
// test/tap/library.t checks that it works.
#pragma once

#include <concepts>

namespace customer_value {

struct NoInitializer {
    static void force_instantiate() noexcept {}
};

}  // namespace customer_value

namespace boost::math::detail {

template <class T, class Policy> struct digamma_initializer;
template <class T, class Policy> struct erf_inv_initializer;
template <class T, class Policy> struct igamma_initializer;
template <class T, class Policy> struct lgamma_initializer;
template <class T> struct min_shift_initializer;
template <class T, class Policy, class Tag> struct erf_initializer;
template <class T, class Policy, class Tag> struct expm1_initializer;
template <class T, class Policy, class Tag> struct log1p_initializer;

template <std::floating_point T, class Policy> struct digamma_initializer<T, Policy> : customer_value::NoInitializer {
};
template <std::floating_point T, class Policy> struct erf_inv_initializer<T, Policy> : customer_value::NoInitializer {
};
template <std::floating_point T, class Policy> struct igamma_initializer<T, Policy> : customer_value::NoInitializer {
};
template <std::floating_point T, class Policy> struct lgamma_initializer<T, Policy> : customer_value::NoInitializer {
};
template <std::floating_point T> struct min_shift_initializer<T> : customer_value::NoInitializer {
};
template <std::floating_point T, class Policy, class Tag>
struct erf_initializer<T, Policy, Tag> : customer_value::NoInitializer {
};
template <std::floating_point T, class Policy, class Tag>
struct expm1_initializer<T, Policy, Tag> : customer_value::NoInitializer {
};
template <std::floating_point T, class Policy, class Tag>
struct log1p_initializer<T, Policy, Tag> : customer_value::NoInitializer {
};

}  // namespace boost::math::detail

namespace boost::math::lanczos {

template <class Lanczos, class T> struct lanczos_initializer;
template <class Lanczos, std::floating_point T> struct lanczos_initializer<Lanczos, T> : customer_value::NoInitializer {
};

}  // namespace boost::math::lanczos
