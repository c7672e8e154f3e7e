#include "core/clv/search.h"

#include "core/clv/special.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace customer_value::clv {

namespace {

constexpr double enough_decrease = 1e-4, enough_flattening = 0.9;  // the constants of the weak Wolfe conditions
constexpr double rounding = 1e-13, idle = 1e-14;                   // of the value, relative: what may be lost, what is no gain

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

Search::Search(std::size_t variables, const Point& start) noexcept : phase_(Phase::start), variables_(variables), value_(infinity), trial_(start) {}

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
    return std::any_of(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(variables_), [](double y) { return std::abs(y) > flat; });
}

double Search::along(const Point& gradient) const noexcept
{
    double sum = 0;
    for (std::size_t i = 0; i < variables_; ++i)
        sum += gradient[i] * direction_[i];
    return sum;
}

void Search::accept(double value, const Point& gradient) noexcept
{
    best_ = trial_;
    value_ = value;
    gradient_ = gradient;
}

void Search::forget() noexcept
{
    inverse_ = {};
    for (std::size_t i = 0; i < variables_; ++i)
        inverse_[i][i] = 1;
    is_steepest_ = true;
}

void Search::tell(double value, const Point& gradient) noexcept
{
    bool finite = std::isfinite(value);
    for (std::size_t i = 0; i < variables_; ++i)
        finite = finite && std::isfinite(gradient[i]);
    ++evaluations_;
    switch (phase_) {
    case Phase::start:
        accept(finite ? value : infinity, gradient);
        forget();
        if (!finite)
            phase_ = Phase::done;
        else
            begin_line();
        break;
    case Phase::line: told_on_line(finite ? value : infinity, gradient); break;
    case Phase::hessian: told_for_hessian(gradient); break;
    case Phase::newton:
        if (finite && steepness_of(trial_, gradient) < steepness() && value <= value_ + rounding * std::abs(value_))
            accept(value, gradient);
        phase_ = Phase::done;
        break;
    case Phase::done: break;
    }
}

void Search::begin_line() noexcept
{
    if (steepness() < best_steepness || evaluations_ >= most_evaluations)
        return begin_hessian();
    for (int attempt = 0;; ++attempt) {
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
        slope_ = along(gradient_);
        if (slope_ < 0)
            break;
        if (attempt > 0)
            return begin_hessian();
        forget();
    }
    longest_ = infinity;
    for (std::size_t i = 0; i < variables_; ++i)
        if (direction_[i] != 0)
            longest_ = std::min(longest_, ((direction_[i] > 0 ? box : -box) - best_[i]) / direction_[i]);
    shortest_ = 0;
    tries_ = 0;
    phase_ = Phase::line;
    try_step(std::min(1.0, longest_));
}

void Search::try_step(double step) noexcept
{
    step_ = step;
    for (std::size_t i = 0; i < variables_; ++i)
        trial_[i] = std::clamp(best_[i] + step * direction_[i], -box, box);
}

void Search::told_on_line(double value, const Point& gradient) noexcept
{
    const bool decreased = value <= value_ + enough_decrease * step_ * slope_ + rounding * std::abs(value_);
    const bool flattened = along(gradient) >= enough_flattening * slope_;
    const bool at_box = step_ >= longest_;
    if (decreased && (flattened || at_box || tries_ >= most_tries)) {
        const Point before = best_, gradient_before = gradient_;
        idle_steps_ = value_ - value > idle * std::abs(value_) ? 0 : idle_steps_ + 1;
        accept(value, gradient);
        Point change{};
        for (std::size_t i = 0; i < variables_; ++i) {
            direction_[i] = best_[i] - before[i];
            change[i] = gradient[i] - gradient_before[i];
        }
        update_inverse(change);
        stalled_ = idle_steps_ >= most_idle_steps;
        return stalled_ ? begin_hessian() : begin_line();
    }
    if (evaluations_ >= most_evaluations)
        return begin_hessian();
    if (++tries_ > most_tries) {
        stalled_ = is_steepest_;
        forget();
        return stalled_ ? begin_hessian() : begin_line();
    }
    if (decreased)
        shortest_ = step_;
    else
        longest_ = step_;
    try_step(std::isfinite(longest_) ? (decreased && shortest_ * 2 < longest_ ? shortest_ * 2 : (shortest_ + longest_) / 2) : 2 * shortest_);
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

// Where a variable has left, there is no curvature to tell.
void Search::begin_hessian() noexcept
{
    if (has_left()) {
        phase_ = Phase::done;
        return;
    }
    phase_ = Phase::hessian;
    column_ = 0;
    second_side_ = false;
    trial_ = best_;
    trial_[0] += difference;
}

void Search::told_for_hessian(const Point& gradient) noexcept
{
    for (std::size_t i = 0; i < variables_; ++i) {
        if (!second_side_)
            hessian_[i][column_] = gradient[i];
        else
            hessian_[i][column_] = (hessian_[i][column_] - gradient[i]) / (2 * difference);
    }
    if (second_side_ && ++column_ == variables_)
        return begin_newton();
    second_side_ = !second_side_;
    trial_ = best_;
    trial_[column_] += second_side_ ? -difference : difference;
}

void Search::begin_newton() noexcept
{
    for (std::size_t i = 0; i < variables_; ++i)
        for (std::size_t j = 0; j < i; ++j)
            hessian_[i][j] = hessian_[j][i] = (hessian_[i][j] + hessian_[j][i]) / 2;
    Matrix inverse;
    if (!covariance(inverse)) {
        phase_ = Phase::done;
        return;
    }
    trial_ = best_;
    for (std::size_t i = 0; i < variables_; ++i)
        for (std::size_t j = 0; j < variables_; ++j)
            trial_[i] = std::clamp(trial_[i] - inverse[i][j] * gradient_[j], -box, box);
    phase_ = Phase::newton;
}

}  // namespace customer_value::clv
