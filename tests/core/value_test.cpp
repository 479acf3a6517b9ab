// Values of any type: where they lie, how they move, when they are destroyed, and how many bytes they hold.
#include <gtest/gtest.h>
#include <bask/core/archive.hpp>
#include <bask/core/value.hpp>

#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <string>

namespace bask {
namespace {

// Counts the objects that live and the copies that were made.
template <std::size_t kBytes>
struct Counted {
  static inline int alive = 0;
  static inline int copies = 0;
  Counted() { ++alive; }
  explicit Counted(int v) : number(v) { ++alive; }
  Counted(const Counted& other) : number(other.number) { ++alive, ++copies; }
  Counted(Counted&& other) noexcept : number(other.number) { ++alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --alive; }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& number;
  }
  int number = 0;
  std::byte rest[kBytes - sizeof(int)] = {};
};
using Small = Counted<8>;
using Large = Counted<100>;

struct MoveOnly {
  MoveOnly() = default;
  explicit MoveOnly(int v) : held(std::make_unique<int>(v)) {}
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive&* held;
  }
  std::size_t held_bytes() const { return held ? sizeof(int) : 0; }
  std::unique_ptr<int> held;
};

struct alignas(64) Aligned {
  double numbers[8] = {};
};

TEST(Value, IsEmptyAtFirstAndAfterReset) {
  Value value;
  EXPECT_FALSE(value.has_value());
  EXPECT_EQ(value.heap_bytes(), 0u);
  value.emplace<int>(3);
  EXPECT_TRUE(value.has_value());
  EXPECT_EQ(*value.type()->info, typeid(int));
  value.reset();
  EXPECT_FALSE(value.has_value());
}

TEST(Value, KeepsSmallObjectsInsideAndLargeOnesOutside) {
  Value value;
  value.emplace<std::array<double, 3>>();
  EXPECT_TRUE(value.type()->is_inline && value.type()->is_trivial);
  value.emplace<std::vector<int>>();
  EXPECT_TRUE(value.type()->is_inline);
  EXPECT_FALSE(value.type()->is_trivial);
  value.emplace<std::array<double, 4>>();
  EXPECT_FALSE(value.type()->is_inline);
  EXPECT_EQ(sizeof(Value), 32u);
}

template <class Object>
void expect_each_object_destroyed_once() {
  {
    Value a;
    a.emplace<Object>(1);
    Value b = std::move(a);
    EXPECT_FALSE(a.has_value());
    EXPECT_EQ(b.get<Object>().number, 1);
    Value c;
    c.emplace<Object>(2);
    c = std::move(b);
    EXPECT_EQ(c.get<Object>().number, 1);
    EXPECT_EQ(Object::alive, 1);
    c.emplace<Object>(3);
    EXPECT_EQ(Object::alive, 1);
    Value& self = c;
    c = std::move(self);
    EXPECT_EQ(c.get<Object>().number, 3);
  }
  EXPECT_EQ(Object::alive, 0);
  EXPECT_EQ(Object::copies, 0);
}

TEST(Value, DestroysEachObjectOnceAndCopiesNone) {
  expect_each_object_destroyed_once<Small>();
  expect_each_object_destroyed_once<Large>();
}

TEST(Value, HoldsMoveOnlyAndOveralignedTypes) {
  Value value;
  value.emplace<MoveOnly>(5);
  Value other = std::move(value);
  EXPECT_EQ(*other.get<MoveOnly>().held, 5);
  value.emplace<Aligned>();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&value.get<Aligned>()) % 64, 0u);
}

TEST(Value, IsEmptyWhenItsObjectCannotBeMade) {
  struct Throws {
    explicit Throws(bool yes) {
      if (yes) throw std::runtime_error("no");
    }
  };
  Value value;
  value.emplace<Throws>(false);
  EXPECT_THROW(value.emplace<Throws>(true), std::runtime_error);
  EXPECT_FALSE(value.has_value());
}

TEST(Value, IsEncodedAndDecodedByItsType) {
  Value value;
  value.emplace<std::map<std::string, int>>(std::map<std::string, int>{{"one", 1}});
  ByteWriter writer;
  value.type()->encode(writer, &value.get<std::map<std::string, int>>());
  ByteReader reader(writer.bytes());
  const Value copy = value.type()->decode(reader);
  EXPECT_EQ((copy.get<std::map<std::string, int>>().at("one")), 1);
}

template <class T>
const ContiguousType* contiguous_type() {
  Value value;
  value.emplace<T>();
  return value.type()->contiguous;
}

TEST(ContiguousValues, AreThoseWhoseElementsLieOneAfterTheOtherAndAreCopiedWhole) {
  EXPECT_NE(contiguous_type<std::vector<double>>(), nullptr);
  EXPECT_NE(contiguous_type<std::string>(), nullptr);
  EXPECT_EQ(contiguous_type<int>(), nullptr);
  EXPECT_EQ(contiguous_type<std::list<int>>(), nullptr);
  EXPECT_EQ(contiguous_type<std::vector<bool>>(), nullptr);
  EXPECT_EQ(contiguous_type<std::vector<std::string>>(), nullptr);
}

TEST(ContiguousValues, GrowPieceByPieceInTheMemoryThatWasReserved) {
  Value sent, got;
  std::vector<int>& numbers = sent.emplace<std::vector<int>>(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  const ContiguousType& type = *sent.type()->contiguous;
  const std::span<const std::byte> bytes = type.bytes(std::as_const(sent).object());
  EXPECT_EQ(bytes.size(), 400u);
  type.reserve(got, bytes.size());
  EXPECT_EQ(got.get<std::vector<int>>().size(), 0u);
  const std::byte* first = nullptr;
  for (std::size_t offset = 0; offset < bytes.size(); offset += 80) {
    std::byte* const to = type.grow(got, offset + 80);
    if (first == nullptr) first = to;
    EXPECT_EQ(to, first) << "it must not move";
    std::memcpy(to + offset, bytes.data() + offset, 80);
  }
  EXPECT_EQ(got.get<std::vector<int>>(), numbers);
}

TEST(ContiguousValues, RefuseBytesThatAreNoWholeElements) {
  Value value;
  EXPECT_THROW(contiguous_type<std::vector<double>>()->reserve(value, 81), Error);
  contiguous_type<std::string>()->reserve(value, 81);
  EXPECT_EQ(*value.type()->info, typeid(std::string));
}

template <class T>
std::size_t heap_bytes_of(T object) {
  Value value;
  value.emplace<T>(std::move(object));
  return value.heap_bytes();
}

TEST(HeapBytes, CountWhatContainersHold) {
  EXPECT_EQ(heap_bytes_of(5), 0u);
  EXPECT_EQ(heap_bytes_of(std::vector<double>(100)), 800u);
  EXPECT_EQ(heap_bytes_of(std::vector<std::vector<double>>(2, std::vector<double>(100))),
            2 * sizeof(std::vector<double>) + 8 + 1600)
      << "malloc has 56 bytes for 48";
  EXPECT_EQ(heap_bytes_of(std::array<char, 100>()), 100u);
  EXPECT_EQ(heap_bytes_of(MoveOnly(1)), sizeof(int));
}

TEST(HeapBytes, LookIntoPairsTuplesArraysOptionalsAndVariants) {
  using Numbers = std::vector<double>;
  const Numbers hundred(100);
  const auto inside = [](const auto& whole) { return held_bytes(whole); };
  EXPECT_EQ(inside(std::pair(1, hundred)), 800u);
  EXPECT_EQ(inside(std::tuple(hundred, hundred, 1)), 1600u);
  EXPECT_EQ(inside(std::array<Numbers, 3>{hundred, hundred, hundred}), 2400u);
  EXPECT_EQ(inside(std::optional(hundred)), 800u);
  EXPECT_EQ(inside(std::optional<Numbers>()), 0u);
  EXPECT_EQ(inside(std::variant<int, Numbers>(hundred)), 800u);
}

}  // namespace
}  // namespace bask
