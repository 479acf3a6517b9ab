// random_program.hpp: programs of many shapes whose results are known; the same at every run.
#pragma once

#include <bask/bask.hpp>

#include <algorithm>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace bask {

/// Some steps over ints, strings and vectors of ints; the expected results are computed as steps are added.
class RandomProgram {
 public:
  explicit RandomProgram(unsigned seed) : random_(seed) {
    const std::uint32_t size = 20 + random_() % 120;
    window_ = 1 + random_() % 40;
    for (std::uint32_t i = 0; i < size; ++i) add_step();
  }

  std::string computed() const {
    const auto [ints, texts, lists] = compute(lazy_ints_, lazy_texts_, lazy_lists_);
    return shown(ints, texts, lists);
  }
  std::string expected() const { return shown(ints_, texts_, lists_); }

 private:
  using Lists = std::vector<std::vector<int>>;

  static int mix(int a, int b) { return (a * 31 + b) % 10007; }
  static std::string write(int a, std::string text) { return (text + std::to_string(a)).substr(0, 40); }
  static int length(const std::string& text) { return static_cast<int>(text.size()); }
  static std::vector<int> append(std::vector<int> list, int a) {
    list.push_back(a);
    return list;
  }
  static std::vector<int> repeat(std::vector<int> list, int a) {
    list.resize(3000, a);
    return list;
  }
  static int sum(Inputs<int> all) { return std::accumulate(all.begin(), all.end(), 0) % 10007; }
  static std::vector<int> gather(const std::vector<int>& all, const std::string& text) {
    return append(all, length(text));
  }

  static std::string shown(const std::vector<int>& ints, const std::vector<std::string>& texts,
                           const Lists& lists) {
    std::string text;
    for (const int number : ints) text += std::to_string(number) + ' ';
    for (const std::string& each : texts) text += each + ' ';
    for (const std::vector<int>& list : lists) {
      const bool is_long = list.size() > 100;
      text +=
          (is_long ? std::to_string(hash_bytes(std::as_bytes(std::span(list))).low) : shown(list, {}, {})) +
          '/';
    }
    return text;
  }

  // The index of an element near the end: a narrow window makes chains, a wide one heaps.
  std::size_t near_end(std::size_t size) {
    return size - 1 - random_() % std::min<std::size_t>(size, window_);
  }
  void add_int(Delayed<int> lazy, int value) {
    lazy_ints_.push_back(std::move(lazy));
    ints_.push_back(value);
  }

  void add_step() {
    const std::size_t a = near_end(ints_.size()), b = near_end(ints_.size());
    const std::size_t t = near_end(texts_.size()), l = near_end(lists_.size());
    switch (random_() % 8) {
      case 0:
        return add_int(delayed<mix>(lazy_ints_[a], lazy_ints_[b]), mix(ints_[a], ints_[b]));
      case 1:
        return add_int(lazy_ints_[a] + 1, ints_[a] + 1);
      case 2:
        return add_int(delayed<length>(lazy_texts_[t]), length(texts_[t]));
      case 3: {
        const std::vector<Delayed<int>> some(lazy_ints_.begin(), lazy_ints_.begin() + 1 + a);
        return add_int(delayed<sum>(some), std::accumulate(ints_.begin(), ints_.begin() + 1 + a, 0) % 10007);
      }
      case 4:
        lazy_texts_.push_back(delayed<write>(lazy_ints_[a], lazy_texts_[t]));
        return texts_.push_back(write(ints_[a], texts_[t]));
      case 5:
        lazy_lists_.push_back(delayed<append>(lazy_lists_[l], lazy_ints_[a]));
        return lists_.push_back(append(lists_[l], ints_[a]));
      case 6:  // too large for a parcel between ranks
        lazy_lists_.push_back(delayed<repeat>(lazy_lists_[l], lazy_ints_[a]));
        return lists_.push_back(repeat(lists_[l], ints_[a]));
      default:
        lazy_lists_.push_back(delayed<gather>(std::vector{lazy_ints_[a], lazy_ints_[b]}, lazy_texts_[t]));
        return lists_.push_back(gather({ints_[a], ints_[b]}, texts_[t]));
    }
  }

  std::mt19937 random_;
  std::size_t window_;
  std::vector<int> ints_{1};
  std::vector<std::string> texts_{"t"};
  Lists lists_{{}};
  std::vector<Delayed<int>> lazy_ints_{delayed(1)};
  std::vector<Delayed<std::string>> lazy_texts_{delayed(std::string("t"))};
  std::vector<Delayed<std::vector<int>>> lazy_lists_{delayed(std::vector<int>())};
};

}  // namespace bask
