// Bytes, archives and the encoding of values: decoding gives the value that was encoded,
// and refuses damaged bytes.
#include <gtest/gtest.h>
#include <bask/core/archive.hpp>
#include <bask/core/bytes.hpp>
#include <bask/core/serialization.hpp>
#include <boost/serialization/base_object.hpp>
#include <boost/serialization/export.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/shared_ptr.hpp>
#include <boost/serialization/unique_ptr.hpp>
#include <boost/serialization/vector.hpp>

#include <bitset>
#include <complex>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace bask {
namespace {

struct Point {
  char tag;
  double x;
  friend bool operator==(const Point&, const Point&) = default;
};

struct NoDefault {
  explicit NoDefault(int v) : value(v) {}
  int value;
  friend bool operator==(const NoDefault&, const NoDefault&) = default;
};

enum class Colour : std::uint8_t { kRed = 1, kBlue = 7 };

// Serialised by Boost through a private member function, as in users' classes.
class Grid {
 public:
  Grid() = default;
  Grid(std::string name, std::vector<double> cells) : name_(std::move(name)), cells_(std::move(cells)) {}
  friend bool operator==(const Grid&, const Grid&) = default;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& name_& wide_& cells_& counts_& good_;
  }
  std::string name_ = "unnamed";
  std::wstring wide_ = L"größe";
  std::vector<double> cells_;
  std::map<std::string, int> counts_{{"a", 1}, {"b", 2}};
  bool good_ = true;
};

// Serialised by a function outside of the class.
struct Outside {
  std::string text;
  int number = 0;
  friend bool operator==(const Outside&, const Outside&) = default;
};
template <class Archive>
void serialize(Archive& archive, Outside& outside, unsigned /*version*/) {
  archive& outside.text& outside.number;
}

struct Animal {
  virtual ~Animal() = default;
  virtual std::string speak() const = 0;
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};
struct Dog : Animal {
  std::string name;
  std::string speak() const override { return name + " barks"; }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& boost::serialization::base_object<Animal>(*this);
    archive& name;
  }
};
struct Kennel {
  std::unique_ptr<Animal> one;
  std::shared_ptr<Animal> two, same_as_two;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& one& two& same_as_two;
  }
};

}  // namespace

template <>
inline constexpr bool serialized_by_boost<Outside> = true;

}  // namespace bask

BOOST_CLASS_EXPORT(bask::Dog)

namespace bask {
namespace {

template <class T>
std::vector<std::byte> encoded(const T& value) {
  ByteWriter writer;
  encode(writer, value);
  return writer.take();
}

template <class T>
T decoded(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  T value = decode<T>(reader);
  reader.expect_end();
  return value;
}

// Decoding gives the value back, and refuses every prefix of its bytes.
template <class T>
void expect_round_trip(const T& value) {
  const std::vector<std::byte> bytes = encoded(value);
  EXPECT_TRUE(decoded<T>(bytes) == value) << typeid(T).name();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(decoded<T>(std::span(bytes).first(length)), Error)
        << typeid(T).name() << " from " << length << " of " << bytes.size() << " bytes";
  }
}

TEST(Bytes, AreReadInTheOrderWritten) {
  ByteWriter writer;
  writer.write_raw(std::uint8_t{7});
  writer.write_raw(2.5);
  writer.write("abc", 3);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.read_raw<std::uint8_t>(), 7);
  EXPECT_EQ(reader.read_raw<double>(), 2.5);
  EXPECT_EQ(reader.remaining(), 3u);
  EXPECT_EQ(reader.read(3)[1], std::byte{'b'});
  EXPECT_NO_THROW(reader.expect_end());
}

TEST(Bytes, SayHowManyAreMissing) {
  const std::vector<std::byte> three(3);
  try {
    ByteReader(three).read_raw<double>();
    FAIL() << "8 bytes were read of 3";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "decode: 8 bytes are needed and 3 are left; the bytes are truncated or corrupt, or were "
                 "written as another type");
  }
}

TEST(Bytes, SayHowManyAreLeftOver) {
  const std::vector<std::byte> bytes = encoded(std::string("abc"));
  ByteReader reader(bytes);
  EXPECT_EQ(decode<std::uint64_t>(reader), 3u);
  try {
    reader.expect_end();
    FAIL() << "three bytes were forgotten";
  } catch (const Error& error) {
    EXPECT_EQ(error.happened(), "3 bytes are left over");
  }
}

TEST(Bytes, TakenFromAWriterLeaveItEmpty) {
  ByteWriter writer;
  writer.write_raw(1);
  EXPECT_EQ(writer.take().size(), sizeof(int));
  EXPECT_EQ(writer.size(), 0u);
}

TEST(Serialization, RoundTripsWhatIsCopiedWhole) {
  expect_round_trip(42);
  expect_round_trip(-0.5);
  expect_round_trip(true);
  expect_round_trip(Colour::kBlue);
  expect_round_trip(Point{'p', 1.5});
  expect_round_trip(std::array<Point, 2>{Point{'a', 1}, Point{'b', 2}});
  expect_round_trip(std::complex<double>(1, -1));
  expect_round_trip(std::bitset<70>(5));
}

TEST(Serialization, RoundTripsStandardContainers) {
  expect_round_trip(std::string("text with \0 inside", 18));
  expect_round_trip(std::u32string(U"wörter"));
  expect_round_trip(std::vector<int>{1, 2, 3});
  expect_round_trip(std::vector<bool>{true, false, true});
  expect_round_trip(std::vector<Point>{{'a', 1}, {'b', 2}});
  expect_round_trip(std::vector<NoDefault>{NoDefault(3), NoDefault(4)});
  expect_round_trip(std::vector<std::string>{"", "one", "two"});
  expect_round_trip(std::list<double>{1.5, 2.5});
  expect_round_trip(std::deque<std::string>{"x", "y"});
  expect_round_trip(std::set<std::string>{"b", "a"});
  expect_round_trip(std::multiset<int>{1, 1, 2});
  expect_round_trip(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
  expect_round_trip(std::unordered_map<std::string, int>{{"one", 1}, {"two", 2}});
  expect_round_trip(std::unordered_set<int>{5, 3});
}

TEST(Serialization, RoundTripsPairsTuplesOptionalsAndVariants) {
  expect_round_trip(std::pair<int, std::string>(1, "one"));
  expect_round_trip(std::tuple<int, std::string, double>(1, "one", 1.0));
  expect_round_trip(std::optional<std::string>("there"));
  expect_round_trip(std::optional<std::string>());
  expect_round_trip(std::optional<int>(3));
  expect_round_trip(std::variant<int, std::string>("text"));
  expect_round_trip(std::variant<int, double>(2.5));
  expect_round_trip(std::variant<std::monostate, int>());
  expect_round_trip(std::array<std::string, 2>{"a", "b"});
}

TEST(Serialization, RoundTripsNestedContainers) {
  using Deep = std::map<std::string, std::vector<std::tuple<int, std::optional<std::set<std::string>>>>>;
  expect_round_trip(Deep{{"a", {{1, {}}, {2, std::set<std::string>{"x", "y"}}}}, {"b", {}}});
  expect_round_trip(std::vector<std::vector<std::vector<double>>>{{{1, 2}, {}}, {}, {{3}}});
  expect_round_trip(std::vector<Grid>{Grid("a", {1, 2}), Grid()});
}

TEST(Serialization, RoundTripsUsersTypesThroughBoost) {
  expect_round_trip(Grid("grid", {1.5, 2.5, 3.5}));
  expect_round_trip(Outside{"outside", 5});
  expect_round_trip(std::map<int, Outside>{{1, {"one", 1}}});
}

TEST(Serialization, RoundTripsPolymorphicPointersThroughBoost) {
  Kennel kennel;
  kennel.one = std::make_unique<Dog>();
  static_cast<Dog&>(*kennel.one).name = "Rex";
  kennel.two = kennel.same_as_two = std::make_shared<Dog>();
  static_cast<Dog&>(*kennel.two).name = "Bella";
  const auto copy = decoded<Kennel>(encoded(kennel));
  EXPECT_EQ(copy.one->speak(), "Rex barks");
  EXPECT_EQ(copy.two->speak(), "Bella barks");
  EXPECT_EQ(copy.two, copy.same_as_two);
}

TEST(Serialization, GivesEqualBytesForUnorderedContainersWhateverTheInsertionOrder) {
  std::unordered_map<std::string, int> up, down(1000);
  for (int i = 0; i < 100; ++i) up.emplace(std::to_string(i), i);
  for (int i = 100; i-- > 0;) down.emplace(std::to_string(i), i);
  EXPECT_EQ(encoded(up), encoded(down));
}

// Encodes an object in memory that was filled with `filler` before.
template <class T, class... Arguments>
std::vector<std::byte> encoded_over(int filler, Arguments... arguments) {
  alignas(T) std::byte storage[sizeof(T)];
  std::memset(storage, filler, sizeof(T));
  T* object = ::new (static_cast<void*>(storage)) T{arguments...};
  std::vector<std::byte> bytes = encoded(*object);
  object->~T();
  return bytes;
}

constexpr const char* kNoClearing = "this compiler cannot clear padding";

TEST(Serialization, DoesNotShowWhatLiesBetweenOrBehindMembers) {
  if (!kClearsPadding) GTEST_SKIP() << kNoClearing;
  EXPECT_EQ((encoded_over<Point>(0x00, 'a', 1.0)), (encoded_over<Point>(0xff, 'a', 1.0)));
  EXPECT_EQ(encoded_over<std::optional<int>>(0x00), encoded_over<std::optional<int>>(0xff));
  EXPECT_EQ((encoded_over<std::variant<double, char>>(0x00, 'a')),
            (encoded_over<std::variant<double, char>>(0xff, 'a')));
}

TEST(Serialization, ClearsPaddingInsideContainers) {
  if (!kClearsPadding) GTEST_SKIP() << kNoClearing;
  const auto bytes_of_padding = [](int filler) {
    std::vector<long double> numbers(4);
    std::memset(static_cast<void*>(numbers.data()), filler, 4 * sizeof(long double));
    for (long double& number : numbers) number = 1.0L;
    return encoded(numbers);
  };
  EXPECT_EQ(bytes_of_padding(0x00), bytes_of_padding(0xff));
  EXPECT_EQ(encoded(std::vector<Point>{{'a', 1}}).size(), 8 + sizeof(Point));
}

TEST(Serialization, RefusesACountThatCannotBeTrue) {
  for (const std::uint64_t count : {std::uint64_t{4}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    ByteWriter writer;
    writer.write_raw(count);
    writer.write("0123456789abcdef01234567", 24);  // three doubles
    ByteReader numbers(writer.bytes());
    EXPECT_THROW(decode<std::vector<double>>(numbers), Error);
    ByteReader texts(writer.bytes());
    EXPECT_THROW(decode<std::list<std::string>>(texts), Error);
  }
}

TEST(Serialization, RefusesAnAlternativeThatAVariantDoesNotHave) {
  ByteWriter writer;
  writer.write_raw(std::uint64_t{2});
  ByteReader reader(writer.bytes());
  EXPECT_THROW((decode<std::variant<int, std::string>>(reader)), Error);
}

// From any bytes, decoding gives a value or an Error, and never reads beyond them, as sanitizers check.
TEST(Serialization, SurvivesAnyDamage) {
  using Deep = std::map<std::string, std::vector<std::tuple<int, std::optional<std::set<std::string>>>>>;
  const auto whole = encoded(Deep{{"a", {{1, {}}, {2, std::set<std::string>{"x", "y"}}}}, {"b", {}}});
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    auto bytes = whole;
    for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = std::byte(random() % 256);
    try {
      decoded<Deep>(bytes);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(Serializable, TellsWhatCanTravel) {
  static_assert(Serializable<int> && Serializable<Point> && Serializable<std::vector<std::string>>);
  static_assert(Serializable<Grid> && Serializable<Outside> && Serializable<std::map<int, Grid>>);
  static_assert(!Serializable<int*> && !Serializable<std::string_view> && !Serializable<std::span<int>>);
  static_assert(!Serializable<std::vector<const char*>> && !Serializable<std::pair<int, int*>>);
  static_assert(!Serializable<std::optional<int*>> && !Serializable<std::array<std::string_view, 2>>);
  static_assert(!Serializable<std::variant<int, std::string_view>> && !Serializable<std::tuple<char*>>);
  static_assert(!Serializable<std::initializer_list<int>> && !Serializable<std::unique_ptr<int>>);
  static_assert(!Serializable<std::reference_wrapper<int>> && !Serializable<std::nullptr_t>);
  SUCCEED();
}

}  // namespace
}  // namespace bask
