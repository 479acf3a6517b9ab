// strip_moments.inl: count, mean and squared distances from the mean. Part of strip_variant.inl.
// Invariants: (1) the mean of finite numbers is finite; where the sum of their squared distances overflows,
//                 it stays infinite; with an infinity or NaN among the numbers, the sum is NaN and stays so.
namespace bask::strips {
namespace {

constexpr double kHuge = 1e150;  // above this, squares and sums of many numbers may overflow

// The mean of numbers whose sum has overflowed; NaNs count as 0.
double scaled_mean(std::size_t count, const double* in, double number) {
  using V = Vector<double>;
  const V zero = {}, share = zero + 1 / number;
  double mean = 0;
  fold_lanes<1>(
      count, in, &mean, Plus(), [zero, share](V a) { return a == a ? a * share : zero; }, 0.0);
  return mean;
}

Moments moments_of_numbers(std::size_t count, const double* in, double sum) {
  const double number = static_cast<double>(count);
  double mean = sum / number;
  if (!is_finite(mean)) mean = scaled_mean(count, in, number);
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
  double mean = present / number;
  if (!is_finite(mean)) mean = scaled_mean(count, in, number);
  fold_lanes<1>(
      count, in, &m2, Plus(),
      [zero, mean](V a) {
        const V distance = a == a ? a - mean : zero;
        return distance * distance;
      },
      nan);
  return {number, mean, m2};
}

bool has_huge(std::size_t length, const double* in) {
  std::int64_t huge = 0;
  for (std::size_t i = 0; i < length; ++i) huge |= __builtin_fabs(in[i]) > kHuge ? -1 : 0;
  return huge != 0;
}

// The mean, moved by `part` of the distance towards `to`, also when that distance overflows.
double moved_mean(double mean, double to, double distance, double part) {
  const bool overflows = !is_finite(distance) && is_finite(mean) && is_finite(to);
  return overflows ? mean * (1 - part) + to * part : mean + distance * part;
}

void huge_row_moments(std::size_t length, const double* in, double* count, double* mean, double* m2,
                      bool skip_nan) {
  for (std::size_t i = 0; i < length; ++i) {
    if (skip_nan && in[i] != in[i]) continue;
    count[i] += 1;
    const double distance = in[i] - mean[i];
    const double moved = moved_mean(mean[i], in[i], distance, 1 / count[i]);
    m2[i] += distance * (in[i] - moved);
    mean[i] = moved;
  }
}

void row_moments(std::size_t length, const double* in, double* count, double* mean, double* m2,
                 bool skip_nan) {
  if (length == 0) return;
  if (has_huge(length, in)) return huge_row_moments(length, in, count, mean, m2, skip_nan);
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

/// As `merged`, element by element. A side without elements is passed over, whatever its mean and m2.
void row_moments_merge(std::size_t length, const double* other_count, const double* other_mean,
                       const double* other_m2, double* count, double* mean, double* m2) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < length; ++i) {
    const double number = count[i] + other_count[i];
    const double part = other_count[i] / (number > 1 ? number : 1.0);
    const double distance = other_mean[i] - mean[i];
    const double moved = moved_mean(mean[i], other_mean[i], distance, part);
    const double sum = m2[i] + other_m2[i] + distance * distance * (count[i] * part);
    mean[i] = other_count[i] == 0 ? mean[i] : count[i] == 0 ? other_mean[i] : moved;
    m2[i] = other_count[i] == 0 ? m2[i] : count[i] == 0 ? other_m2[i] : sum;
    count[i] = number;
  }
}

}  // namespace
}  // namespace bask::strips
