// delayed: lazy calls of functions, lambdas and function objects give what the calls themselves would.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>
#include <bask/graph/expand.hpp>

#include <atomic>
#include <memory>
#include <numeric>
#include <sstream>

namespace bask::delayed_test {

int increment(int x) {
  return x + 1;
}
int add(int x, int y) {
  return x + y;
}

class DelayedTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
};

using Functions = DelayedTest;

TEST_F(Functions, AreCalledWithValuesAndDelayeds) {
  const auto x = delayed<increment>(1);
  const auto y = delayed<increment>(2);
  EXPECT_EQ(delayed<add>(x, y).compute(), 5);
  EXPECT_EQ(delayed<add>(x, 10).compute(), 12);
  EXPECT_EQ(delayed<add>(1, 2).compute(), 3);
}

int calls = 0;
int count_call() {
  return ++calls;
}

TEST_F(Functions, RunOnlyWhenComputed) {
  calls = 0;
  const auto lazy = delayed<count_call>();
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(lazy.compute(), 1);
}

TEST_F(Functions, RunAgainAtEachCompute) {
  calls = 0;
  const auto lazy = delayed<count_call>();
  lazy.compute();
  EXPECT_EQ(lazy.compute(), 2);
}

TEST_F(Functions, ConvertArgumentsAsACallDoes) {
  const auto half = delayed([](double x) { return x / 2; });
  EXPECT_EQ(half(3).compute(), 1.5);
  EXPECT_EQ(half(delayed<increment>(2)).compute(), 1.5);
}

[[maybe_unused]] int overloaded(int) noexcept {
  return 1;
}
int overloaded(double) noexcept {
  return 2;
}

TEST_F(Functions, OfOneNameAreChosenByACast) {
  EXPECT_EQ(delayed<static_cast<int (*)(double)>(overloaded)>(1).compute(), 2);
}

TEST_F(Functions, ThatReturnReferencesGiveValues) {
  const auto same = delayed([](const std::string& text) -> const std::string& { return text; });
  EXPECT_EQ(same("text").compute(), "text");
}

TEST_F(Functions, ThatReturnNothingCanBeWaitedFor) {
  static std::atomic<int> sum{0};
  sum = 0;
  const auto first = delayed([](int x) { sum += x; })(5);
  const auto second = delayed([](std::monostate, int x) { return sum + x; })(first, 1);
  first.compute();
  EXPECT_EQ(sum, 5);
  EXPECT_EQ(second.compute(), 11);
}

TEST_F(Functions, AreGenericLambdasToo) {
  const auto twice = delayed([](const auto& x) { return x + x; });
  EXPECT_EQ(twice(2).compute(), 4);
  EXPECT_EQ(twice(std::string("ab")).compute(), "abab");
  const auto count = delayed([](const auto&... all) { return sizeof...(all); });
  EXPECT_EQ(count(1, "two", delayed<increment>(2)).compute(), 3u);
}

struct Scale {
  double factor = 1;
  double operator()(double x) const { return factor * x; }
};

struct Prefix {
  std::string text;
  std::string operator()(std::string rest, int times) const {
    for (int i = 0; i < times; ++i) rest.insert(0, text);
    return rest;
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& text;
  }
};

struct Total {
  int start = 0;
  int operator()(Inputs<int> numbers) const { return std::accumulate(numbers.begin(), numbers.end(), start); }
};

TEST_F(Functions, AreFunctionObjectsWithTheirState) {
  EXPECT_EQ(delayed(Scale{2.5})(delayed<increment>(1)).compute(), 5.0);
  EXPECT_EQ(delayed(Prefix{"ab"})("c", 2).compute(), "ababc");
  const std::vector<Delayed<int>> numbers{delayed<increment>(1), delayed<increment>(2)};
  EXPECT_EQ(delayed(Total{10})(numbers).compute(), 15);
}

struct Account {
  int balance = 0;
  std::string owner;
  int with_interest(int percent) const { return balance + balance * percent / 100; }
  int merged(Account other, Inputs<int> deposits) const {
    return balance + other.balance + std::accumulate(deposits.begin(), deposits.end(), 0);
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& balance& owner;
  }
};
Account account_of(int balance) {
  return {balance, "somebody"};
}

TEST_F(Functions, AreMembersOfALazyObject) {
  const auto account = delayed<account_of>(200);
  EXPECT_EQ(account.get<&Account::balance>().compute(), 200);
  EXPECT_EQ(account.get<&Account::owner>().compute(), "somebody");
  EXPECT_EQ(account.call<&Account::with_interest>(10).compute(), 220);
  EXPECT_EQ(account.call<&Account::with_interest>(delayed<increment>(9)).compute(), 220);
  EXPECT_EQ(delayed<&Account::with_interest>(account, 10).compute(), 220);
  const std::vector<Delayed<int>> deposits{delayed<increment>(0), delayed<increment>(1)};
  EXPECT_EQ(account.call<&Account::merged>(delayed<account_of>(1), deposits).compute(), 204);
}

std::tuple<int, std::string> number_and_text(int x) {
  return {x, std::to_string(x)};
}
std::array<double, 3> three(double x) {
  return {x, 2 * x, 3 * x};
}

TEST_F(Functions, ThatReturnSeveralValuesGiveEachOfThem) {
  const auto both = delayed<number_and_text>(7);
  EXPECT_EQ(both.get<0>().compute(), 7);
  EXPECT_EQ(both.get<1>().compute(), "7");
  EXPECT_EQ(delayed<three>(1.5).get<2>().compute(), 4.5);
  EXPECT_EQ(delayed([](int x) { return std::pair(x, 'c'); })(1).get<1>().compute(), 'c');
}

// Can be moved and sent, but not copied.
struct MoveOnly {
  MoveOnly() = default;
  explicit MoveOnly(int v) : value(std::make_unique<int>(v)) {}
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive&* value;
  }
  std::unique_ptr<int> value = std::make_unique<int>(0);
};
MoveOnly make_move_only(int x) {
  return MoveOnly(x);
}
int take_move_only(MoveOnly held) {
  return *held.value;
}

TEST_F(Functions, PassMoveOnlyValuesOn) {
  EXPECT_EQ(delayed<take_move_only>(delayed<make_move_only>(5)).compute(), 5);
  EXPECT_EQ(*delayed<make_move_only>(6).compute().value, 6);
  EXPECT_EQ(delayed([](const MoveOnly& held) { return *held.value; })(delayed<make_move_only>(7)).compute(),
            7);
}

TEST_F(Functions, CannotBothOwnAMoveOnlyValue) {
  const auto one = delayed<make_move_only>(5);
  try {
    compute(delayed<take_move_only>(one), delayed<take_move_only>(one));
    FAIL() << "one value went to two owners";
  } catch (const TaskError& error) {
    EXPECT_NE(std::string(error.what())
                  .find("a value that cannot be copied is passed by value more than once; "
                        "take it by const reference, or use it once, in a task without retries"),
              std::string::npos)
        << error.what();
  }
}

using Identity = DelayedTest;

std::atomic<int> executions{0};
int counted(int x) {
  ++executions;
  return x;
}

TEST_F(Identity, OfImpureCallsIsTheirOwn) {
  executions = 0;
  const auto a = delayed<counted>(1), b = delayed<counted>(1);
  EXPECT_NE(a.key(), b.key());
  EXPECT_EQ((a + b).compute(), 2);
  EXPECT_EQ(executions, 2);
}

TEST_F(Identity, OfEqualPureCallsIsOne) {
  executions = 0;
  const auto pure = delayed<counted>(DelayedOptions{.pure = true});
  const auto a = pure(1), b = pure(1), c = pure(2);
  EXPECT_EQ(a.key(), b.key());
  EXPECT_NE(a.key(), c.key());
  EXPECT_EQ((a + b + c).compute(), 4);
  EXPECT_EQ(executions, 2);
}

Key key_of_pure_program(const std::string& text) {
  const auto pure =
      delayed([](const std::string& a, int b) { return a.size() + static_cast<std::size_t>(b); },
              DelayedOptions{.pure = true});
  return (pure(text, 1) + pure(delayed(text + text), 2)).key();
}

TEST_F(Identity, OfPureWorkIsTheSameInEachBuild) {
  EXPECT_EQ(key_of_pure_program("a"), key_of_pure_program("a"));
  EXPECT_NE(key_of_pure_program("a"), key_of_pure_program("b"));
}

TEST_F(Identity, HasTheFunctionsNameOrTheUsers) {
  EXPECT_EQ(delayed<increment>(1).name().substr(0, 10), "increment-");
  EXPECT_EQ(delayed<increment>({.name = "mine"})(1).name().substr(0, 5), "mine-");
  EXPECT_EQ(delayed(Scale{})(1.0).name().substr(0, 6), "Scale-");
  EXPECT_EQ(delayed([](int x) { return x; })(1).name().substr(0, 7), "lambda-");
  EXPECT_EQ((delayed<increment>(1) + 1).name().substr(0, 4), "add-");
  std::ostringstream out;
  out << delayed<increment>({.name = "mine"})(1);
  EXPECT_EQ(out.str().substr(0, 14), "Delayed('mine-");
}

TEST_F(Identity, IsKeptByPersist) {
  const auto lazy = delayed<increment>(1);
  const auto held = lazy.persist();
  EXPECT_EQ(held.key(), lazy.key());
  EXPECT_EQ(held.name(), lazy.name());
}

using AnnotationsOfTasks = DelayedTest;

Annotations annotations_of(const TaskRef& ref) {
  const std::vector<const TaskRef*> targets{&ref};
  const Expansion expansion = expand(targets);
  return expansion.graph.annotations_of(expansion.targets[0]);
}

TEST_F(AnnotationsOfTasks, ComeFromOptionsAndScopes) {
  const annotate scope({.priority = 1, .retries = 2});
  const auto task = delayed<increment>({.priority = 9, .resources = {{"gpu", 1}}, .memory = 3_MiB})(1);
  const Annotations expected{.priority = 9, .retries = 2, .resources = {{"gpu", 1}}, .memory = 3_MiB};
  EXPECT_EQ(annotations_of(task.ref()), expected);
  EXPECT_EQ(annotations_of((delayed<increment>(1) + 1).ref()).retries, 2);
}

}  // namespace bask::delayed_test
