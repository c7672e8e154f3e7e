// Finds the smallest value of a smooth function of a few variables by BFGS with a weak Wolfe search (J. Nocedal, S. J.
// Wright, Numerical Optimization, 2006, chapter 6; A. S. Lewis, M. L. Overton, "Nonsmooth optimization via quasi-Newton
// methods", Mathematical Programming 141 (2013) 135-163), then its Hessian by central differences of the gradient, and
// a Newton step with it.
#pragma once

#include <array>
#include <cstddef>
#include <functional>

namespace customer_value::clv {

inline constexpr std::size_t most_parameters = 4;
using Point = std::array<double, most_parameters>;
using Matrix = std::array<Point, most_parameters>;

// The inverse of a symmetric positive definite matrix; false where it is none, to within rounding.
[[nodiscard]] bool invert_positive(const Matrix& matrix, std::size_t n, Matrix& inverse) noexcept;

class Search {
public:
    // Variables stay within [-box, box].
    static constexpr double box = 20;
    static constexpr double flat = 12;  // from 0 on, at which a variable has left for infinity

    // What the function is at a point; a value that is not finite counts as too large.
    struct Value {
        double value;
        Point gradient;
    };
    using Function = std::function<Value(const Point&)>;
    // Ends a search early.
    using Enough = std::function<bool(const Search&)>;
    // Finds it, from a start. Passes on what the function throws.
    Search(std::size_t variables, const Point& start, const Function& function, const Enough& is_enough);

    // What was found.
    [[nodiscard]] const Point& best() const noexcept { return best_; }
    [[nodiscard]] double value() const noexcept { return value_; }
    [[nodiscard]] const Point& gradient() const noexcept { return gradient_; }
    // The largest component of the gradient, but for those that push against the box.
    [[nodiscard]] double steepness() const noexcept { return steepness_of(best_, gradient_); }
    // The slope is flat, or the value cannot be made smaller any more for the rounding in it (where parameters go to
    // infinity, the slope is a difference of large numbers).
    [[nodiscard]] bool converged() const noexcept { return steepness() < good_steepness || stalled_; }
    // A variable has left for infinity.
    [[nodiscard]] bool has_left() const noexcept;
    // The inverse Hessian at the smallest value; false where it is not positive definite.
    [[nodiscard]] bool covariance(Matrix& inverse) const noexcept
    {
        return invert_positive(hessian_, variables_, inverse);
    }

private:
    static constexpr double good_steepness = 1e-6, best_steepness = 1e-9;
    static constexpr double largest_step = 2;   // in each variable
    static constexpr double difference = 3e-4;  // for the Hessian
    static constexpr int most_evaluations = 400, most_tries = 40, most_idle_steps = 5;

    [[nodiscard]] Value evaluated(const Function& function, const Point& at);
    [[nodiscard]] double steepness_of(const Point& at, const Point& gradient) const noexcept;
    [[nodiscard]] double along(const Point& gradient) const noexcept;
    void accept(const Point& at, const Value& there) noexcept;
    bool choose_direction() noexcept;
    bool descend(const Function& function);
    void update_inverse(const Point& gradient) noexcept;
    void forget() noexcept;
    void find_hessian(const Function& function);
    void try_newton(const Function& function);

    std::size_t variables_;
    int evaluations_ = 0;
    bool is_steepest_ = true;  // the inverse holds nothing yet
    int idle_steps_ = 0;       // that gained nothing, one after the other
    bool stalled_ = false;
    double value_ = 0;
    Point best_{}, gradient_{}, direction_{};
    Matrix inverse_{}, hessian_{};
};

}  // namespace customer_value::clv
