// Results whose type cannot tell what memory they hold: how they count, and what the user is told.
#include <gtest/gtest.h>
#include <bask/core/archive.hpp>
#include <bask/execution/encoded_sizes.hpp>

#include "limited_runtime.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bask::encoded_sizes_test {

struct Particles {
  std::vector<double> places{};
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& places;
  }
};
Particles make_particles(int count) {
  return {std::vector<double>(static_cast<std::size_t>(count), 1.5)};
}
double sum_of(const Particles& particles) {
  double sum = 0;
  for (const double place : particles.places) sum += place;
  return sum;
}

// It has nothing to be encoded once it was moved from.
struct Sole {
  std::unique_ptr<int> number = std::make_unique<int>(1);
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    if (number == nullptr) throw Error("Sole", "it was moved from", "");
    archive&* number;
  }
};
Sole make_sole() {
  return {};
}
int take_sole(Sole sole) {
  return *sole.number;
}

constexpr const char* kWarning =
    "bask: warning: make_particles: results of type bask::encoded_sizes_test::Particles cannot tell what "
    "memory they hold: a few are encoded to see it (78.1 KiB), and each counts against the memory limit as "
    "the largest of these; give the type a member 'std::size_t held_bytes() const'\n";

class EncodedSizesTest : public testing::TestWithParam<unsigned> {  // threads; 0 for the calling thread
 protected:
  // What is logged while so many results of so many numbers are made and summed up.
  std::string logged(LimitedRuntime& runtime, int results, int numbers) {
    testing::internal::CaptureStderr();
    for (int k = 0; k < results; ++k) {
      sums_.push_back(delayed<sum_of>(delayed<make_particles>(numbers)));
    }
    const std::vector<double> computed = compute(sums_);
    for (const double sum : computed) EXPECT_EQ(sum, 1.5 * numbers);
    EXPECT_EQ(runtime.ledger().held(), 0u);
    sums_.clear();
    return testing::internal::GetCapturedStderr();
  }
  std::vector<Delayed<double>> sums_;
};
INSTANTIATE_TEST_SUITE_P(Threads, EncodedSizesTest, testing::Values(0u, 3u));

TEST_P(EncodedSizesTest, CountAndAreToldOfOnceInALayerAndRun) {
  LimitedRuntime runtime(1'000'000, GetParam(), testing::TempDir());
  EXPECT_EQ(logged(runtime, 20, 10'000), kWarning);
  EXPECT_GE(runtime.peak(), 80'000u);
  EXPECT_LE(runtime.peak(), 1'000'000u);
  EXPECT_EQ(logged(runtime, 20, 10'000), kWarning) << "another run";
}

TEST_P(EncodedSizesTest, AreNotWorthAWordWhereTheyAreSmall) {
  LimitedRuntime runtime(1'000'000, GetParam(), testing::TempDir());
  EXPECT_EQ(logged(runtime, 20, 1000), "");
}

// It counts how often it was encoded, and fails the first time.
struct Costly {
  static inline std::atomic<int> encoded = 0;
  std::vector<double> places = std::vector<double>(1000);
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    if (++encoded == 1) throw std::runtime_error("not now");
    archive& places;
  }
};
Costly make_costly(int) {
  return {};
}
double first_of(const Costly& costly) {
  return costly.places[0];
}

TEST_P(EncodedSizesTest, AreSeenOfAFewResults) {
  LimitedRuntime runtime(10'000'000, GetParam(), testing::TempDir());
  Costly::encoded = 0;
  std::vector<Delayed<double>> all;
  for (int k = 0; k < 1000; ++k) all.push_back(delayed<first_of>(delayed<make_costly>(k)));
  compute(all);
  EXPECT_GE(Costly::encoded, 10) << "1, 2, 4, ..., 512";
  EXPECT_LE(Costly::encoded, 14) << "and what threads make before the first was seen";
  EXPECT_GE(runtime.peak(), 8'000u);
  EXPECT_EQ(runtime.ledger().held(), 0u);
}

TEST_P(EncodedSizesTest, AreNotAskedForOnceTheResultWasMovedFrom) {
  LimitedRuntime runtime(1'000'000, GetParam(), testing::TempDir());
  EXPECT_EQ(delayed<take_sole>(delayed<make_sole>()).compute(), 1);
  EXPECT_EQ(runtime.ledger().held(), 0u);
}

TEST_P(EncodedSizesTest, DoNotMatterWithoutALimit) {
  LimitedRuntime runtime(LimitedRuntime::kNoLimit, GetParam(), testing::TempDir());
  EXPECT_EQ(logged(runtime, 3, 10'000), "");
}

TEST_P(EncodedSizesTest, ResultsThatCannotTellMayLeaveAndComeBack) {
  LimitedRuntime runtime(500'000, GetParam(), testing::TempDir());
  testing::internal::CaptureStderr();
  const auto first = delayed<make_particles>(40'000).persist();
  const auto second = delayed<make_particles>(50'000).persist();
  EXPECT_LE(runtime.ledger().held(), 410'000u) << "one of the two has left";
  EXPECT_EQ(delayed<sum_of>(first).compute(), 60'000.0);
  EXPECT_EQ(delayed<sum_of>(second).compute(), 75'000.0);
  EXPECT_EQ(runtime.ledger().held(MemoryKind::kTransfer), 0u);
  testing::internal::GetCapturedStderr();
}

}  // namespace bask::encoded_sizes_test
