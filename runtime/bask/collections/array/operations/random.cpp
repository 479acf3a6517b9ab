#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/random.hpp>
#include <bask/graph/kernel.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>

namespace bask::random {

namespace {

// The state of a choice: the number of values and their size in bytes; the limit in [0, 1] up to which each
// value is taken; the values.
struct Choices {
  std::uint64_t count;
  std::uint64_t element;
  const double* limits;
  const std::byte* values;
  explicit Choices(const std::byte* state) {
    std::memcpy(&count, state, sizeof(count));
    std::memcpy(&element, state + sizeof(count), sizeof(element));
    limits = reinterpret_cast<const double*>(state + 2 * sizeof(count));
    values = state + (2 + count) * sizeof(count);
  }
};

void choose_strip(KernelCall& call) {
  const auto& strip = *reinterpret_cast<const MapStrip*>(call.arguments);
  const Choices choices(strip.state);
  const auto* numbers = static_cast<const double*>(strip.in[0]);
  auto* out = static_cast<std::byte*>(strip.out);
  for (std::size_t i = 0; i < strip.count; ++i) {
    const double* limit = std::upper_bound(choices.limits, choices.limits + choices.count - 1, numbers[i]);
    const auto which = static_cast<std::size_t>(limit - choices.limits);
    std::memcpy(out + i * choices.element, choices.values + which * choices.element, choices.element);
  }
}
const KernelId kChoice = KernelRegistry::instance().add("choice", "bask::random::choice", &choose_strip);

[[noreturn]] void refuse(const char* what, const std::string& happened, const char* fix) {
  throw Error(std::string("random::") + what, happened, fix);
}

}  // namespace

ArrayPtr Generator::make(strips::RandomNumbers numbers, const Shape& shape, const ChunkSpec& chunks) {
  numbers.seed = seed_;
  numbers.stream = made_++;
  return lazy::random(numbers, chunks.of(shape, size_of(numbers.dtype), "random"));
}

Array<double> Generator::random(const Shape& shape, const ChunkSpec& chunks) {
  return Array<double>(make({strips::Distribution::kRandom, DType::kFloat64, 0, 0}, shape, chunks));
}

Array<float> Generator::random_float(const Shape& shape, const ChunkSpec& chunks) {
  return Array<float>(make({strips::Distribution::kRandom, DType::kFloat32, 0, 0}, shape, chunks));
}

Array<double> Generator::uniform(double low, double high, const Shape& shape, const ChunkSpec& chunks) {
  return Array<double>(
      make({strips::Distribution::kUniform, DType::kFloat64, 0, 0, low, high}, shape, chunks));
}

Array<double> Generator::normal(double mean, double deviation, const Shape& shape, const ChunkSpec& chunks) {
  if (!(deviation >= 0))
    refuse("normal", "the standard deviation is " + std::to_string(deviation), "use 0 or more");
  return Array<double>(
      make({strips::Distribution::kNormal, DType::kFloat64, 0, 0, mean, deviation}, shape, chunks));
}

Array<double> Generator::exponential(double scale, const Shape& shape, const ChunkSpec& chunks) {
  if (!(scale >= 0)) refuse("exponential", "the scale is " + std::to_string(scale), "use 0 or more");
  return Array<double>(
      make({strips::Distribution::kExponential, DType::kFloat64, 0, 0, scale}, shape, chunks));
}

Array<std::int64_t> Generator::poisson(double mean, const Shape& shape, const ChunkSpec& chunks) {
  if (!(mean >= 0 && mean < 0x1p62))
    refuse("poisson", "the mean is " + std::to_string(mean), "use one from 0 to 2^62");
  return Array<std::int64_t>(
      make({strips::Distribution::kPoisson, DType::kInt64, 0, 0, mean}, shape, chunks));
}

Array<std::int64_t> Generator::binomial(std::int64_t n, double p, const Shape& shape,
                                        const ChunkSpec& chunks) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // with more, the densities have no digits left
  if (n < 0 || n > kMost)
    refuse("binomial", std::to_string(n) + " trials are asked for", "use from 0 to 2^40");
  if (!(p >= 0 && p <= 1))
    refuse("binomial", "the probability is " + std::to_string(p), "use one from 0 to 1");
  return Array<std::int64_t>(
      make({strips::Distribution::kBinomial, DType::kInt64, 0, 0, p, 0, n}, shape, chunks));
}

Array<double> Generator::gamma(double form, double scale, const Shape& shape, const ChunkSpec& chunks) {
  if (!(form >= 0 && form < 0x1p52) || !(scale >= 0)) {
    refuse("gamma", "the form is " + std::to_string(form) + ", the scale " + std::to_string(scale),
           "use numbers of 0 or more, and a form below 2^52");
  }
  return Array<double>(
      make({strips::Distribution::kGamma, DType::kFloat64, 0, 0, form, scale}, shape, chunks));
}

Array<std::int64_t> Generator::integers(std::int64_t low, std::int64_t high, const Shape& shape,
                                        const ChunkSpec& chunks) {
  if (low >= high) {
    refuse("integers",
           "no integer is at least " + std::to_string(low) + " and less than " + std::to_string(high),
           "give a high that is greater than low");
  }
  return Array<std::int64_t>(
      make({strips::Distribution::kIntegers, DType::kInt64, 0, 0, 0, 0, low, high}, shape, chunks));
}

ArrayPtr Generator::choose(DType dtype, std::span<const std::byte> values, std::size_t count,
                           const std::vector<double>& probabilities, const Shape& shape,
                           const ChunkSpec& chunks) {
  if (count == 0) refuse("choice", "there are no values to choose from", "give one at least");
  if (!probabilities.empty() && probabilities.size() != count) {
    refuse("choice",
           std::to_string(probabilities.size()) + " probabilities are given for " + std::to_string(count) +
               " values",
           "give one for each");
  }
  const double total = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  const bool negative =
      std::any_of(probabilities.begin(), probabilities.end(), [](double p) { return !(p >= 0); });
  if (!probabilities.empty() && (negative || std::abs(total - 1) > 1e-8)) {
    refuse("choice", "the probabilities are negative or add up to " + std::to_string(total),
           "give probabilities of 0 or more that add up to 1");
  }
  ByteWriter state;
  state.write_raw(static_cast<std::uint64_t>(count));
  state.write_raw(static_cast<std::uint64_t>(size_of(dtype)));
  double below = 0;
  for (std::size_t k = 0; k < count; ++k) {
    below = probabilities.empty() ? static_cast<double>(k + 1) / static_cast<double>(count)
                                  : below + probabilities[k];
    state.write_raw(below);
  }
  state.write(values.data(), values.size());
  const UserCall call("choice");
  const ArrayPtr numbers = make({strips::Distribution::kRandom, DType::kFloat64, 0, 0}, shape, chunks);
  return lazy::map(kChoice, state.take(), "choice", dtype, {numbers});
}

Generator default_rng(std::uint64_t seed) {
  return Generator(seed);
}

Generator default_rng() {
  std::random_device device;
  return Generator((static_cast<std::uint64_t>(device()) << 32) | device());
}

}  // namespace bask::random
