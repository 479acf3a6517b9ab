// random_loops.inl: the loops that make random numbers. Included once by each random_<instruction set>.cpp,
// inside an unnamed namespace, after Random123's Philox.
//
// How numbers follow from the generator, which must never change: the key is a hash of seed, stream and
// block. Sixteen counters make a group of numbers: 64 of float32 or 32 of float64, where number 16 j + k is
// part j of counter k. Where numbers may be rejected, the counter is the place in the block and the number of
// the attempt.

#include <bask/collections/array/kernels/random_functions.inl>
#include <bask/collections/array/kernels/random_philox.inl>

std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
  return low | (static_cast<std::uint64_t>(high) << 32);
}
// [0, 1) and (0, 1], in steps of 2^-52: 52 bits become the fraction of a number from 1 to 2.
double from_1_to_2(std::uint64_t low, std::uint64_t high) {
  const std::uint64_t bits = ((high << 32) | (low & 0xffffffffu)) >> 12;
  return __builtin_bit_cast(double, bits | 0x3ff0000000000000u);
}
double unit(std::uint64_t low, std::uint64_t high) {
  return from_1_to_2(low, high) - 1;
}
double unit_above_0(std::uint64_t low, std::uint64_t high) {
  return 2 - from_1_to_2(low, high);
}

// The numbers of kLanes counters: part j of counter k at out[kLanes * j + k].
struct RandomDouble {
  using Type = double;
  static constexpr std::size_t kParts = 2;
  static void make(const RandomNumbers&, const Words& words, double* out) {
    for (std::size_t j = 0; j < 2; ++j) {
      for (std::size_t k = 0; k < kLanes; ++k)
        out[kLanes * j + k] = unit(words.w[2 * j][k], words.w[2 * j + 1][k]);
    }
  }
};
struct RandomFloat {
  using Type = float;
  static constexpr std::size_t kParts = 4;
  static void make(const RandomNumbers&, const Words& words, float* out) {
    for (std::size_t j = 0; j < 4; ++j) {
      for (std::size_t k = 0; k < kLanes; ++k) {
        out[kLanes * j + k] =
            static_cast<float>(static_cast<std::int32_t>(static_cast<std::uint32_t>(words.w[j][k]) >> 8)) *
            0x1p-24f;
      }
    }
  }
};
struct UniformDouble {
  using Type = double;
  static constexpr std::size_t kParts = 2;
  static void make(const RandomNumbers& numbers, const Words& words, double* out) {
    RandomDouble::make(numbers, words, out);
    const double width = numbers.b - numbers.a;
    for (std::size_t k = 0; k < 2 * kLanes; ++k) out[k] = numbers.a + width * out[k];
  }
};
// Box and Muller 1958.
struct NormalDouble {
  using Type = double;
  static constexpr std::size_t kParts = 2;
  static void make(const RandomNumbers& numbers, const Words& words, double* out) {
    double radius[kLanes], turns[kLanes];
    for (std::size_t k = 0; k < kLanes; ++k) {
      radius[k] = unit_above_0(words.w[0][k], words.w[1][k]);
      turns[k] = unit(words.w[2][k], words.w[3][k]);
    }
    const double mean = numbers.a, deviation = numbers.b;
    for (std::size_t k = 0; k < kLanes; k += kWidth) {
      const Doubles r = root_of(log_of(loaded(radius + k)) * -2) * deviation;
      const Direction<Doubles> direction = direction_of(loaded(turns + k));
      store(out + k, r * direction.cosine + mean);
      store(out + kLanes + k, r * direction.sine + mean);
    }
  }
};
struct ExponentialDouble {
  using Type = double;
  static constexpr std::size_t kParts = 2;
  static void make(const RandomNumbers& numbers, const Words& words, double* out) {
    double uniform[2 * kLanes];
    for (std::size_t k = 0; k < kLanes; ++k) {
      uniform[k] = unit_above_0(words.w[0][k], words.w[1][k]);
      uniform[kLanes + k] = unit_above_0(words.w[2][k], words.w[3][k]);
    }
    const double scale = numbers.a;
    for (std::size_t k = 0; k < 2 * kLanes; k += kWidth)
      store(out + k, (0 - log_of(loaded(uniform + k))) * scale);
  }
};

template <class Numbers>
void strip_of(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t first, std::int64_t stride,
              std::size_t count, void* to) {
  using T = typename Numbers::Type;
  constexpr std::size_t kGroup = Numbers::kParts * kLanes;
  const philox4x32_key_t key = key_of(numbers, block);
  T* out = static_cast<T*>(to);
  std::uint64_t counters[kLanes];
  Words words;
  T made[kGroup];
  if (stride == 1) {
    for (std::uint64_t at = first; at < first + count;) {
      const std::uint64_t group = at / kGroup;
      for (std::size_t k = 0; k < kLanes; ++k) counters[k] = group * kLanes + k;
      philox_lanes(counters, key, words);
      const std::size_t skip = at - group * kGroup;
      const std::size_t left = first + count - at;
      if (skip == 0 && left >= kGroup) {
        Numbers::make(numbers, words, out + (at - first));
        at += kGroup;
        continue;
      }
      Numbers::make(numbers, words, made);
      const std::size_t some = left < kGroup - skip ? left : kGroup - skip;
      for (std::size_t k = 0; k < some; ++k) out[at - first + k] = made[skip + k];
      at += some;
    }
    return;
  }
  for (std::size_t i = 0; i < count; i += kLanes) {
    const auto place = [&](std::size_t k) {
      return first + static_cast<std::uint64_t>(static_cast<std::int64_t>(i + k) * stride);
    };
    for (std::size_t k = 0; k < kLanes; ++k) counters[k] = place(k) / kGroup * kLanes + place(k) % kLanes;
    philox_lanes(counters, key, words);
    Numbers::make(numbers, words, made);
    for (std::size_t k = 0; k < kLanes && i + k < count; ++k)
      out[i + k] = made[place(k) % kGroup / kLanes * kLanes + k];
  }
}

#include <bask/collections/array/kernels/random_counts.inl>
#include <bask/collections/array/kernels/random_gamma.inl>

void strip(const RandomNumbers& numbers, std::uint64_t block, std::uint64_t first, std::int64_t stride,
           std::size_t count, void* out) {
  const auto with = [&](auto make) { make(numbers, block, first, stride, count, out); };
  switch (numbers.distribution) {
    case Distribution::kRandom:
      return numbers.dtype == DType::kFloat32 ? with(strip_of<RandomFloat>) : with(strip_of<RandomDouble>);
    case Distribution::kUniform:
      return with(strip_of<UniformDouble>);
    case Distribution::kNormal:
      return with(strip_of<NormalDouble>);
    case Distribution::kExponential:
      return with(strip_of<ExponentialDouble>);
    case Distribution::kPoisson:
      return numbers.a < 10 ? with(counts_of<FewOfPoisson>) : with(counts_of<ManyOfPoisson>);
    case Distribution::kIntegers:
      return with(counts_of<Bounded>);
    case Distribution::kBinomial: {
      const double p = numbers.a > 0.5 ? 1 - numbers.a : numbers.a;
      const bool few = static_cast<double>(numbers.low) * p < 10;
      return few ? with(counts_of<FewOfBinomial>) : with(counts_of<ManyOfBinomial>);
    }
    case Distribution::kGamma:
      return with(gamma_strip);
  }
}
