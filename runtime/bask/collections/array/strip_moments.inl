// strip_moments.inl: count, mean and squared distances from the mean. Part of strip_variant.inl.
namespace bask::strips {
namespace {

Moments moments_of_numbers(std::size_t count, const double* in, double sum) {
  const double number = static_cast<double>(count);
  const double mean = sum / number;
  double m2 = 0;
  fold_lanes<1>(
      count, in, &m2, Plus(), [mean](auto a) { return (a - mean) * (a - mean); }, mean);
  return {number, mean, m2};
}

Moments strip_moments(std::size_t count, const double* in, bool skip_nan) {
  if (count == 0) return {};
  const double sum = folded(count, in, Plus());
  if (sum == sum || !skip_nan) return moments_of_numbers(count, in, sum);
  using V = Vector<double>;
  const V zero = {};
  double number = 0, present = 0, m2 = 0;
  const double nan = __builtin_nan("");
  fold_lanes<1>(
      count, in, &number, Plus(), [zero](V a) { return a == a ? zero + 1 : zero; }, nan);
  if (number == 0) return {};
  fold_lanes<1>(
      count, in, &present, Plus(), [zero](V a) { return a == a ? a : zero; }, nan);
  const double mean = present / number;
  fold_lanes<1>(
      count, in, &m2, Plus(),
      [zero, mean](V a) {
        const V distance = a == a ? a - mean : zero;
        return distance * distance;
      },
      nan);
  return {number, mean, m2};
}

void row_moments(std::size_t length, const double* in, double* count, double* mean, double* m2,
                 bool skip_nan) {
  if (length == 0) return;
  if (!skip_nan) {
    const double number = count[0] + 1, share = 1 / number;
#pragma GCC ivdep
    for (std::size_t i = 0; i < length; ++i) {
      const double distance = in[i] - mean[i];
      const double moved = mean[i] + distance * share;
      m2[i] += distance * (in[i] - moved);
      mean[i] = moved;
      count[i] = number;
    }
    return;
  }
#pragma GCC ivdep
  for (std::size_t i = 0; i < length; ++i) {
    const bool is_number = in[i] == in[i];
    const double number = count[i] + (is_number ? 1.0 : 0.0);
    const double distance = is_number ? in[i] - mean[i] : 0.0;
    const double moved = mean[i] + distance / (number > 1 ? number : 1.0);
    m2[i] += is_number ? distance * (in[i] - moved) : 0.0;
    mean[i] = moved;
    count[i] = number;
  }
}

/// As `merged`, where a side without elements is passed over: its mean and m2 may be anything.
void row_moments_merge(std::size_t length, const double* other_count, const double* other_mean,
                       const double* other_m2, double* count, double* mean, double* m2) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < length; ++i) {
    const double number = count[i] + other_count[i];
    const double part = other_count[i] / (number > 1 ? number : 1.0);
    const double distance = other_mean[i] - mean[i];
    const double moved = mean[i] + distance * part;
    const double sum = m2[i] + other_m2[i] + distance * distance * (count[i] * part);
    mean[i] = other_count[i] == 0 ? mean[i] : count[i] == 0 ? other_mean[i] : moved;
    m2[i] = other_count[i] == 0 ? m2[i] : count[i] == 0 ? other_m2[i] : sum;
    count[i] = number;
  }
}

}  // namespace
}  // namespace bask::strips
