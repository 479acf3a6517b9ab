// Structures whose fields are named: they go to other ranks and tell what memory they hold.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/core/held_bytes.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fields_test {

struct Place {
  std::string city;
  int number = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Person {
  std::string name;
  std::optional<double> height;
  std::map<std::string, Place> places;
  static constexpr auto fields =
      bask::fields("name", &Person::name, "height", &Person::height, "places", &Person::places);
  friend bool operator==(const Person&, const Person&) = default;
};

// Fields of these names that name nothing.
struct Other {
  std::vector<int> fields;
};
struct WithPointer {
  int* pointer = nullptr;
  std::string name;
  static constexpr auto fields = bask::fields("pointer", &WithPointer::pointer, "name", &WithPointer::name);
};

}  // namespace fields_test

template <>
inline constexpr auto bask::fields_of<fields_test::Place> = bask::fields("city", &fields_test::Place::city,
                                                                         "number",
                                                                         &fields_test::Place::number);

namespace bask {
namespace {

using namespace fields_test;

TEST(Fields, AreFoundInTheClassAndOutsideOfIt) {
  static_assert(HasFields<Person> && HasFields<Place> && HasFields<const Place>);
  static_assert(!HasFields<Other> && !HasFields<int> && !HasFields<std::string>);
  static_assert(Serializable<Person> && Serializable<std::vector<Person>> && !Serializable<Other>);
  static_assert(!Serializable<WithPointer>);
  std::string names;
  Place place{"Oslo", 3};
  for_each_field(place, [&](std::string_view name, auto& value) {
    names += std::string(name) + " ";
    if constexpr (std::is_same_v<decltype(value), int&>) value = 4;
  });
  EXPECT_EQ(names, "city number ");
  EXPECT_EQ(place.number, 4);
}

TEST(Fields, GoToOtherRanksOneByOne) {
  const std::vector<Person> people = {{"Anna", 1.75, {{"home", {"Oslo", 3}}, {"work", {"Bergen", -1}}}}, {}};
  ByteWriter writer;
  encode(writer, people);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(decode<std::vector<Person>>(reader), people);
  for (std::size_t bytes = 0; bytes < writer.size(); ++bytes) {
    ByteReader cut(writer.bytes().first(bytes));
    EXPECT_THROW(decode<std::vector<Person>>(cut), Error);
  }
}

TEST(Fields, HoldWhatEachOfThemHolds) {
  static_assert(tells_held_bytes<Person>() && tells_held_bytes<std::vector<Person>>());
  const Person person{std::string(1000, 'x'), 1.0, {{"home", {std::string(500, 'y'), 1}}}};
  EXPECT_EQ(held_bytes(person), held_bytes(person.name) + held_bytes(person.places));
  EXPECT_GT(held_bytes(person), 1500U);
}

}  // namespace
}  // namespace bask
