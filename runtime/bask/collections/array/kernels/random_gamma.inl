// random_gamma.inl: numbers of the gamma distribution. Part of random_loops.inl.
//
// Each number has counters of its own, (place, attempt): of each pair of attempts the first makes a normal
// number, the second the uniform numbers that accept it and lower it.

/// Squeezed cubes of normal numbers (Marsaglia and Tsang 2000). A shape below 1 takes the numbers of the
/// shape one greater, times u^(1/shape).
struct Gamma {
  double shape, scale, d, c;
  explicit Gamma(const RandomNumbers& numbers) : shape(numbers.a), scale(numbers.b) {
    d = (shape < 1 ? shape + 1 : shape) - 1 / 3.0;
    c = 1 / __builtin_sqrt(9 * d);
  }
  double at(std::uint64_t place, const philox4x32_key_t& key) const {
    for (std::uint32_t attempt = 0;; attempt += 2) {
      const philox4x32_ctr_t normal = philox_once(place, attempt, key),
                             random = philox_once(place, attempt + 1, key);
      const double radius = __builtin_sqrt(-2 * log_of(unit_above_0(normal.v[0], normal.v[1])));
      const double x = radius * direction_of(unit(normal.v[2], normal.v[3])).cosine;
      const double root = 1 + c * x, v = root * root * root;
      if (v <= 0) continue;
      const double u = unit_above_0(random.v[0], random.v[1]);
      if (log_of(u) >= 0.5 * x * x + d - d * v + d * log_of(v)) continue;
      if (shape >= 1) return scale * (d * v);
      return scale * (d * v) * exp_of(log_of(unit_above_0(random.v[2], random.v[3])) / shape);
    }
  }
};

void gamma_strip(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t first, std::int64_t stride,
                 std::size_t count, void* to) {
  const philox4x32_key_t key = key_of(numbers, block);
  const Gamma gamma(numbers);
  auto* out = static_cast<double*>(to);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = gamma.shape == 0 ? 0 : gamma.at(first + i * static_cast<std::uint64_t>(stride), key);
  }
}
