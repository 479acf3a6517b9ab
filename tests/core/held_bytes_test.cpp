// What values hold, compared with what malloc has handed out for them.
#include <gtest/gtest.h>
#include <bask/core/archive.hpp>
#include <bask/core/value.hpp>

#include <malloc.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <list>
#include <map>
#include <new>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace {
thread_local std::size_t handed_out = 0;  // by operator new, and not freed yet
}

void* operator new(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  handed_out += ::malloc_usable_size(memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) handed_out -= ::malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace bask::held_bytes_test {

// Makes a value, and compares what it says that it holds with what has been handed out for it.
template <class Make>
void expect_close(const char* type, const Make& make) {
  const std::size_t before = handed_out;
  Value value;
  value.emplace<decltype(make())>(make());
  const auto really = static_cast<double>(handed_out - before);
  EXPECT_TRUE(value.type()->tells_held_bytes) << type;
  EXPECT_NEAR(static_cast<double>(value.heap_bytes()), really, 0.15 * really) << type;
}

template <class T>
T grown(std::size_t count) {
  T some;
  for (std::size_t k = 0; k < count; ++k) some.insert(some.end(), typename T::value_type(k));
  return some;
}
std::vector<std::string> texts(std::size_t count, std::size_t length) {
  return std::vector<std::string>(count, std::string(length, 'x'));
}

TEST(HeldBytes, OfVectorsAreTheirCapacityNotTheirSize) {
  expect_close("reserved", [] {
    std::vector<double> few;
    few.reserve(10'000);
    few.resize(10);
    return few;
  });
  expect_close("grown", [] { return grown<std::vector<int>>(5000); });
  expect_close("cleared", [] {
    std::vector<double> none(1000);
    none.clear();
    return none;
  });
  expect_close("bits", [] { return std::vector<bool>(100'000); });
  expect_close("empty", [] { return std::vector<double>(); });
}

TEST(HeldBytes, OfStringsCountShortOnesOnlyAsTheObject) {
  expect_close("short", [] { return texts(1000, 12); });
  for (const std::size_t length : {16, 24, 40, 73, 200}) {
    expect_close("long", [=] { return texts(500, length); });
  }
  expect_close("reserved", [] {
    std::string text = "short";
    text.reserve(5000);
    return text;
  });
  expect_close("wide", [] { return std::vector<std::u32string>(300, std::u32string(20, U'x')); });
}

TEST(HeldBytes, OfContainersWithNodesCountTheNodes) {
  expect_close("map", [] {
    std::map<int, double> some;
    for (int k = 0; k < 1000; ++k) some[k] = k;
    return some;
  });
  expect_close("map of texts", [] {
    std::map<std::string, std::string> some;
    for (int k = 0; k < 1000; ++k) some[std::to_string(k)] = std::string(50, 'x');
    return some;
  });
  expect_close("set", [] { return grown<std::set<std::int64_t>>(1000); });
  expect_close("list", [] { return grown<std::list<double>>(1000); });
  expect_close("deque", [] { return grown<std::deque<double>>(1000); });
  expect_close("small deque", [] { return std::deque<char>(3); });
  expect_close("deque of large", [] { return std::deque<std::array<double, 100>>(40); });
  expect_close("unordered map", [] {
    std::unordered_map<int, double> some;
    for (int k = 0; k < 1000; ++k) some[k] = k;
    return some;
  });
  expect_close("unordered map of texts", [] {
    std::unordered_map<std::string, int> some;
    for (int k = 0; k < 1000; ++k) some["a text that is long enough to be outside " + std::to_string(k)] = k;
    return some;
  });
  expect_close("unordered set", [] { return grown<std::unordered_set<std::uint16_t>>(3000); });
}

TEST(HeldBytes, LookIntoWhatIsNested) {
  using Numbers = std::vector<double>;
  expect_close("vectors", [] { return std::vector<Numbers>(100, Numbers(100)); });
  expect_close("tiny vectors", [] { return std::vector<std::vector<char>>(1000, std::vector<char>(1)); });
  expect_close("three levels", [] { return std::vector<std::vector<std::string>>(20, texts(30, 40)); });
  expect_close("pairs", [] {
    return std::vector<std::pair<std::string, Numbers>>(50, {std::string(30, 'x'), Numbers(40)});
  });
  expect_close("tuple", [] { return std::tuple(Numbers(500), std::string(300, 'x'), 4); });
  expect_close("array", [] { return std::array<Numbers, 3>{Numbers(100), Numbers(), Numbers(50)}; });
  expect_close("optional", [] { return std::optional(Numbers(1000)); });
  expect_close("empty optionals", [] { return std::vector<std::optional<Numbers>>(500); });
  expect_close("variant", [] { return std::variant<int, Numbers, std::string>(Numbers(1000)); });
  expect_close("maps", [] {
    return std::vector<std::map<int, std::string>>(50, {{1, std::string(40, 'x')}, {2, "short"}});
  });
}

// A type that only says how it is encoded.
struct Particles {
  std::vector<double> places{};
  std::string name{};
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& places& name;
  }
};
// One that says what it holds.
struct Telling : Particles {
  std::size_t held_bytes() const { return places.capacity() * sizeof(double); }
};

TEST(HeldBytes, OfATypeThatCannotTellAreItsEncodedSize) {
  Particles some{std::vector<double>(10'000), std::string(500, 'x')};
  ByteWriter encoded;
  encode(encoded, some);
  EXPECT_EQ(held_bytes(some), encoded.size());
  EXPECT_GE(held_bytes(some), 80'500u);
  EXPECT_LE(held_bytes(some), 81'000u);
  Value value;
  value.emplace<Particles>(some);
  EXPECT_FALSE(value.type()->tells_held_bytes);
  EXPECT_EQ(value.heap_bytes(), encoded.size() + sizeof(Particles));
  EXPECT_EQ(held_bytes(std::vector(3, some)), 3 * (encoded.size() + sizeof(Particles)));
}

template <class T>
T encoded_and_back(const T& value) {
  ByteWriter writer;
  encode(writer, value);
  ByteReader reader(writer.bytes());
  return decode<T>(reader);
}

TEST(HeldBytes, OfWhatWasDecodedAreNoMoreThanItNeeds) {
  for (const std::size_t length : {16, 20, 29, 40}) {
    const std::vector<std::string> some = texts(100, length);
    EXPECT_EQ(encoded_and_back(some), some);
    EXPECT_EQ(held_bytes(encoded_and_back(some)), held_bytes(some)) << length;
  }
  const std::vector<std::vector<std::string>> nested(33, texts(5, 30));
  EXPECT_EQ(held_bytes(encoded_and_back(nested)), held_bytes(nested));
  std::vector<std::pair<int, std::string>> pairs(33, {1, std::string(20, 'x')});
  EXPECT_EQ(held_bytes(encoded_and_back(pairs)), held_bytes(pairs));
}

TEST(HeldBytes, AreToldByAMemberOrByAllParts) {
  EXPECT_TRUE(tells_held_bytes<Telling>());
  EXPECT_TRUE((tells_held_bytes<std::map<std::string, std::vector<Telling>>>()));
  EXPECT_TRUE((tells_held_bytes<std::tuple<int, std::optional<std::string>>>()));
  EXPECT_FALSE(tells_held_bytes<Particles>());
  EXPECT_FALSE((tells_held_bytes<std::map<int, std::vector<Particles>>>()));
  EXPECT_FALSE((tells_held_bytes<std::tuple<int, Particles>>()));
  EXPECT_FALSE((tells_held_bytes<std::variant<int, std::optional<Particles>>>()));
  EXPECT_FALSE((tells_held_bytes<std::pair<Particles, int>>()));
}

}  // namespace bask::held_bytes_test
