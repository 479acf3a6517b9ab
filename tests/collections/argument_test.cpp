// Arguments: Delayeds in containers of any depth, copies only where they are needed,
// large constants stored once.
#include <gtest/gtest.h>
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>

#include <atomic>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <set>

namespace bask::argument_test {

int increment(int x) {
  return x + 1;
}

// Counts its objects, and how often they were copied and moved.
struct Tracked {
  static inline std::atomic<int> alive{0}, copies{0};
  static void forget() { copies = 0; }
  explicit Tracked(int v) : number(v) { ++alive; }
  Tracked() : Tracked(0) {}
  Tracked(const Tracked& other) : number(other.number), filling(other.filling) { ++alive, ++copies; }
  Tracked(Tracked&& other) noexcept : number(other.number), filling(std::move(other.filling)) { ++alive; }
  Tracked& operator=(const Tracked&) = delete;
  ~Tracked() { --alive; }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& number;
    archive& filling;
  }
  int number;
  std::string filling = std::string(1000, 'x');  // too large to lie inside a task
};

Tracked make_tracked(int x) {
  return Tracked(x);
}
int read_tracked(const Tracked& tracked) {
  return tracked.number;
}
int own_tracked(Tracked tracked) {
  return std::exchange(tracked.number, -1);
}
Tracked change_tracked(Tracked tracked) {
  ++tracked.number;
  return tracked;
}

class ArgumentTest : public testing::Test {
 protected:
  Client client_ = Client(Options{.threads = 2});
  Delayed<int> one_ = delayed<increment>(0), two_ = delayed<increment>(1), three_ = delayed<increment>(2);
};

using Nested = ArgumentTest;

TEST_F(Nested, DelayedsArriveComputedInSequences) {
  const auto sum =
      delayed([](const auto& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); });
  EXPECT_EQ(sum(std::vector{one_, two_, three_}).compute(), 6);
  EXPECT_EQ(sum(std::list{one_, two_, three_}).compute(), 6);
  EXPECT_EQ(sum(std::deque{one_, one_}).compute(), 2);
  EXPECT_EQ(sum(std::array{two_, three_}).compute(), 5);
  EXPECT_EQ(sum(std::vector<Delayed<int>>()).compute(), 0);
}

TEST_F(Nested, DelayedsArriveComputedInMaps) {
  const auto weighted = delayed([](const auto& numbers) {
    int sum = 0;
    for (const auto& [weight, number] : numbers) sum += weight * number;
    return sum;
  });
  EXPECT_EQ(weighted(std::map<int, Delayed<int>>{{10, one_}, {100, two_}}).compute(), 210);
  EXPECT_EQ(weighted(std::unordered_map<int, Delayed<int>>{{10, three_}, {100, two_}}).compute(), 230);
}

TEST_F(Nested, DelayedsArriveComputedInPairsTuplesAndOptionals) {
  EXPECT_EQ(delayed([](std::pair<int, std::string> p) { return p.second + std::to_string(p.first); })(
                std::pair(two_, std::string("n")))
                .compute(),
            "n2");
  EXPECT_EQ(delayed([](const std::tuple<int, double, int>& t) { return std::get<0>(t) + std::get<2>(t); })(
                std::tuple(one_, 0.5, three_))
                .compute(),
            4);
  const auto or_zero = delayed([](std::optional<int> maybe) { return maybe.value_or(0); });
  EXPECT_EQ(or_zero(std::optional(two_)).compute(), 2);
  EXPECT_EQ(or_zero(std::optional<Delayed<int>>()).compute(), 0);
}

TEST_F(Nested, DelayedsArriveComputedAtAnyDepth) {
  using Deep = std::map<std::string, std::vector<std::tuple<Delayed<int>, std::optional<Delayed<int>>>>>;
  using Computed = std::map<std::string, std::vector<std::tuple<int, std::optional<int>>>>;
  const Deep deep{{"a", {{one_, two_}, {three_, std::nullopt}}}, {"b", {}}};
  const auto same = delayed([](const Computed& computed) { return computed; });
  EXPECT_EQ(same(deep).compute(), (Computed{{"a", {{1, 2}, {3, std::nullopt}}}, {"b", {}}}));
  EXPECT_EQ(delayed(deep).compute(), same(deep).compute());
  EXPECT_EQ(delayed([](const std::vector<std::vector<int>>& v) { return v[1][0]; })(
                std::vector<std::vector<Delayed<int>>>{{one_}, {two_, three_}})
                .compute(),
            2);
}

TEST_F(Nested, ConstantsStandBesideDelayeds) {
  const std::vector<double> large(1000, 0.5);
  const auto sum = delayed([](const std::tuple<int, std::vector<double>, std::string>& t) {
    return std::get<0>(t) + static_cast<int>(std::get<1>(t).size() + std::get<2>(t).size());
  });
  EXPECT_EQ(sum(std::tuple(one_, large, std::string("four"))).compute(), 1005);
}

using Constants = ArgumentTest;

TEST_F(Constants, OfTextComeAsStrings) {
  const auto size = delayed([](const std::string& text) { return text.size(); });
  const std::string large(5000, 'x');
  EXPECT_EQ(size("four").compute(), 4u);
  EXPECT_EQ(size(std::string_view("fi\0ve", 5)).compute(), 5u);
  EXPECT_EQ(size(large).compute(), 5000u);
  EXPECT_EQ(size(std::string_view(large)).compute(), 5000u);
}

TEST_F(Constants, OfSpansAreCopiedWhenTheCallIsMade) {
  std::vector<int> numbers{1, 2, 3};
  const auto sum =
      delayed([](std::span<const int> all) { return std::accumulate(all.begin(), all.end(), 0); });
  const auto lazy = sum(std::span(numbers));
  numbers.assign(3, 100);
  EXPECT_EQ(lazy.compute(), 6);
}

TEST_F(Constants, OfEverySizeArriveWhole) {
  const auto same = delayed([](const std::vector<char>& bytes) { return bytes; });
  for (const std::size_t size : {0, 1, 247, 248, 249, 255, 256, 257, 1000}) {
    const std::vector<char> bytes(size, 'b');
    EXPECT_EQ(same(bytes).compute(), bytes);
  }
  const std::array<double, 32> inside{1.5};
  const std::array<double, 33> outside{2.5};
  EXPECT_EQ(delayed([](const auto& numbers) { return numbers[0]; })(inside).compute(), 1.5);
  EXPECT_EQ(delayed([](const auto& numbers) { return numbers[0]; })(outside).compute(), 2.5);
}

TEST_F(Constants, ThatAreLargeAreStoredOnceWhileAnybodyNeedsThem) {
  ASSERT_EQ(Tracked::alive, 0);
  open_layer::close();  // a handle keeps its whole layer, and the fixture has handles
  {
    const auto constant = delayed(Tracked(5));
    EXPECT_EQ(Tracked::alive, 1);
    std::vector<Delayed<int>> readers;
    for (int i = 0; i < 10; ++i) readers.push_back(delayed<read_tracked>(constant));
    for (int i = 0; i < 10; ++i) readers.push_back(delayed<read_tracked>(Tracked(5)));
    EXPECT_EQ(Tracked::alive, 1);
    const std::vector<int> read = compute(readers);
    EXPECT_EQ(std::accumulate(read.begin(), read.end(), 0), 100);
    EXPECT_EQ(Tracked::alive, 1);
  }
  EXPECT_EQ(Tracked::alive, 0);
}

TEST_F(Constants, AreNeverChanged) {
  const auto constant = delayed(Tracked(5));
  EXPECT_EQ(delayed<own_tracked>(constant).compute(), 5);
  EXPECT_EQ(delayed<own_tracked>(constant).compute(), 5);
  EXPECT_EQ(constant.compute().number, 5);
}

using Copies = ArgumentTest;

TEST_F(Copies, AreNotMadeForReaders) {
  Tracked::forget();
  const auto made = delayed<make_tracked>(5);
  EXPECT_EQ((delayed<read_tracked>(made) + delayed<read_tracked>(made)).compute(), 10);
  EXPECT_EQ(Tracked::copies, 0);
}

TEST_F(Copies, AreNotMadeForASoleOwner) {
  Tracked::forget();
  Delayed<Tracked> chain = delayed<make_tracked>(0);
  for (int i = 0; i < 20; ++i) chain = delayed<change_tracked>(chain);
  EXPECT_EQ(chain.compute().number, 20);
  EXPECT_EQ(Tracked::copies, 0);
  EXPECT_EQ(Tracked::alive, 0);
}

TEST_F(Copies, AreMadeForAllOwnersButTheLast) {
  Tracked::forget();
  const auto made = delayed<make_tracked>(5);
  std::vector<Delayed<int>> owners;
  for (int i = 0; i < 4; ++i) owners.push_back(delayed<own_tracked>(made));
  EXPECT_EQ(compute(owners), (std::vector<int>{5, 5, 5, 5}));
  EXPECT_GE(Tracked::copies, 3);
  EXPECT_LE(Tracked::copies, 4);  // two tasks that own it at the same time both copy
}

TEST_F(Copies, ProtectWhatIsAskedForAsWell) {
  const auto made = delayed<make_tracked>(5);
  const auto [value, changed] = compute(made, delayed<change_tracked>(made));
  EXPECT_EQ(value.number, 5);
  EXPECT_EQ(changed.number, 6);
}

TEST_F(Copies, AreMadeWhereOneCallTakesAValueTwice) {
  const auto made = delayed<make_tracked>(5);
  const auto both = delayed([](Tracked a, Tracked b) {
    a.number += 10;
    return std::pair(a.number, b.number);
  });
  EXPECT_EQ(both(made, made).compute(), std::pair(15, 5));
}

TEST_F(Copies, AreNotMadeForInputs) {
  Tracked::forget();
  std::vector<Delayed<Tracked>> all;
  for (int i = 0; i < 10; ++i) all.push_back(delayed<make_tracked>(i));
  const auto sum = delayed([](Inputs<Tracked> tracked) {
    int total = 0;
    for (const Tracked& each : tracked) total += each.number;
    return total + tracked[9].number + static_cast<int>(tracked.size());
  });
  EXPECT_EQ(sum(all).compute(), 45 + 9 + 10);
  EXPECT_EQ(Tracked::copies, 0);
}

TEST_F(Copies, AreNotMadeForAVectorOfValuesReadNowhereElse) {
  Tracked::forget();
  std::vector<Delayed<Tracked>> all;
  for (int i = 0; i < 10; ++i) all.push_back(delayed<make_tracked>(i));
  const auto last = delayed([](const std::vector<Tracked>& tracked) { return tracked.back().number; })(all);
  EXPECT_EQ(last.compute(), 9);
  EXPECT_EQ(Tracked::copies, 0);
  EXPECT_EQ(compute(all).size(), 10u);
  EXPECT_EQ(Tracked::copies, 0);
}

TEST(EmptyDelayed, IsAPlaceToAssignTo) {
  const Client client({.scheduler = Scheduler::kSync});
  std::map<std::string, Delayed<int>> named;
  named["one"] = delayed(1);
  std::vector<Delayed<int>> list(2);
  list[0] = list[1] = named["one"];
  EXPECT_EQ(compute(list), (std::vector<int>{1, 1}));
  try {
    named["two"].compute();
    FAIL() << "an empty Delayed was computed";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "delayed: an empty Delayed is used; assign one that bask::delayed has made");
  }
}

TEST(Path, ArrivesAsAString) {
  const Client client({.scheduler = Scheduler::kSync});
  const auto extension = delayed([](const std::filesystem::path& path) { return path.extension().string(); });
  EXPECT_EQ(extension(std::filesystem::path("a/b.h5")).compute(), ".h5");
}

}  // namespace bask::argument_test
