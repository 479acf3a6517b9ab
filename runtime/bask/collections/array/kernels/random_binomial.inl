// random_binomial.inl: how many of n trials succeed. Part of random_counts.inl.

/// Trials that succeed with probability p, at most 1/2: of more probable ones, the failures are counted.
struct Trials {
  double n, p;
  bool counts_failures;
  explicit Trials(const RandomNumbers& numbers)
      : n(static_cast<double>(numbers.low)),
        p(numbers.a > 0.5 ? 1 - numbers.a : numbers.a),
        counts_failures(numbers.a > 0.5) {}
  void flip(std::int64_t* counts) const {
    if (!counts_failures) return;
    for (std::size_t k = 0; k < kLanes; ++k) counts[k] = static_cast<std::int64_t>(n) - counts[k];
  }
};

struct FewOfBinomial : FewByInversion {
  Trials trials;
  explicit FewOfBinomial(const RandomNumbers& numbers) : trials(numbers) {
    const double p = trials.p, q = 1 - p;
    const double log_q = q == 1 ? -p : log_of(q) * (-p / (q - 1));  // also of p that q has no digits for
    double probability = exp_of(trials.n * log_q), sum = 0;
    for (std::size_t value = 0; value < kMost; ++value) {
      const auto k = static_cast<double>(value);
      sum += probability;
      limits[value] = k < trials.n ? sum : 2;
      probability *= (trials.n - k) / (k + 1) * (p / q);
    }
  }
  void make(const Words& words, const std::uint64_t* places, const philox4x32_key_t& key,
            std::int64_t* out) const {
    FewByInversion::make(words, places, key, out);
    trials.flip(out);
  }
};

/// Means of 10 and more, by transformed rejection: BTRS (Hörmann 1993).
struct ManyOfBinomial {
  Trials trials;
  double a, b, c, accepted, alpha, odds, mode, of_mode;
  explicit ManyOfBinomial(const RandomNumbers& numbers) : trials(numbers) {
    const double n = trials.n, p = trials.p, deviation = __builtin_sqrt(n * p * (1 - p));
    b = 1.15 + 2.53 * deviation;
    a = -0.0873 + 0.0248 * b + 0.01 * p;
    c = n * p + 0.5;
    accepted = 0.92 - 4.2 / b;
    alpha = (2.83 + 5.1 / b) * deviation;
    odds = p / (1 - p);
    mode = __builtin_floor((n + 1) * p);
    of_mode =
        (mode + 0.5) * log_of((mode + 1) / (odds * (n - mode + 1))) + stirling(mode) + stirling(n - mode);
  }
  /// log(k!) less Stirling's formula.
  static double stirling(double k) {
    constexpr double kFirst[] = {0.08106146679532726, 0.04134069595540929, 0.02767792568499834,
                                 0.02079067210376509, 0.01664469118982119, 0.01387612882307075,
                                 0.01189670994589177, 0.01041126526197209, 0.009255462182712733,
                                 0.008330563433362871};
    if (k < 10) return kFirst[static_cast<std::size_t>(k)];
    const double x = k + 1, square = x * x;
    return (1 / 12.0 - (1 / 360.0 - 1 / 1260.0 / square) / square) / x;
  }
  double value_of(double u, double us) const { return __builtin_floor((2 * a / us + b) * u + c); }
  bool take(double v, double us, double k) const {
    if (k < 0 || k > trials.n) return false;
    if (us >= 0.07 && v <= accepted) return true;
    const double n = trials.n, left = n - k + 1;
    const double most = of_mode + (n + 1) * log_of((n - mode + 1) / left) +
                        (k + 0.5) * log_of(odds * left / (k + 1)) - stirling(k) - stirling(n - k);
    return log_of(v * alpha / (a / (us * us) + b)) <= most;
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
    for (std::size_t k = 0; k < kLanes; ++k) {
      const double u = unit(words.w[0][k], words.w[1][k]) - 0.5, us = 0.5 - __builtin_fabs(u),
                   value = value_of(u, us);
      out[k] = take(unit_above_0(words.w[2][k], words.w[3][k]), us, value) ? static_cast<std::int64_t>(value)
                                                                           : at(places[k], key);
    }
    trials.flip(out);
  }
};
