// random_counts.inl: integers and counts. Part of random_loops.inl.
//
// Each number has counters of its own, (place, attempt). Sixteen places are tried at once; the few that are
// rejected try again one by one.

__extension__ using Wide = unsigned __int128;

/// Integers of a range, without bias, by rejection (Lemire 2019).
struct Bounded {
  std::uint64_t low, range, least;
  explicit Bounded(const RandomNumbers& numbers)
      : low(static_cast<std::uint64_t>(numbers.low)),
        range(static_cast<std::uint64_t>(numbers.high) - low),
        least((0 - range) % range) {}

  bool take(std::uint64_t bits, std::int64_t& value) const {
    const auto product = static_cast<Wide>(bits) * range;
    value = static_cast<std::int64_t>(low + static_cast<std::uint64_t>(product >> 64));
    return static_cast<std::uint64_t>(product) >= least;
  }
  std::int64_t at(std::uint64_t place, const philox4x32_key_t& key) const {
    for (std::uint32_t attempt = 0;; ++attempt) {
      const philox4x32_ctr_t random = philox_once(place, attempt, key);
      std::int64_t value;
      if (take(joined(random.v[0], random.v[1]), value) || take(joined(random.v[2], random.v[3]), value))
        return value;
    }
  }
  void make(const Words& words, const std::uint64_t* places, const philox4x32_key_t& key,
            std::int64_t* out) const {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const auto first =
          joined(static_cast<std::uint32_t>(words.w[0][k]), static_cast<std::uint32_t>(words.w[1][k]));
      if (!take(first, out[k])) out[k] = at(places[k], key);
    }
  }
};

/// Means below 10, by inversion: a uniform number u gives the number of values whose limit is not above u,
/// where limits[value] is the probability of at most that value.
struct FewByInversion {
  static constexpr std::size_t kMost = 64;  // larger values have probability 0 in 52 bits
  double limits[kMost];
  void make(const Words& words, const std::uint64_t*, const philox4x32_key_t&, std::int64_t* out) const {
    double left[kLanes];
    std::int64_t values[kLanes] = {};
    for (std::size_t k = 0; k < kLanes; ++k) left[k] = unit(words.w[0][k], words.w[1][k]);
    std::int64_t some = 1;
    for (std::size_t value = 0; value < kMost && some != 0; ++value) {
      some = 0;
      for (std::size_t k = 0; k < kLanes; ++k) {
        const std::int64_t is_more = left[k] >= limits[value] ? 1 : 0;
        values[k] += is_more;
        some |= is_more;
      }
    }
    for (std::size_t k = 0; k < kLanes; ++k) out[k] = values[k];
  }
};

struct FewOfPoisson : FewByInversion {
  explicit FewOfPoisson(const RandomNumbers& numbers) {
    double probability = __builtin_exp(-numbers.a), sum = 0;
    for (std::size_t value = 0; value < kMost; ++value) {
      limits[value] = sum += probability;
      probability *= numbers.a / static_cast<double>(value + 1);
    }
  }
};

/// Means of 10 and more, by transformed rejection: PTRS (Hörmann 1993).
struct ManyOfPoisson {
  double mean, log_mean, a, b, inverse_alpha, accepted;
  explicit ManyOfPoisson(const RandomNumbers& numbers) : mean(numbers.a), log_mean(log_of(mean)) {
    b = 0.931 + 2.53 * __builtin_sqrt(mean);
    a = -0.059 + 0.02483 * b;
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    accepted = 0.9277 - 3.6224 / (b - 2);
  }

  /// The logarithm of the probability of k, from k = 16 on of that probability times root(2 pi k). For these
  /// it uses the error of Stirling's formula and the deviance (Loader 2000), because k log(mean) - mean -
  /// log(k!) has no digits left where its terms are large.
  double log_probability(double k) const {
    if (k < 16) {
      double factorial = 1;
      for (double i = 2; i <= k; ++i) factorial *= i;
      return k * log_mean - mean - log_of(factorial);
    }
    const double inverse = 1 / k, z = inverse * inverse;
    const double stirling =
        inverse * (1 / 12.0 - z * (1 / 360.0 - z * (1 / 1260.0 - z * (1 / 1680.0 - z * (1 / 1188.0)))));
    const double difference = k - mean, v = difference / (k + mean);
    if (__builtin_fabs(v) > 0.1) return difference - k * log_of(k / mean) - stirling;
    constexpr double kTerms[] = {1 / 17.0, 1 / 15.0, 1 / 13.0, 1 / 11.0, 1 / 9.0, 1 / 7.0, 1 / 5.0, 1 / 3.0};
    const double square = v * v;
    double series = 0;
    for (const double term : kTerms) series = (series + term) * square;
    return -(difference * v + 2 * k * v * series) - stirling;
  }

  double value_of(double u, double us) const { return __builtin_floor((2 * a / us + b) * u + mean + 0.43); }
  bool take(double v, double us, double k) const {
    if (us >= 0.07 && v <= accepted) return true;
    if (k < 0 || (us < 0.013 && v > us)) return false;
    const double density = v * inverse_alpha / (a / (us * us) + b);
    return log_of(k < 16 ? density : density * __builtin_sqrt(6.283185307179586 * k)) <= log_probability(k);
  }
  std::int64_t at(std::uint64_t place, const philox4x32_key_t& key) const {
    for (std::uint32_t attempt = 1;; ++attempt) {
      const philox4x32_ctr_t random = philox_once(place, attempt, key);
      const double u = unit(random.v[0], random.v[1]) - 0.5, us = 0.5 - __builtin_fabs(u),
                   k = value_of(u, us);
      if (take(unit_above_0(random.v[2], random.v[3]), us, k)) return static_cast<std::int64_t>(k);
    }
  }
  void make(const Words& words, const std::uint64_t* places, const philox4x32_key_t& key,
            std::int64_t* out) const {
    double u[kLanes], v[kLanes], us[kLanes], value[kLanes];
    for (std::size_t k = 0; k < kLanes; ++k) {
      u[k] = unit(words.w[0][k], words.w[1][k]) - 0.5;
      v[k] = unit_above_0(words.w[2][k], words.w[3][k]);
    }
    for (std::size_t k = 0; k < kLanes; ++k) {
      us[k] = 0.5 - __builtin_fabs(u[k]);
      value[k] = value_of(u[k], us[k]);
    }
    for (std::size_t k = 0; k < kLanes; ++k) {
      out[k] = take(v[k], us[k], value[k]) ? static_cast<std::int64_t>(value[k]) : at(places[k], key);
    }
  }
};

#include <bask/collections/array/kernels/random_binomial.inl>

template <class Numbers>
void counts_of(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t first, std::int64_t stride,
               std::size_t count, void* to) {
  const philox4x32_key_t key = key_of(numbers, block);
  const Numbers made(numbers);
  auto* out = static_cast<std::int64_t*>(to);
  std::uint64_t places[kLanes];
  std::int64_t last[kLanes];
  Words words;
  for (std::size_t i = 0; i < count; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      places[k] = first + (i + k) * static_cast<std::uint64_t>(stride);
    }
    philox_lanes(places, key, words);
    if (count - i >= kLanes) {
      made.make(words, places, key, out + i);
      continue;
    }
    made.make(words, places, key, last);
    for (std::size_t k = 0; i + k < count; ++k) out[i + k] = last[k];
  }
}
