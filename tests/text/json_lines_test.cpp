// Records of JSON: what each type takes, what is bad and where, and hostile texts.
#include "text_files.hpp"

#include <bask/core/archive.hpp>
#include <bask/text/json_lines.hpp>
#include <bask/text/json_value.hpp>

#include <cmath>
#include <random>

namespace json_lines_test {

struct Address {
  std::string city;
  int number = 0;
  friend bool operator==(const Address&, const Address&) = default;
};

struct Person {
  std::string name;
  std::int8_t age = 0;
  std::optional<double> height;
  std::vector<std::string> tags;
  std::map<std::string, std::uint64_t> counts;
  std::optional<Address> address;
  bool is_here = false;
  static constexpr auto fields = bask::fields(
      "name", &Person::name, "age", &Person::age, "height", &Person::height, "tags", &Person::tags, "counts",
      &Person::counts, "address", &Person::address, "here", &Person::is_here);
  friend bool operator==(const Person&, const Person&) = default;
};

struct Age {
  int age = 0;
  static constexpr auto fields = bask::fields("age", &Age::age);
};

struct Tree {
  std::vector<Tree> children;
  static constexpr auto fields = bask::fields("children", &Tree::children);
};

}  // namespace json_lines_test

template <>
inline constexpr auto bask::fields_of<json_lines_test::Address> =
    bask::fields("city", &json_lines_test::Address::city, "number", &json_lines_test::Address::number);

namespace bask {
namespace {

using namespace json_lines_test;

class JsonRecords : public TextFiles {
 protected:
  template <class T>
  std::vector<T> read(std::string_view text, const JsonOptions& options = {}) {
    return read_json_lines<T>(whole(file("a.json", text)), options);
  }
  template <class T>
  std::string refusal(std::string_view text) {
    return refusal_of([&] { read<T>(text); });
  }
  std::vector<int> ages(std::string_view text, const JsonOptions& options = {}) {
    std::vector<int> all;
    for (const Age& one : read<Age>(text, options)) all.push_back(one.age);
    return all;
  }
};
using Numbers = std::vector<int>;

constexpr std::string_view kAnna =
    R"({"name": "Anna \"A\" \u00e4", "junk": {"age": [1, {}]}, "age": 41, "height": 1.75, "tags": ["a", ""], )"
    R"("counts": {"x": 18446744073709551615, "": 0}, "address": {"number": -3, "city": "Oslo"}, "here": true})";

TEST_F(JsonRecords, FillStructuresByTheNamesOfTheirFields) {
  const Person anna{"Anna \"A\" ä",      41,  1.75, {"a", ""}, {{"x", UINT64_MAX}, {"", 0}},
                    Address{"Oslo", -3}, true};
  const Person bob{"Bob", 0, {}, {}, {}, {}, false};
  const std::string text = std::string(kAnna) + "\r\n\r\n  \n" +
                           R"({"name":"Bob","age":0,"tags":[],"counts":{},"here":false,"height":null})";
  EXPECT_EQ(read<Person>(text), (std::vector{anna, bob}));
  EXPECT_EQ(read<Person>("\xEF\xBB\xBF" + text + "\n"), (std::vector{anna, bob}));
  EXPECT_EQ(read<Person>(json_line(anna)), std::vector{anna});
  ByteWriter writer;
  encode(writer, anna);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(decode<Person>(reader), anna);
}

TEST_F(JsonRecords, FindFieldsWithEscapesAndTakeTheLastOfTwo) {
  EXPECT_EQ(ages(R"({"\u0061ge": 3} )"), Numbers{3});
  EXPECT_EQ(ages(R"({"age": 3, "age": 4})"), Numbers{4});
  EXPECT_EQ(ages(R"({"ag\"e": 3, "age\"": 9, "age": 4})"), Numbers{4});
}

TEST_F(JsonRecords, AreTheSameWhereverTheFileIsCut) {
  std::string text;
  Numbers expected;
  for (int i = 0; i < 30; ++i) {
    text += "{\"age\": " + std::to_string(i) + "}" + (i % 3 == 0 ? "\r\n" : i % 3 == 1 ? "\n\n" : "\n");
    expected.push_back(i);
  }
  file("a.json", text);
  for (std::uint64_t size = 1; size < text.size(); ++size) {
    Numbers all;
    for (const auto& stretch : text_stretches(path("a.json"), {.blocksize = size})) {
      for_each_json<Age>(stretch, {}, [&](Age&& one) { all.push_back(one.age); });
    }
    EXPECT_EQ(all, expected);
  }
}

TEST_F(JsonRecords, ThatAreManyAndLargerThanABufferAreAllRead) {
  std::string text;
  long sum = 0;
  for (int i = 0; i < 20'000; ++i) {
    text += "{\"pad\": \"" + std::string(i == 777 ? 1'000'000 : 40, 'x') +
            "\", \"age\": " + std::to_string(i) + "}\n";
    sum += i;
  }
  long found = 0;
  const RecordCount count =
      for_each_json<Age>(whole(file("a.json", text)), {}, [&](Age&& one) { found += one.age; });
  EXPECT_EQ(found, sum);
  EXPECT_EQ(count.read, 20'000U);
  EXPECT_EQ(count.skipped, 0U);
}

TEST_F(JsonRecords, ThatAreBadTellTheirPlace) {
  const std::string good = "{\"age\": 1}\n{\"age\": 2}\n";
  EXPECT_EQ(refusal<Age>(good + "{\"age\": \"3\"}\n" + good),
            "read_json('" + path("a.json") +
                "'), line 3, column 9: field 'age': there is a string where an integer is wanted: {\"age\": "
                "\"3\"}; "
                "correct it, or skip such records with .errors = bask::Errors::kSkip");
  EXPECT_TRUE(says(refusal<Age>(good + "\n\n{\"age\": 3"), ", line 5, column 10: this is not JSON: "));
  EXPECT_TRUE(says(refusal<Age>("{\"age\": tru}\n"),
                   ", line 1, column 12: this is not JSON: invalid literal: {\"age\""));
  EXPECT_TRUE(says(refusal<Age>("{\"age\": 1} x\n" + good), ", line 1, column 12: this is not JSON: "));
  EXPECT_TRUE(
      says(refusal<Age>("{\"age\": 1} {\"age\": 2}\n" + good), ", line 1, column 12: this is not JSON: "));
  EXPECT_TRUE(says(refusal<Age>("{\"age\": 1,\n\"name\": 2}\n" + good), ", line 1, column "));
  EXPECT_TRUE(
      says(refusal<Age>("{\"old\": 1}\n"), ", line 1, column 1: there is no field 'age': {\"old\": 1}"));
  EXPECT_TRUE(says(refusal<Age>("[1]\n"), "there is an array where an object is wanted"));
  EXPECT_TRUE(says(refusal<Age>("7\n"), "there is a number where an object is wanted"));
  EXPECT_TRUE(says(refusal<Age>("\"\xFF\"\n"), "this is not JSON: "));
  EXPECT_TRUE(
      says(refusal<Age>(good + "{\"x\": \"\xFF\", \"age\": 1}\n"), ", line 3, column 8: this is not JSON: "));
  EXPECT_TRUE(says(refusal<Person>("{\"address\": {\"city\": \"x\", \"number\": null}}\n"),
                   "field 'address.number': there is null where an integer is wanted"));
}

TEST_F(JsonRecords, RefuseNumbersThatDoNotFit) {
  EXPECT_TRUE(says(refusal<Age>("{\"age\": 2147483648}"),
                   "field 'age': 2147483648 is out of the range -2147483648 to 2147483647"));
  EXPECT_TRUE(says(refusal<Age>("{\"age\": 1.0}"), "field 'age': 1.0 is not an integer"));
  EXPECT_TRUE(says(refusal<Age>("{\"age\": 99999999999999999999999}"), "is out of the range"));
  EXPECT_TRUE(says(refusal<std::vector<std::uint64_t>>("[18446744073709551616]"),
                   "18446744073709551616 is out of the range 0 to 18446744073709551615"));
  EXPECT_TRUE(says(refusal<std::vector<std::uint8_t>>("[-1]"), "-1 is out of the range 0 to 255"));
  EXPECT_TRUE(says(refusal<std::vector<double>>("[1e999]"), "1e999 is too large for a double"));
  EXPECT_TRUE(says(refusal<std::vector<float>>("[1e300]"), "too large"));
  EXPECT_TRUE(says(refusal<Age>("{\"age\": 01}"), "this is not JSON"));
  EXPECT_EQ(read<std::vector<std::int64_t>>("[-9223372036854775808, 9223372036854775807]"),
            (std::vector<std::vector<std::int64_t>>{{INT64_MIN, INT64_MAX}}));
  EXPECT_TRUE(std::isnan(read<std::vector<double>>("[null]")[0][0]));
}

TEST_F(JsonRecords, ThatAreBadAreSkippedAndCounted) {
  std::string text;
  Numbers expected;
  const std::string bad[] = {"{\"age\": }", "{\"age\": 1",   "}", "\"", "{\"age\": 1}}", "[[[", "\xFF",
                             "{\"a\": 1}",  "{\"age\": 1} 2"};
  for (int i = 0; i < 90; ++i) {
    text += "{\"age\": " + std::to_string(i) + "}\n" + bad[i % 9] + "\n";
    expected.push_back(i);
  }
  EXPECT_EQ(ages(text, {.errors = Errors::kSkip}), expected);
  const RecordCount count =
      for_each_json<Age>(whole(path("a.json")), {.errors = Errors::kSkip}, [](Age&&) {});
  EXPECT_EQ(count.read, 90U);
  EXPECT_EQ(count.skipped, 90U);
  EXPECT_TRUE(says(count.first_mistake, "read_json('" + path("a.json") + "'), at byte 19: this is not JSON"));
}

TEST_F(JsonRecords, OfACompressedFileAreReadAndTellTheirPlace) {
  const TextStretch stretch = whole(compressed("a.json.gz", "{\"age\": 1}\n{\"age\": x}\n"));
  EXPECT_TRUE(says(refusal_of([&] { read_json_lines<Age>(stretch); }),
                   "a.json.gz'), line 2, column 9: this is not JSON"));
}

TEST_F(JsonRecords, ThatAreNestedDeeplyAreAnErrorAndNoCrash) {
  const std::string deep(100'000, '['), closed = deep + std::string(100'000, ']');
  EXPECT_TRUE(says(refusal<Age>(deep), "is wanted"));
  EXPECT_TRUE(says(refusal<Json>(deep), "brackets are nested deeper than 1000"));
  EXPECT_TRUE(says(refusal<Json>(closed), "brackets are nested deeper than 1000"));
  EXPECT_EQ(ages("{\"junk\": " + closed + ", \"age\": 1}"), Numbers{1});
  EXPECT_NE(refusal<Age>("{\"junk\": " + deep + ", \"age\": 1}"), "");
  std::string tree;
  for (int i = 0; i < 100'000; ++i) tree += "{\"children\":[";
  EXPECT_TRUE(says(refusal<Tree>(tree), "brackets are nested deeper than 1000"));
  EXPECT_EQ(read<Tree>("{\"children\":[{\"children\":[]},{\"children\":[]}]}")[0].children.size(), 2U);
}

TEST_F(JsonRecords, OfTypesThatAreNotKnownBeforeAreDynamicValues) {
  const std::vector<Json> records = read<Json>(
      "{\"a\": [1, -2.5, null, true, \"x\"], \"b\": "
      "18446744073709551615}\n3\n\"text\"\nnull\n[]\n{}\nfalse\n");
  ASSERT_EQ(records.size(), 7U);
  EXPECT_EQ(records[0]["a"][1], -2.5);
  EXPECT_EQ(records[0]["b"], UINT64_MAX);
  EXPECT_TRUE(records[0]["a"][0].is_number_integer());
  EXPECT_EQ(records[1], 3);
  EXPECT_EQ(records[2], "text");
  EXPECT_TRUE(records[3].is_null());
  EXPECT_EQ(records[6], false);
  EXPECT_EQ(json_line(records[0]), "{\"a\":[1,-2.5,null,true,\"x\"],\"b\":18446744073709551615}");
  ByteWriter writer;
  encode(writer, records);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(decode<std::vector<Json>>(reader), records);
  EXPECT_TRUE(says(refusal<Json>("[1e999]"), "too large for a double"));
  EXPECT_TRUE(says(refusal<Json>("[123456789012345678901234567890]"), "is out of the range"));
  EXPECT_TRUE(says(refusal<Json>("1, 2"), "this is not JSON"));
  EXPECT_TRUE(says(refusal<Json>("1] [2"), "this is not JSON"));
}

TEST_F(JsonRecords, OfRandomBytesAreErrorsOrValuesAndNoCrash) {
  std::mt19937 random(5);
  const std::string_view letters = "{}[]\",:\\ \n\r\t0123456789.eE-+truefalsn\"age\"\xFF\xC3\xA4";
  for (int i = 0; i < 1500; ++i) {
    std::string text;
    for (std::size_t n = random() % 60; n > 0; --n) text += letters[random() % letters.size()];
    if (i % 3 == 0) text = "{\"age\": 1}\n" + text + "\n{\"age\": 2}\n";
    read<Age>(text, {.errors = Errors::kSkip});
    read<Json>(text, {.errors = Errors::kSkip});
  }
  for (int i = 0; i < 1500; ++i) {
    std::string text(kAnna);
    text += "\n" + text;
    for (std::size_t n = random() % 4; n > 0; --n)
      text[random() % text.size()] = letters[random() % letters.size()];
    read<Person>(text, {.errors = Errors::kSkip});
    const auto records = read<Json>(text, {.errors = Errors::kSkip});
    for (const Json& record : records) EXPECT_EQ(Json::parse(json_line(record)), record);
  }
}

}  // namespace
}  // namespace bask
