#include "core/clv/search.h"

#include "core/clv/special.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace customer_value::clv {

namespace {

constexpr double enough_decrease = 1e-4, enough_flattening = 0.9;  // the constants of the weak Wolfe conditions
constexpr double rounding = 1e-13, idle = 1e-14;  // of the value, relative: what may be lost, what is no gain

}  // namespace

// By Cholesky's decomposition, scaled to a diagonal of ones.
bool invert_positive(const Matrix& matrix, std::size_t n, Matrix& inverse) noexcept
{
    constexpr double smallest_pivot = 1e-10;
    Point scale{};
    for (std::size_t i = 0; i < n; ++i) {
        if (!(matrix[i][i] > 0) || !std::isfinite(matrix[i][i]))
            return false;
        scale[i] = 1 / std::sqrt(matrix[i][i]);
    }
    Matrix lower{}, lower_inverse{};
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = matrix[i][j] * scale[i] * scale[j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= lower[i][k] * lower[j][k];
            if (i == j && !(sum > smallest_pivot))
                return false;
            lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
        }
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t i = j; i < n; ++i) {
            double sum = i == j ? 1 : 0;
            for (std::size_t k = j; k < i; ++k)
                sum -= lower[i][k] * lower_inverse[k][j];
            lower_inverse[i][j] = sum / lower[i][i];
        }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            double sum = 0;
            for (std::size_t k = std::max(i, j); k < n; ++k)
                sum += lower_inverse[k][i] * lower_inverse[k][j];
            inverse[i][j] = sum * scale[i] * scale[j];
        }
    return true;
}

Search::Search(std::size_t variables, const Point& start, const Function& function, const Enough& is_enough)
    : variables_(variables)
{
    forget();
    accept(start, evaluated(function, start));
    if (value_ == infinity)
        return;
    while (descend(function))
        if (is_enough(*this))
            return;
    // where a variable has left, there is no curvature to tell
    if (is_enough(*this) || has_left())
        return;
    find_hessian(function);
    try_newton(function);
}

Search::Value Search::evaluated(const Function& function, const Point& at)
{
    ++evaluations_;
    Value there = function(at);
    bool finite = std::isfinite(there.value);
    for (std::size_t i = 0; i < variables_; ++i)
        finite = finite && std::isfinite(there.gradient[i]);
    if (!finite)
        there.value = infinity;
    return there;
}

double Search::steepness_of(const Point& at, const Point& gradient) const noexcept
{
    double largest = 0;
    for (std::size_t i = 0; i < variables_; ++i)
        if (!(at[i] >= box && gradient[i] < 0) && !(at[i] <= -box && gradient[i] > 0))
            largest = std::max(largest, std::abs(gradient[i]));
    return largest;
}

bool Search::has_left() const noexcept
{
    return std::any_of(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(variables_),
                       [](double y) { return std::abs(y) > flat; });
}

double Search::along(const Point& gradient) const noexcept
{
    double sum = 0;
    for (std::size_t i = 0; i < variables_; ++i)
        sum += gradient[i] * direction_[i];
    return sum;
}

void Search::accept(const Point& at, const Value& there) noexcept
{
    best_ = at;
    value_ = there.value;
    gradient_ = there.gradient;
}

void Search::forget() noexcept
{
    inverse_ = {};
    for (std::size_t i = 0; i < variables_; ++i)
        inverse_[i][i] = 1;
    is_steepest_ = true;
}

// False where no direction leads down.
bool Search::choose_direction() noexcept
{
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (attempt > 0)
            forget();
        double largest = 0;
        for (std::size_t i = 0; i < variables_; ++i) {
            direction_[i] = 0;
            for (std::size_t j = 0; j < variables_; ++j)
                direction_[i] -= inverse_[i][j] * gradient_[j];
            // what lies at the box and points outward stays
            if ((best_[i] >= box && direction_[i] > 0) || (best_[i] <= -box && direction_[i] < 0))
                direction_[i] = 0;
            largest = std::max(largest, std::abs(direction_[i]));
        }
        if (largest > largest_step)
            for (double& component : direction_)
                component *= largest_step / largest;
        if (along(gradient_) < 0)
            return true;
    }
    return false;
}

// Goes down in one direction. False where the search has come to its end.
bool Search::descend(const Function& function)
{
    if (steepness() < best_steepness || evaluations_ >= most_evaluations || !choose_direction())
        return false;
    const double slope = along(gradient_);
    double shortest = 0, longest = infinity;
    for (std::size_t i = 0; i < variables_; ++i)
        if (direction_[i] != 0)
            longest = std::min(longest, ((direction_[i] > 0 ? box : -box) - best_[i]) / direction_[i]);
    double step = std::min(1.0, longest);
    for (int tries = 0;;) {
        Point trial{};
        for (std::size_t i = 0; i < variables_; ++i)
            trial[i] = std::clamp(best_[i] + step * direction_[i], -box, box);
        const Value there = evaluated(function, trial);
        const bool decreased = there.value <= value_ + enough_decrease * step * slope + rounding * std::abs(value_);
        const bool flattened = along(there.gradient) >= enough_flattening * slope;
        const bool at_box = step >= longest;
        if (decreased && (flattened || at_box || tries >= most_tries)) {
            const Point before = best_, gradient_before = gradient_;
            idle_steps_ = value_ - there.value > idle * std::abs(value_) ? 0 : idle_steps_ + 1;
            accept(trial, there);
            Point change{};
            for (std::size_t i = 0; i < variables_; ++i) {
                direction_[i] = best_[i] - before[i];
                change[i] = gradient_[i] - gradient_before[i];
            }
            update_inverse(change);
            stalled_ = idle_steps_ >= most_idle_steps;
            return !stalled_;
        }
        if (evaluations_ >= most_evaluations)
            return false;
        if (++tries > most_tries) {
            stalled_ = is_steepest_;
            forget();
            return !stalled_;
        }
        (decreased ? shortest : longest) = step;
        step = !std::isfinite(longest)               ? 2 * shortest
               : decreased && shortest * 2 < longest ? shortest * 2
                                                     : (shortest + longest) / 2;
    }
}

// BFGS; direction_ is the step that was made.
void Search::update_inverse(const Point& change) noexcept
{
    const double curvature = along(change);
    double size = 0;
    for (std::size_t i = 0; i < variables_; ++i)
        size += change[i] * change[i];
    if (!(curvature > 1e-14 * std::sqrt(size)) || curvature == 0)
        return;
    if (is_steepest_)
        for (std::size_t i = 0; i < variables_; ++i)
            inverse_[i][i] = curvature / size;
    is_steepest_ = false;
    Point moved{};
    double weight = 0;
    for (std::size_t i = 0; i < variables_; ++i) {
        for (std::size_t j = 0; j < variables_; ++j)
            moved[i] += inverse_[i][j] * change[j];
        weight += moved[i] * change[i];
    }
    for (std::size_t i = 0; i < variables_; ++i)
        for (std::size_t j = 0; j < variables_; ++j)
            inverse_[i][j] += (curvature + weight) * direction_[i] * direction_[j] / (curvature * curvature) -
                              (moved[i] * direction_[j] + direction_[i] * moved[j]) / curvature;
}

void Search::find_hessian(const Function& function)
{
    for (std::size_t column = 0; column < variables_; ++column) {
        const auto gradient_at = [&](double offset) {
            Point beside = best_;
            beside[column] += offset;
            return evaluated(function, beside).gradient;
        };
        const Point after = gradient_at(difference), before = gradient_at(-difference);
        for (std::size_t i = 0; i < variables_; ++i)
            hessian_[i][column] = (after[i] - before[i]) / (2 * difference);
    }
    for (std::size_t i = 0; i < variables_; ++i)
        for (std::size_t j = 0; j < i; ++j)
            hessian_[i][j] = hessian_[j][i] = (hessian_[i][j] + hessian_[j][i]) / 2;
}

void Search::try_newton(const Function& function)
{
    Matrix inverse;
    if (!covariance(inverse))
        return;
    Point trial = best_;
    for (std::size_t i = 0; i < variables_; ++i)
        for (std::size_t j = 0; j < variables_; ++j)
            trial[i] = std::clamp(trial[i] - inverse[i][j] * gradient_[j], -box, box);
    const Value there = evaluated(function, trial);
    if (steepness_of(trial, there.gradient) < steepness() && there.value <= value_ + rounding * std::abs(value_))
        accept(trial, there);
}

}  // namespace customer_value::clv
