// The registry of types: every type that a Value may hold has one number, and no other number has a type.
#include <gtest/gtest.h>
#include <bask/core/type_registry.hpp>
#include <bask/core/value.hpp>

#include <string>

namespace bask {
namespace {

// A type that is only named inside a function: it is registered before main, too.
struct OnlyHere {
  int number = 0;
};

template <class T>
const ValueType& type_of_one() {
  Value value;
  value.emplace<T>();
  return *value.type();
}

TEST(TypeRegistry, KnowsEveryTypeByItsNumber) {
  const TypeRegistry& types = TypeRegistry::instance();
  for (const ValueType* type : {&type_of_one<int>(), &type_of_one<std::string>(), &type_of_one<OnlyHere>()}) {
    EXPECT_EQ(&types[type->number()], type);
  }
}

TEST(TypeRegistry, GivesDifferentTypesDifferentNumbers) {
  EXPECT_NE(type_of_one<int>().number(), type_of_one<unsigned>().number());
  EXPECT_NE(type_of_one<std::vector<int>>().number(), type_of_one<std::vector<double>>().number());
}

TEST(TypeRegistry, RefusesANumberThatNoTypeHas) {
  try {
    TypeRegistry::instance()[0xfffffffeu];
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("decode: a value's type has number 4294967294 of "), 0u);
  }
}

TEST(TypeRegistry, ReadsBackAValueOfATypeThatOnlyItsNumberNames) {
  Value sent;
  sent.emplace<std::string>("text");
  ByteWriter writer;
  sent.type()->encode(writer, std::as_const(sent).object());
  ByteReader reader(writer.bytes());
  const Value got = TypeRegistry::instance()[sent.type()->number()].decode(reader);
  ASSERT_EQ(*got.type()->info, typeid(std::string));
  EXPECT_EQ(got.get<std::string>(), "text");
}

TEST(TypeRegistry, HashesItsTypesInOrder) {
  TypeRegistry first, second, other_order;
  first.add(type_of_one<int>());
  first.add(type_of_one<double>());
  second.add(type_of_one<int>());
  EXPECT_NE(first.hash(), second.hash());
  EXPECT_EQ(second.add(type_of_one<double>()), 1u);
  EXPECT_EQ(first.hash(), second.hash());
  other_order.add(type_of_one<double>());
  other_order.add(type_of_one<int>());
  EXPECT_NE(first.hash(), other_order.hash());
}

}  // namespace
}  // namespace bask
