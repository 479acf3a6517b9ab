// Array programs too large for their memory limit: refused before a task runs; with the chunks that the
// message proposes, they end.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include "many.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <regex>

namespace bask {
namespace {

struct Side {
  std::int64_t rows, columns;
};

// A few operations on arrays of small whole numbers, which are exact in any order. Equal seeds make equal
// programs, but for the chunks of the arrays that they make.
class RandomProgram {
 public:
  RandomProgram(unsigned seed, std::optional<Side> chunks) : random_(seed) {
    if (below(2) == 0) size_ -= below(150);
    const Side own{below(3) == 0 ? size_ : size_ / 2, below(3) == 0 ? size_ : size_ / 2};
    chunks_ = chunks.value_or(own);
    for (int k = 0; k < 2; ++k) pool_.push_back(source());
    for (std::int64_t step = 2 + below(3); step > 0; --step) pool_.push_back(fmod(next(), 7.0));
  }
  NdArray<double> compute() const {
    const Array<double> last = pool_.back().persist();
    return last.sum(0).compute();
  }

 private:
  std::int64_t below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
  }
  const Array<double>& any() {
    return pool_[static_cast<std::size_t>(below(static_cast<std::int64_t>(pool_.size())))];
  }
  ChunkSpec chunks() const { return {chunks_.rows, chunks_.columns}; }

  Array<double> source() {
    if (below(2) == 0) return floor(random::default_rng(random_()).random({size_, size_}, chunks()) * 9.0);
    const Array<double> row = arange<double>(0.0, static_cast<double>(size_), 1.0, chunks_.columns);
    const Array<double> column = arange<double>(0.0, static_cast<double>(size_), 1.0, chunks_.rows);
    return fmod(column(slice(none, none), newaxis) * 3.0 + row, 11.0);
  }

  Array<double> next() {
    const Array<double>&x = any(), &y = any();
    const std::int64_t axis = below(2);
    switch (below(10)) {
      case 0:
        return matmul(x, y);
      case 1:
        return x.cumsum(axis);
      case 2:
        return x - x.sum(axis, {.keepdims = true});
      case 3:
        return every_second(concatenate({x, y}, axis), axis).rechunk(chunks()).cumsum(1 - axis);
      case 4:
        return stack({x, y}).sum(0).cumsum(axis);
      case 5:
        return x + y.T();
      case 6:
        return x.rechunk({chunks_.columns, chunks_.rows}).cumsum(axis);
      case 7:
        return x.take(positions(), axis);
      case 8:
        return rolled(x) + y.cumsum(axis);
      default:
        return x * 2.0 + y * any();
    }
  }
  static Array<double> every_second(const Array<double>& x, std::int64_t axis) {
    return axis == 0 ? x(slice(none, none, 2), slice(none, none))
                     : x(slice(none, none), slice(none, none, 2));
  }
  Array<double> rolled(const Array<double>& x) const {
    return concatenate({x(slice(100, none), slice(none, none)), x(slice(none, 100), slice(none, none))}, 0);
  }
  Index::Positions positions() {
    Index::Positions positions;
    for (std::int64_t k = 0; k < size_; ++k) positions.push_back(below(size_));
    return positions;
  }

  std::mt19937 random_;
  std::int64_t size_ = 512;
  Side chunks_{};
  std::vector<Array<double>> pool_;
};

Options options(std::uint64_t limit) {
  return {.threads = 2, .memory_limit = limit};
}

NdArray<double> value_of(unsigned seed, std::optional<Side> chunks, std::uint64_t limit) {
  const Client client(options(limit));
  return RandomProgram(seed, chunks).compute();
}

// The message with which the program is refused, empty when it fits.
std::string refusal_of(unsigned seed, std::uint64_t limit) {
  const Client client(options(limit));
  try {
    RandomProgram(seed, std::nullopt).compute();
  } catch (const Error& error) {
    EXPECT_EQ(client.last_compute().tasks, 0) << error.what();
    return error.what();
  }
  return "";
}

std::optional<Side> proposal_in(const std::string& message) {
  static const std::regex kProposal("; chunks of (\\d+) x (\\d+) would fit \\([0-9.]+ (KiB|MiB)\\)$");
  std::smatch match;
  if (!std::regex_search(message, match, kProposal)) return std::nullopt;
  return Side{std::stoll(match[1]), std::stoll(match[2])};
}

TEST(RefusedArrays, EndWithTheChunksThatAreProposed) {
  int refused = 0;
  for (unsigned seed = 0; refused < many(100); ++seed) {
    const std::uint64_t limit = (1 + seed % 4) * 512_KiB;
    const std::string message = refusal_of(seed, limit);
    if (message.empty()) continue;
    ++refused;
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + message);
    const std::optional<Side> proposed = proposal_in(message);
    ASSERT_TRUE(proposed);
    ASSERT_NO_THROW(EXPECT_EQ(value_of(seed, proposed, limit), value_of(seed, proposed, 4_GiB)));
  }
}

std::string refusal(const Array<double>& array, bool persists = false) {
  try {
    persists ? (void)array.persist() : (void)array.compute();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Array<double> random_array(const Shape& shape, const ChunkSpec& chunks) {
  return random::default_rng(1).random(shape, chunks);
}

TEST(RefusedArrays, AreToldTheTaskItsNeedAndChunksThatFit) {
  const Client client(options(1536_KiB));
  const auto x = random_array({512, 512}, {256, 256});
  EXPECT_EQ(refusal(matmul(x, x).sum()),
            "matmul: task (0, 0) needs 3 MiB (three inputs of 512 KiB, a result of 512 KiB, 1 MiB scratch), "
            "and this rank may use 1.5 MiB; chunks of 128 x 128 would fit (1.38 MiB)");
  const auto rows = random_array({1024, 1024}, {256, 1024}), columns = rows.T();
  EXPECT_EQ(
      refusal(matmul(rows, columns).sum()),
      "matmul: task (0, 1) needs 6 MiB (two inputs of 2 MiB, a result of 512 KiB, 1.5 MiB scratch), and this "
      "rank may use 1.5 MiB; chunks of 64 x 64 would fit (1.09 MiB)");
  EXPECT_EQ(
      refusal(columns.cumsum(0).sum()),
      "cumsum: task (0, 0) needs 4 MiB (results of 4 MiB), and this rank may use 1.5 MiB; chunks of 256 x "
      "256 would fit (1 MiB)");
  EXPECT_EQ(
      refusal(x.cumsum(0) + rows["0:512, 0:512"].cumsum(1), true),
      "add: task (0, 0) needs 2 MiB (two inputs of 1.5 MiB together, a result of 512 KiB), and this rank may "
      "use 1.5 MiB; chunks of 128 x 128 would fit (384 KiB)");
}

TEST(RefusedArrays, AreToldOfALimitWhereTheirChunksAreNotTheirOwn) {
  const Client client(options(1536_KiB));
  EXPECT_EQ(
      refusal(random_array({1024, 1024}, {1024, 256}).reshape({-1}).cumsum(0).sum()),
      "cumsum: task (1) needs 4 MiB (two inputs of 2 MiB together, a result of 2 MiB), and this rank may use "
      "1.5 MiB; use smaller chunks, or raise --bask-memory-limit to 5MiB");
}

TEST(RefusedArrays, AreTooLargeToBeBroughtInButMayBePersisted) {
  const Client client(options(1536_KiB));
  const auto x = random_array({1024, 512}, {128, 128});
  EXPECT_EQ(
      refusal(x),
      "memory limit: the results that were asked for have 4 MiB together, and this rank may use 1.5 MiB; "
      "persist them, write them to files, or compute in parts; or raise --bask-memory-limit");
  EXPECT_EQ(refusal(x, true), "");
}

}  // namespace
}  // namespace bask
