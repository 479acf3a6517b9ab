// Random expressions of views, operations, joins and reductions: computed by Bask in random chunks, and
// element by element by plain code.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/collections/array.hpp>

#include "plain_array.hpp"

#include <cmath>
#include <limits>
#include <random>

namespace bask {
namespace {

struct Member {
  Array<double> array;
  Plain plain;
};

class Program {
 public:
  explicit Program(unsigned seed) : random_(seed) {
    for (int k = 0; k < 3; ++k) pool_.push_back(leaf());
  }
  void step() {
    const Member& x = any();
    Member result = x;
    switch (below(12)) {
      case 0:
        result = sliced(x);
        break;
      case 1:
        result = transposed(x);
        break;
      case 2:
        result = joined(x);
        break;
      case 3:
        result = reduced(x);
        break;
      case 4:
        result = reshaped(x);
        break;
      case 5:
        result = padded(x);
        break;
      case 6:
        result = placed(x);
        break;
      case 7:
        result = rolled(x);
        break;
      case 8:
        result = below(2) == 0 ? taken(x) : cumulated(x);
        break;
      default:
        result = combined(x, any());
    }
    if (result.plain.values.size() > 4000) return;
    for (const double value : result.plain.values) {
      if (std::abs(value) < 1000) continue;
      result.plain = made(result.plain.shape, [&, whole = result.plain](const Place& place) {
        return std::fmod(whole.at(place), 13.0);
      });
      result.array = fmod(result.array, 13.0);
      break;
    }
    if (below(8) == 0) result.array = result.array.rechunk(chunks(result.plain.shape));
    pool_.push_back(std::move(result));
  }
  const std::vector<Member>& pool() const { return pool_; }

 private:
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
  }
  const Member& any() {
    return pool_[static_cast<std::size_t>(below(static_cast<std::int64_t>(pool_.size())))];
  }
  std::size_t axis_of(const Member& x) {
    return static_cast<std::size_t>(below(static_cast<std::int64_t>(x.plain.shape.size())));
  }

  Chunks chunks(const Shape& shape) {
    Chunks all;
    for (const std::int64_t extent : shape) {
      AxisChunks axis;
      for (std::int64_t left = extent; left > 0; left -= axis.back())
        axis.push_back(std::min(left, below(10) == 0 ? 0 : 1 + below(4)));
      if (axis.empty()) axis = {0};
      all.push_back(std::move(axis));
    }
    return all;
  }

  Member leaf() {
    Shape shape(static_cast<std::size_t>(below(4)));
    for (std::int64_t& extent : shape) extent = below(12) == 0 ? 0 : 1 + below(7);
    Plain plain = made(shape, [&](const Place&) {
      const std::int64_t kind = below(40);
      return kind == 0   ? std::numeric_limits<double>::quiet_NaN()
             : kind == 1 ? -0.0
                         : static_cast<double>(below(9) - 4);
    });
    switch (below(4)) {
      case 0: {
        const std::int64_t count = 1 + below(9), start = below(5) - 2, step = below(2) == 0 ? 2 : -1;
        return {arange<double>(static_cast<double>(start), static_cast<double>(start + count * step),
                               static_cast<double>(step), chunks({count})),
                made({count}, [&](const Place& at) { return static_cast<double>(start + at[0] * step); })};
      }
      case 1: {
        const auto numbers = floor(bask::random::default_rng(random_()).random(shape, chunks(shape)) * 9.0);
        const NdArray<double> values = numbers.compute();
        plain.values.assign(values.span().begin(), values.span().end());
        return {numbers, plain};
      }
      default:
        return {from_array<double>(std::span<const double>(plain.values), shape, chunks(shape)), plain};
    }
  }

  Member sliced(const Member& x) {
    std::vector<Index> indices;
    std::vector<std::int64_t> starts, steps;
    std::vector<int> to;  // the result's axis, or -1
    Shape shape;
    for (const std::int64_t extent : x.plain.shape) {
      if (extent > 0 && below(4) == 0) {
        const std::int64_t at = below(extent);
        indices.emplace_back(below(2) == 0 ? at : at - extent);
        starts.push_back(at), steps.push_back(0), to.push_back(-1);
        continue;
      }
      if (below(4) == 0) {
        indices.emplace_back(newaxis);
        shape.push_back(1);
      }
      const std::int64_t step = (1 + below(3)) * (below(2) == 0 ? 1 : -1);
      const std::int64_t count = below(extent + 1) / std::abs(step);
      const std::int64_t span = count == 0 ? 0 : (count - 1) * std::abs(step) + 1;
      const std::int64_t low = below(extent - span + 1), start = step > 0 ? low : low + span - 1;
      const std::int64_t end = start + count * step;
      indices.emplace_back(count == 0 ? slice(low, low)
                                      : Slice{start, end < 0 ? std::nullopt : std::optional(end), step});
      starts.push_back(start), steps.push_back(step), to.push_back(static_cast<int>(shape.size()));
      shape.push_back(count);
    }
    return {
        x.array.at(indices), made(shape, [&](const Place& place) {
          Place from;
          for (std::size_t k = 0; k < to.size(); ++k)
            from.push_back(starts[k] + (to[k] < 0 ? 0 : steps[k] * place[static_cast<std::size_t>(to[k])]));
          return x.plain.at(from);
        })};
  }

  Member transposed(const Member& x) {
    std::vector<std::int64_t> order;
    for (std::size_t k = 0; k < x.plain.shape.size(); ++k) order.push_back(static_cast<std::int64_t>(k));
    std::shuffle(order.begin(), order.end(), random_);
    Shape shape;
    for (const std::int64_t k : order) shape.push_back(x.plain.shape[static_cast<std::size_t>(k)]);
    return {order.empty() ? x.array : x.array.transpose(order), made(shape, [&](const Place& place) {
              Place from(place.size());
              for (std::size_t k = 0; k < order.size(); ++k)
                from[static_cast<std::size_t>(order[k])] = place[k];
              return x.plain.at(from);
            })};
  }

  Member joined(const Member& x) {
    if (x.plain.shape.empty())
      return {stack<double>({x.array, x.array}), {{2}, {x.plain.values[0], x.plain.values[0]}}};
    const std::size_t axis = axis_of(x);
    const Member mirrored{flip(x.array, Axes(static_cast<std::int64_t>(axis))),
                          made(x.plain.shape, [&](Place place) {
                            place[axis] = x.plain.shape[axis] - 1 - place[axis];
                            return x.plain.at(place);
                          })};
    Shape shape = x.plain.shape;
    shape[axis] *= 3;
    return {concatenate<double>({x.array, mirrored.array, x.array}, static_cast<std::int64_t>(axis)),
            made(shape, [&](Place place) {
              const std::int64_t part = place[axis] / x.plain.shape[axis];
              place[axis] %= x.plain.shape[axis];
              return (part == 1 ? mirrored : x).plain.at(place);
            })};
  }

  Member reduced(const Member& x) {
    std::vector<std::int64_t> axes;
    Shape kept = x.plain.shape, shape;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      if (below(2) == 0) axes.push_back(static_cast<std::int64_t>(k));
    }
    if (axes.empty()) {
      for (std::size_t k = 0; k < kept.size(); ++k) axes.push_back(static_cast<std::int64_t>(k));
    }
    for (const std::int64_t axis : axes) kept[static_cast<std::size_t>(axis)] = 1;
    const ReduceOptions options{.keepdims = below(2) == 0, .split_every = static_cast<int>(2 + below(3))};
    for (std::size_t k = 0; k < kept.size(); ++k) {
      if (options.keepdims || std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(k)) == axes.end())
        shape.push_back(kept[k]);
    }
    const bool empty = std::find(x.plain.shape.begin(), x.plain.shape.end(), 0) != x.plain.shape.end();
    const std::int64_t kind = empty ? 0 : below(6);
    std::vector<std::vector<double>> groups;
    each_place(kept, [&](const Place&) { groups.emplace_back(); });
    each_place(x.plain.shape, [&](const Place& place) {
      std::int64_t at = 0;
      for (std::size_t k = 0; k < kept.size(); ++k) at = at * kept[k] + (kept[k] == 1 ? 0 : place[k]);
      groups[static_cast<std::size_t>(at)].push_back(x.plain.at(place));
    });
    Plain plain{shape, {}};
    for (const std::vector<double>& group : groups) plain.values.push_back(reduction(kind, group));
    const bool one = axes.size() == 1;
    switch (kind) {
      case 0:
        return {x.array.sum(axes, options), plain};
      case 1:
        return {x.array.min(axes, options), plain};
      case 2:
        return {nanmax(x.array, axes, options), plain};
      case 3:
        if (!one && axes.size() != kept.size()) return x;
        return {x.array.argmin(one ? std::optional(axes[0]) : std::nullopt, options).astype<double>(), plain};
      case 4:
        // Bask's deviations have other rounding errors than those computed here.
        return {round(x.array.std(axes, {.ddof = 0, .keepdims = options.keepdims}) * 8.0), plain};
      default:
        return {x.array.any(axes, options).astype<double>(), plain};
    }
  }
  static double reduction(std::int64_t kind, const std::vector<double>& group) {
    double result = 0;
    std::size_t best = 0;
    for (std::size_t k = 1; k < group.size(); ++k) {
      const double x = group[k], y = group[best];
      const bool first =
          kind == 2 ? (std::isnan(y) && !std::isnan(x)) || x > y : !std::isnan(y) && (std::isnan(x) || x < y);
      if (first) best = k;
    }
    double sum = 0, squares = 0;
    for (const double x : group) {
      sum += x;
      result += x != 0;
    }
    const auto count = static_cast<double>(group.size());
    for (const double x : group) squares += (x - sum / count) * (x - sum / count);
    switch (kind) {
      case 0:
        return sum;
      case 3:
        return static_cast<double>(best);
      case 4:
        return std::nearbyint(std::sqrt(squares / count) * 8);
      case 5:
        return result > 0;
      default:
        return group[best];
    }
  }

  Member reshaped(const Member& x) {
    const auto count = static_cast<std::int64_t>(x.plain.values.size());
    Shape shape{count};
    for (std::int64_t factor = 2 + below(3); factor < 8; ++factor) {
      if (count > 0 && count % factor == 0 && below(3) > 0) {
        shape = {factor, count / factor};
        if (below(2) == 0) std::swap(shape[0], shape[1]);
        break;
      }
    }
    return {x.array.reshape(shape), {shape, x.plain.values}};
  }

  Member padded(const Member& x) {
    if (x.plain.shape.empty() || x.plain.values.empty()) return x;
    const std::size_t axis = axis_of(x);
    const std::int64_t length = x.plain.shape[axis], before = below(4), after = below(9);
    const auto mode = static_cast<PadMode>(below(5));
    std::vector<PadWidth> widths(x.plain.shape.size());
    widths[axis] = {before, after};
    Shape shape = x.plain.shape;
    shape[axis] += before + after;
    return {pad(x.array, widths, mode, 7.0), made(shape, [&](Place place) {
              std::int64_t at = place[axis] - before;
              if (mode == PadMode::kConstant && (at < 0 || at >= length)) return 7.0;
              if (mode == PadMode::kEdge) at = std::clamp<std::int64_t>(at, 0, length - 1);
              if (mode == PadMode::kWrap) at = (at + 100 * length) % length;
              while (at < 0 || at >= length) {  // reflected at both ends
                if (mode == PadMode::kReflect && length == 1) at = 0;
                if (at < 0) at = mode == PadMode::kReflect ? -at : -1 - at;
                if (at >= length) at = mode == PadMode::kReflect ? 2 * length - 2 - at : 2 * length - 1 - at;
              }
              place[axis] = at;
              return x.plain.at(place);
            })};
  }

  // Adds the indices along one axis to the values.
  Member placed(const Member& x) {
    if (x.plain.shape.empty()) return x;
    const std::size_t axis = axis_of(x);
    return {indices(x.plain.shape, chunks(x.plain.shape))[axis] + x.array,
            made(x.plain.shape,
                 [&](const Place& place) { return static_cast<double>(place[axis]) + x.plain.at(place); })};
  }

  Member rolled(const Member& x) {
    if (x.plain.shape.empty() || x.plain.values.empty()) return x;
    const std::size_t axis = axis_of(x);
    const std::int64_t shift = below(15) - 7, length = x.plain.shape[axis];
    return {roll(x.array, shift, Axes(static_cast<std::int64_t>(axis))),
            made(x.plain.shape, [&](Place place) {
              place[axis] = (place[axis] - shift + 10 * length) % length;
              return x.plain.at(place);
            })};
  }

  Member taken(const Member& x) {
    if (x.plain.shape.empty() || x.plain.values.empty()) return x;
    const std::size_t axis = axis_of(x);
    Index::Positions positions;
    for (std::int64_t k = below(9); k >= 0; --k) positions.push_back(below(x.plain.shape[axis]));
    Shape shape = x.plain.shape;
    shape[axis] = static_cast<std::int64_t>(positions.size());
    return {x.array.take(positions, static_cast<std::int64_t>(axis)), made(shape, [&](Place place) {
              place[axis] = positions[static_cast<std::size_t>(place[axis])];
              return x.plain.at(place);
            })};
  }

  Member cumulated(const Member& x) {
    if (x.plain.shape.empty()) return x;
    const std::size_t axis = axis_of(x);
    return {x.array.cumsum(static_cast<std::int64_t>(axis)), made(x.plain.shape, [&](Place place) {
              double sum = 0;
              for (std::int64_t last = place[axis], k = 0; k <= last; ++k) {
                place[axis] = k;
                sum += x.plain.at(place);
              }
              return sum;
            })};
  }

  Member combined(const Member& x, const Member& other) {
    Shape shape;
    const Member& y = broadcast(x.plain.shape, other.plain.shape, shape) ? other : x;
    broadcast(x.plain.shape, y.plain.shape, shape);
    const auto plain = [&](auto operation) {
      return made(shape, [&](const Place& place) {
        return operation(at_broadcast(x.plain, place), at_broadcast(y.plain, place));
      });
    };
    switch (below(5)) {
      case 0:
        return {x.array + y.array, plain([](double a, double b) { return a + b; })};
      case 1:
        return {x.array * y.array - 1.0, plain([](double a, double b) { return a * b - 1; })};
      case 2:
        return {maximum(x.array, y.array),
                plain([](double a, double b) { return std::isnan(a) || a >= b ? a : b; })};
      case 3:
        return {where(x.array < y.array, 3.0, x.array),
                plain([](double a, double b) { return a < b ? 3.0 : a; })};
      default:
        return {
            where(isnan(x.array), 0.0, x.array).template astype<std::int32_t>().template astype<double>() -
                y.array,
            plain([](double a, double b) { return (std::isnan(a) ? 0 : std::trunc(a)) - b; })};
    }
  }

  std::mt19937_64 random_;
  std::vector<Member> pool_;
};

void expect_equal(const NdArray<double>& found, const Plain& wanted, unsigned seed, std::size_t member) {
  ASSERT_EQ(Shape(found.shape().begin(), found.shape().end()), wanted.shape)
      << "seed " << seed << ", " << member;
  for (std::size_t k = 0; k < wanted.values.size(); ++k) {
    const double a = found.data()[k], b = wanted.values[k];
    ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b)))
        << "seed " << seed << ", member " << member << ", element " << k << ": " << a << " for " << b;
  }
}

TEST(RandomExpressions, AreWhatPlainCodeMakesOfThem) {
  const Client client(Options{.threads = 2});
  for (unsigned seed = 0; seed < 200; ++seed) {
    Program program(seed);
    for (int step = 0; step < 7; ++step) program.step();
    std::vector<Array<double>> arrays;
    for (const Member& member : program.pool()) arrays.push_back(member.array);
    const std::vector<NdArray<double>> found = compute(arrays);
    for (std::size_t k = 0; k < found.size(); ++k) expect_equal(found[k], program.pool()[k].plain, seed, k);
  }
}

}  // namespace
}  // namespace bask
