// random_philox.inl: Philox4x32-10 for sixteen counters at a time. Part of random_loops.inl.

constexpr std::size_t kLanes = 16;

// The four words of sixteen counters, each in the lower half of 64 bits; the upper half may hold anything.
struct Words {
  alignas(64) std::uint64_t w[4][kLanes];
};

std::uint64_t mixed(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
philox4x32_key_t key_of(const RandomNumbers& numbers, std::uint64_t block) {
  std::uint64_t key = mixed(numbers.seed + 0x9e3779b97f4a7c15u);
  key = mixed(key ^ (numbers.stream + 0x632be59bd9b4e019u));
  key = mixed(key ^ (block + 0xd1b54a32d192ed03u));
  return {{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)}};
}

// Philox4x32-10 as Random123 has it, several counters at a time. The compiler does not vectorise Random123's
// own function, because it does not see that the factors have 32 bits.
#if defined(__AVX512F__)
struct Lanes {
  using Type = __m512i;
  static constexpr std::size_t kWidth = 8;
  static Type load(const std::uint64_t* from) { return _mm512_loadu_si512(from); }
  static void store(std::uint64_t* to, Type x) { _mm512_store_si512(to, x); }
  static Type all(std::uint32_t x) { return _mm512_set1_epi64(x); }
  static Type product(Type a, Type b) { return _mm512_mul_epu32(a, b); }
  static Type upper(Type x) { return _mm512_srli_epi64(x, 32); }
  static Type exclusive_or(Type a, Type b, Type c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
};
#elif defined(__AVX2__)
struct Lanes {
  using Type = __m256i;
  static constexpr std::size_t kWidth = 4;
  static Type load(const std::uint64_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  static void store(std::uint64_t* to, Type x) { _mm256_store_si256(reinterpret_cast<__m256i*>(to), x); }
  static Type all(std::uint32_t x) { return _mm256_set1_epi64x(x); }
  static Type product(Type a, Type b) { return _mm256_mul_epu32(a, b); }
  static Type upper(Type x) { return _mm256_srli_epi64(x, 32); }
  static Type exclusive_or(Type a, Type b, Type c) { return _mm256_xor_si256(a, _mm256_xor_si256(b, c)); }
};
#endif

#if defined(__AVX2__)
// Two vectors at a time: more do not fit the registers.
void philox_pair(const std::uint64_t* counters, const philox4x32_key_t& key, std::uint64_t* const* to) {
  using V = typename Lanes::Type;
  const V m0 = Lanes::all(PHILOX_M4x32_0), m1 = Lanes::all(PHILOX_M4x32_1);
  V c0[2], c1[2], c2[2], c3[2];
  for (std::size_t v = 0; v < 2; ++v) {
    c0[v] = Lanes::load(counters + v * Lanes::kWidth);
    c1[v] = Lanes::upper(c0[v]);
    c2[v] = c3[v] = Lanes::all(0);
  }
  std::uint32_t k0 = key.v[0], k1 = key.v[1];
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const V key0 = Lanes::all(k0), key1 = Lanes::all(k1);
    for (std::size_t v = 0; v < 2; ++v) {
      const V p0 = Lanes::product(c0[v], m0), p1 = Lanes::product(c2[v], m1);
      c0[v] = Lanes::exclusive_or(Lanes::upper(p1), c1[v], key0);
      c2[v] = Lanes::exclusive_or(Lanes::upper(p0), c3[v], key1);
      c1[v] = p1;
      c3[v] = p0;
    }
    k0 += PHILOX_W32_0;
    k1 += PHILOX_W32_1;
  }
  for (std::size_t v = 0; v < 2; ++v) {
    Lanes::store(to[0] + v * Lanes::kWidth, c0[v]);
    Lanes::store(to[1] + v * Lanes::kWidth, c1[v]);
    Lanes::store(to[2] + v * Lanes::kWidth, c2[v]);
    Lanes::store(to[3] + v * Lanes::kWidth, c3[v]);
  }
}
void philox_lanes(const std::uint64_t* counters, const philox4x32_key_t& key, Words& words) {
  for (std::size_t k = 0; k < kLanes; k += 2 * Lanes::kWidth) {
    std::uint64_t* const to[] = {words.w[0] + k, words.w[1] + k, words.w[2] + k, words.w[3] + k};
    philox_pair(counters + k, key, to);
  }
}
#else
void philox_lanes(const std::uint64_t* counters, const philox4x32_key_t& key, Words& words) {
  for (std::size_t k = 0; k < kLanes; ++k) {
    const philox4x32_ctr_t counter{
        {static_cast<std::uint32_t>(counters[k]), static_cast<std::uint32_t>(counters[k] >> 32), 0, 0}};
    const philox4x32_ctr_t random = philox4x32_R(10, counter, key);
    for (std::size_t j = 0; j < 4; ++j) words.w[j][k] = random.v[j];
  }
}
#endif
philox4x32_ctr_t philox_once(std::uint64_t counter, std::uint32_t attempt, const philox4x32_key_t& key) {
  return philox4x32_R(10,
                      philox4x32_ctr_t{{static_cast<std::uint32_t>(counter),
                                        static_cast<std::uint32_t>(counter >> 32), attempt, 0}},
                      key);
}
