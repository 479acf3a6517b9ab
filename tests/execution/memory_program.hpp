// memory_program.hpp: programs of random calls whose results are of all sizes and types, some of them
// persisted, with the results that they should have; the same at every run.
#pragma once

#include <bask/collections/delayed.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bask {

class MemoryProgram {
 public:
  using Numbers = std::vector<double>;
  using Texts = std::vector<std::string>;

  /// Makes the program; persist() runs parts of it in the runtime in use. The values that it should have are
  /// computed on the way only `with_values`.
  MemoryProgram(unsigned seed, bool with_values) : random_(seed), with_values_(with_values) {
    const std::uint32_t size = 5 + below(45);
    window_ = 1 + below(20);
    most_bytes_ = 1u << (6 + below(13));  // up to 256 KiB
    persists_ = below(3) == 0;
    add(numbers_, delayed<make>(1, 100), [] { return make(1, 100); });
    const Numbers constant(below(most_bytes_) / 8, 3);
    add(numbers_, delayed(constant), [&] { return constant; });
    add(texts_, delayed<words>(numbers_.lazy[0]), [&] { return words(numbers_.values[0]); });
    add(text_, delayed(std::string("t")), [] { return std::string("t"); });
    add(ints_, delayed(7), [] { return 7; });
    for (std::uint32_t i = 0; i < size; ++i) add_step();
  }

  /// Digests of results at the end of the program, and some whole results.
  std::string computed() const {
    const auto [digests, ints, whole] = compute(last_digests(), last_of(ints_.lazy), last_of(numbers_.lazy));
    return shown(digests, ints, whole);
  }
  std::string expected() const {
    std::vector<std::uint64_t> digests;
    for (const Texts& texts : last_of(texts_.values)) digests.push_back(digest_texts(texts));
    for (const std::string& text : last_of(text_.values)) digests.push_back(digest_text(text));
    for (const Numbers& numbers : last_of(numbers_.values)) digests.push_back(digest(numbers));
    return shown(digests, last_of(ints_.values), last_of(numbers_.values));
  }

  /// Called by some of the tasks; it may throw.
  static inline std::function<void()> in_task = [] {};

 private:
  template <class T>
  struct Pool {
    std::vector<Delayed<T>> lazy;
    std::vector<T> values;
  };

  static std::uint64_t hash(std::span<const std::byte> bytes) { return hash_bytes(bytes).low; }
  static std::uint64_t digest(const Numbers& numbers) { return hash(std::as_bytes(std::span(numbers))); }
  static std::uint64_t digest_text(const std::string& text) { return hash(std::as_bytes(std::span(text))); }
  static std::uint64_t digest_texts(const Texts& texts) {
    std::uint64_t sum = texts.size();
    for (const std::string& text : texts) sum = 31 * sum + digest_text(text);
    return sum;
  }
  static double number_of(std::uint64_t digest) { return static_cast<double>(digest % 1000); }

  static Numbers make(int value, int bytes) { return Numbers(static_cast<std::size_t>(bytes) / 8, value); }
  static Numbers blend(const Numbers& a, const Numbers& b) {
    in_task();
    return Numbers((a.size() + b.size()) / 2, number_of(digest(a) + 3 * digest(b)));
  }
  static Numbers shift(Numbers numbers) {
    if (!numbers.empty()) numbers[numbers.size() / 2] += 1;
    return numbers;
  }
  static Numbers cut(Numbers numbers, int a) {
    in_task();
    numbers.resize(numbers.size() / static_cast<std::size_t>(1 + a % 3));
    numbers.shrink_to_fit();  // what results hold must not depend on whose memory was moved from
    return numbers;
  }
  static Texts words(const Numbers& numbers) {
    const std::uint64_t sum = digest(numbers);
    Texts texts;
    for (std::size_t i = 0; i < std::min<std::size_t>(numbers.size() / 32, 200); ++i)
      texts.emplace_back((sum >> (i % 50)) % 90, static_cast<char>('a' + (i + sum) % 26));
    texts.shrink_to_fit();
    return texts;
  }
  static std::string join(const Texts& a, const Texts& b) {
    in_task();
    std::string all;
    for (const Texts* texts : {&a, &b})
      for (const std::string& text : *texts) all += text;
    all.shrink_to_fit();
    return all;
  }
  static std::string append(std::string text, const Numbers& numbers) {
    text += std::to_string(digest(numbers));
    text.shrink_to_fit();
    return text;
  }
  static int count(const std::string& text) { return static_cast<int>(digest_text(text) % 1000); }
  static int sum(Inputs<Numbers> all) {
    std::uint64_t sum = 0;
    for (const Numbers& numbers : all) sum = 7 * sum + digest(numbers);
    return static_cast<int>(sum % 1000);
  }

  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }
  std::size_t near_end(std::size_t size) {
    return size - 1 - below(static_cast<std::uint32_t>(std::min<std::size_t>(size, window_)));
  }

  template <class T, class F>
  void add(Pool<T>& pool, Delayed<T> lazy, const F& value) {
    pool.lazy.push_back(std::move(lazy));
    if (with_values_) pool.values.push_back(value());
  }

  void add_step() {
    const std::size_t a = near_end(numbers_.lazy.size()), b = near_end(numbers_.lazy.size());
    const std::size_t s = near_end(texts_.lazy.size()), t = near_end(text_.lazy.size());
    const std::size_t i = near_end(ints_.lazy.size());
    auto& numbers = numbers_.values;
    switch (below(persists_ ? 12 : 11)) {
      case 0:
      case 1: {
        const int value = static_cast<int>(below(1000)), bytes = static_cast<int>(below(most_bytes_));
        return add(numbers_, delayed<make>(value, bytes), [&] { return make(value, bytes); });
      }
      case 2:
        return add(numbers_, delayed<blend>(numbers_.lazy[a], numbers_.lazy[b]),
                   [&] { return blend(numbers[a], numbers[b]); });
      case 3:
        return add(numbers_, delayed<blend>(numbers_.lazy[a], numbers_.lazy[a]),
                   [&] { return blend(numbers[a], numbers[a]); });
      case 4:
        return add(numbers_, delayed<shift>(numbers_.lazy[a]), [&] { return shift(numbers[a]); });
      case 5:
        return add(numbers_, delayed<cut>(delayed<shift>(numbers_.lazy[a]), ints_.lazy[i]),
                   [&] { return cut(shift(numbers[a]), ints_.values[i]); });
      case 6:
        return add(texts_, delayed<words>(numbers_.lazy[a]), [&] { return words(numbers[a]); });
      case 7:
        return add(text_, delayed<join>(texts_.lazy[s], texts_.lazy.back()),
                   [&] { return join(texts_.values[s], texts_.values.back()); });
      case 8:
        return add(text_, delayed<append>(text_.lazy[t], numbers_.lazy[a]),
                   [&] { return append(text_.values[t], numbers[a]); });
      case 9:
        return add(ints_, delayed<count>(text_.lazy[t]), [&] { return count(text_.values[t]); });
      case 10:
        return add_sum(std::min(a, b), std::max(a, b));
      default:
        numbers_.lazy[a] = numbers_.lazy[a].persist();
        if (below(2) == 0) texts_.lazy[s] = texts_.lazy[s].persist();
    }
  }
  void add_sum(std::size_t first, std::size_t last) {
    const std::vector<Delayed<Numbers>> some(numbers_.lazy.begin() + static_cast<std::ptrdiff_t>(first),
                                             numbers_.lazy.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    ints_.lazy.push_back(delayed<sum>(some));
    if (!with_values_) return;
    std::uint64_t all = 0;
    for (std::size_t at = first; at <= last; ++at) all = 7 * all + digest(numbers_.values[at]);
    ints_.values.push_back(static_cast<int>(all % 1000));
  }

  template <class T>
  static std::vector<T> last_of(const std::vector<T>& all) {
    return {all.end() - std::min<std::ptrdiff_t>(3, std::ssize(all)), all.end()};
  }
  std::vector<Delayed<std::uint64_t>> last_digests() const {
    std::vector<Delayed<std::uint64_t>> digests;
    for (const auto& texts : last_of(texts_.lazy)) digests.push_back(delayed<digest_texts>(texts));
    for (const auto& text : last_of(text_.lazy)) digests.push_back(delayed<digest_text>(text));
    for (const auto& numbers : last_of(numbers_.lazy)) digests.push_back(delayed<digest>(numbers));
    return digests;
  }
  static std::string shown(const std::vector<std::uint64_t>& digests, const std::vector<int>& ints,
                           const std::vector<Numbers>& whole) {
    std::string text;
    for (const std::uint64_t each : digests) text += std::to_string(each) + ' ';
    for (const int each : ints) text += std::to_string(each) + ' ';
    for (const Numbers& each : whole)
      text += std::to_string(each.size()) + ':' + std::to_string(digest(each)) + ' ';
    return text;
  }

  std::mt19937 random_;
  const bool with_values_;
  std::size_t window_ = 1;
  std::uint32_t most_bytes_ = 0;
  bool persists_ = false;
  Pool<Numbers> numbers_;
  Pool<Texts> texts_;
  Pool<std::string> text_;
  Pool<int> ints_;
};

}  // namespace bask
