// Silence: which ranks have sent nothing for longer than the limit, at times that the test makes up.
#include <gtest/gtest.h>
#include <bask/cluster/silence.hpp>

namespace bask::silence_test {

using std::chrono::seconds;
constexpr Silence::Clock::time_point kStart = Silence::Clock::time_point(std::chrono::hours(1));

TEST(Silence, NamesTheFirstRankThatWasSilentForLongerThanTheLimit) {
  Silence silence(3, seconds(10));
  silence.expect(1, kStart);
  silence.expect(2, kStart);
  EXPECT_EQ(silence.silent(kStart + seconds(10)), std::nullopt);
  EXPECT_EQ(silence.silent(kStart + seconds(10) + std::chrono::nanoseconds(1)), 1u);
}

TEST(Silence, ExpectsNothingOfWhoWasNeverNamed) {
  const Silence silence(3, seconds(10));
  EXPECT_EQ(silence.silent(kStart + std::chrono::hours(100)), std::nullopt);
}

TEST(Silence, EndsWhenMoreParcelsHaveCome) {
  Silence silence(2, seconds(10));
  silence.expect(1, kStart);
  silence.note(1, 1, kStart + seconds(9));
  EXPECT_EQ(silence.silent(kStart + seconds(19)), std::nullopt);
  silence.note(1, 1, kStart + seconds(19));
  EXPECT_EQ(silence.silent(kStart + seconds(20)), 1u) << "no parcel has come since";
}

TEST(Silence, ExcusesARankUntilItHasSaidSomething) {
  Silence silence(2, seconds(10));
  silence.expect(1, kStart);
  silence.note(1, 4, kStart);
  silence.excuse(1, 5);
  silence.note(1, 5, kStart + seconds(100));
  EXPECT_EQ(silence.silent(kStart + seconds(1000)), std::nullopt);
  silence.note(1, 6, kStart + seconds(1000));
  EXPECT_EQ(silence.silent(kStart + seconds(1010)), std::nullopt);
  EXPECT_EQ(silence.silent(kStart + seconds(1011)), 1u);
}

TEST(Silence, StartsAnewWhenSomethingIsExpected) {
  Silence silence(2, seconds(10));
  silence.expect(1, kStart);
  silence.expect(1, kStart + seconds(8));
  EXPECT_EQ(silence.silent(kStart + seconds(18)), std::nullopt);
  EXPECT_EQ(silence.silent(kStart + seconds(19)), 1u);
}

TEST(Silence, IsNeverTooLongWithoutALimit) {
  Silence silence(2, seconds(0));
  silence.expect(1, kStart);
  EXPECT_EQ(silence.silent(kStart + std::chrono::hours(100)), std::nullopt);
}

}  // namespace bask::silence_test
