// Operators between Delayeds and constants, on either side, as tasks.
#include <gtest/gtest.h>
#include <bask/bask.hpp>

#include <map>
#include <numeric>
#include <string>

namespace bask::operators_test {

int same(int x) {
  return x;
}

class OperatorsTest : public testing::Test {
 protected:
  template <class T>
  static T value(const Delayed<T>& lazy) {
    return lazy.compute();
  }
  Client client_ = Client(Options{.scheduler = Scheduler::kSync});
  Delayed<int> seven_ = delayed<same>(7), three_ = delayed<same>(3);
};

TEST_F(OperatorsTest, CalculateWithDelayeds) {
  EXPECT_EQ(value(seven_ + three_), 10);
  EXPECT_EQ(value(seven_ - three_), 4);
  EXPECT_EQ(value(seven_ * three_), 21);
  EXPECT_EQ(value(seven_ / three_), 2);
  EXPECT_EQ(value(seven_ % three_), 1);
  EXPECT_EQ(value(seven_ & three_), 3);
  EXPECT_EQ(value(seven_ | three_), 7);
  EXPECT_EQ(value(seven_ ^ three_), 4);
  EXPECT_EQ(value(seven_ << three_), 56);
  EXPECT_EQ(value(seven_ >> three_), 0);
}

TEST_F(OperatorsTest, AssignWhatTheyMake) {
  Delayed<int> total = delayed(0);
  for (const int x : {1, 2, 3}) total += delayed<same>(x);
  total *= 10;
  total -= seven_;
  EXPECT_EQ(value(total), 53);
}

TEST_F(OperatorsTest, TakeAnElementOfAContainer) {
  const auto list = delayed(std::vector<int>{5, 6, 7});
  EXPECT_EQ(value(list[1]), 6);
  EXPECT_EQ(value(list[three_ - 1]), 7);
  EXPECT_EQ(value(delayed(std::map<std::string, int>{{"a", 1}})["a"]), 1);
  EXPECT_THROW(value(list[3]), TaskError);
}

TEST_F(OperatorsTest, TakeConstantsOnEitherSide) {
  EXPECT_EQ(value(seven_ - 2), 5);
  EXPECT_EQ(value(2 - seven_), -5);
  EXPECT_EQ(value(seven_ / 2.0), 3.5);
  EXPECT_EQ(value(21.0 / seven_), 3.0);
  EXPECT_EQ(value(1 << three_), 8);
}

TEST_F(OperatorsTest, CompareAndCombine) {
  EXPECT_TRUE(value(seven_ == 7) && value(7 != three_) && value(three_ < seven_) && value(seven_ > 3));
  EXPECT_TRUE(value(seven_ <= 7) && value(seven_ >= 7));
  EXPECT_TRUE(value(seven_ == 7 && three_ == 3) && value(seven_ == 0 || three_ == 3));
  EXPECT_FALSE(value(!(seven_ == 7)));
  EXPECT_EQ(value(-seven_), -7);
  EXPECT_EQ(value(+seven_), 7);
  EXPECT_EQ(value(~seven_), ~7);
}

TEST_F(OperatorsTest, JoinTexts) {
  const auto text = delayed([](int x) { return std::to_string(x); })(seven_);
  EXPECT_EQ(value(text + std::string("!")), "7!");
  EXPECT_EQ(value("no. " + text), "no. 7");
}

TEST_F(OperatorsTest, SumAListAsTheLessonDoes) {
  std::vector<Delayed<int>> list;
  for (int i = 0; i < 100; ++i) list.push_back(delayed<same>(i));
  EXPECT_EQ(value(std::accumulate(list.begin(), list.end(), delayed(0))), 4950);
}

TEST_F(OperatorsTest, ArePure) {
  const auto number = delayed<same>(1);
  EXPECT_EQ((number + 1).key(), (number + 1).key());
  EXPECT_NE((number + 1).key(), (number + 2).key());
  EXPECT_NE((number + 1).key(), (1 + number).key());
  EXPECT_NE((number + 1).key(), (delayed<same>(1) + 1).key());  // impure calls differ
}

}  // namespace bask::operators_test
