// Sorting in stretches, so that the caller can look up between them: a query that sorts many rows can be cancelled.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace customer_value {

// Runs of a few thousand sorted in place, then merged in pairs from one half of the memory into the other. Equal items may
// change places. `before(a, b)` must not throw.
template <class Item, class Before> class MergeSort {
public:
    // As much spare memory as there are items.
    MergeSort(std::span<Item> items, Item* spare, Before before) noexcept
        : from_(items.data()), to_(spare), size_(items.size()), before_(before)
    {
    }
    // Goes on for one stretch; false where nothing is left to do.
    bool advance() noexcept
    {
        if (in_runs_ < size_) {
            const std::size_t end = std::min(in_runs_ + run, size_);
            std::sort(from_ + in_runs_, from_ + end, before_);
            in_runs_ = end;
            return true;
        }
        if (width_ >= size_)
            return false;
        merge_stretch();
        if (merged_ == size_) {
            std::swap(from_, to_);
            width_ *= 2;
            merged_ = left_ = right_ = 0;
        }
        return true;
    }
    // Where the items are in order, when done: in their own memory or in the spare.
    [[nodiscard]] Item* sorted() const noexcept { return from_; }
    [[nodiscard]] Item* spare() const noexcept { return to_; }

private:
    static constexpr std::size_t run = 4096, stretch = 65536;

    void merge_stretch() noexcept
    {
        for (const std::size_t stop = std::min(merged_ + stretch, size_); merged_ < stop;) {
            const std::size_t pair = merged_ / (2 * width_) * (2 * width_);
            const std::size_t middle = std::min(pair + width_, size_), end = std::min(pair + 2 * width_, size_);
            if (merged_ == pair) {
                left_ = pair;
                right_ = middle;
            }
            const std::size_t pair_stop = std::min(end, stop);
            std::size_t left = left_, right = right_, at = merged_;
            for (; at < pair_stop && left < middle && right < end; ++at)
                to_[at] = before_(from_[right], from_[left]) ? from_[right++] : from_[left++];
            for (; at < pair_stop; ++at)
                to_[at] = left < middle ? from_[left++] : from_[right++];
            left_ = left;
            right_ = right;
            merged_ = at;
        }
    }

    Item* from_;
    Item* to_;
    std::size_t size_;
    std::size_t in_runs_ = 0;  // items in sorted runs
    std::size_t width_ = run;  // of a sorted run, when all are
    std::size_t merged_ = 0, left_ = 0, right_ = 0;
    [[no_unique_address]] Before before_;
};

}  // namespace customer_value
