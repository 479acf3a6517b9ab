// Records of CSV: quotes, headers, types, what is bad and where, and hostile texts.
#include "text_files.hpp"

#include <bask/text/csv_lines.hpp>

#include <cmath>
#include <random>

namespace bask {
namespace {

struct Reading {
  std::string station;
  double speed = 0;
  std::optional<std::int16_t> gust;
  friend bool operator==(const Reading&, const Reading&) = default;
  static constexpr auto fields =
      bask::fields("station", &Reading::station, "speed", &Reading::speed, "gust", &Reading::gust);
};
using Readings = std::vector<Reading>;

class CsvTexts : public TextFiles {
 protected:
  Readings read(std::string_view text, const CsvOptions& options = {}) {
    return read_csv_lines<Reading>(whole(file("a.csv", text)), options);
  }
  std::string refusal(std::string_view text, const CsvOptions& options = {}) {
    return refusal_of([&] { read(text, options); });
  }
};

TEST_F(CsvTexts, FillStructuresByTheNamesOfTheirColumns) {
  const Readings two = {{"Oslo", 1.5, 3}, {"", -2e3, std::nullopt}};
  EXPECT_EQ(read("gust,other,speed,station\n3,x, 1.5 ,Oslo\n,y,-2e3,\n"), two);
  EXPECT_EQ(read("\xEF\xBB\xBFstation,speed,gust\r\nOslo,+1.5,3\r\n\r\n\"\",-2000,"), two);
  EXPECT_EQ(read("Oslo;1.5;3\n;-2e3;", {.delimiter = ';', .header = false}), two);
  EXPECT_EQ(read("1.5,Oslo\n", {.header = false, .columns = {"speed", "station"}}),
            (Readings{{"Oslo", 1.5, {}}}));
  EXPECT_EQ(read("a,b\n1.5,Oslo\n", {.columns = {"speed", "station"}}), (Readings{{"Oslo", 1.5, {}}}));
  EXPECT_EQ(read("station,speed\n"), Readings());
  EXPECT_TRUE(std::isnan(read("station,speed\nx,\n")[0].speed));
  EXPECT_TRUE(std::isnan(read("station,speed\nx,NaN\n")[0].speed));
  EXPECT_TRUE(std::isinf(read("station,speed\nx,-inf\n")[0].speed));
}

TEST_F(CsvTexts, HaveDelimitersQuotesAndLineBreaksWithinQuotes) {
  const Readings odd = {{"a,b", 1, {}}, {"say \"hi\"", 2, {}}, {"two\r\nlines\n", 3, {}}, {"", 4, {}}};
  EXPECT_EQ(read("station,speed\n\"a,b\",1\n\"say \"\"hi\"\"\",\"2\"\n\"two\r\nlines\n\",3\r\n\"\",4"), odd);
  EXPECT_EQ(read("'station','speed'\n'a,b',1\n'say \"hi\"',2\n'two\r\nlines\n',3\n'',4\n", {.quote = '\''}),
            odd);
  const std::string large(1'000'000, '\n');
  EXPECT_EQ(read("station,speed\n\"" + large + "\",1\nx,2\n"), (Readings{{large, 1, {}}, {"x", 2, {}}}));
}

TEST_F(CsvTexts, AreTheSameWhereverTheFileIsCut) {
  std::string text = "\xEF\xBB\xBFstation,speed\r\n";
  Readings expected;
  for (int i = 0; i < 20; ++i) {
    text += "\"s" + std::to_string(i) + "\"," + std::to_string(i) + (i % 2 == 0 ? "\n" : "\r\n\n");
    expected.push_back({"s" + std::to_string(i), double(i), {}});
  }
  file("a.csv", text);
  for (std::uint64_t size = 1; size < text.size(); ++size) {
    Readings all;
    for (const auto& stretch : text_stretches(path("a.csv"), {.blocksize = size})) {
      for_each_csv<Reading>(stretch, {}, [&](Reading&& one) { all.push_back(one); });
    }
    EXPECT_EQ(all, expected) << size;
  }
}

TEST_F(CsvTexts, GiveColumnsAsVectors) {
  const TextStretch stretch = whole(file("a.csv", "n,x,name\n1,0.5,a\n2,,b\nx,3,c\n-4,4,d\n"));
  const auto [columns, count] =
      read_csv_columns<std::string, std::int64_t>(stretch, {"name", "n"}, {.errors = Errors::kSkip});
  EXPECT_EQ(std::get<0>(columns), (Texts{"a", "b", "d"}));
  EXPECT_EQ(std::get<1>(columns), (std::vector<std::int64_t>{1, 2, -4}));
  EXPECT_EQ(count.read, 3U);
  EXPECT_EQ(count.skipped, 1U);
  EXPECT_EQ(std::get<0>(read_csv_columns<double>(stretch, {"x"}).columns)[3], 4.0);
}

TEST_F(CsvTexts, ThatAreBadTellTheirPlace) {
  const std::string good = "station,speed,gust\nOslo,1,2\n";
  EXPECT_EQ(refusal(good + "Bergen,fast,3\n"), "read_csv('" + path("a.csv") +
                                                   "'), line 3, column 8: column 'speed': 'fast' is not a "
                                                   "number: Bergen,fast,3; correct it, or skip such "
                                                   "records with .errors = bask::Errors::kSkip");
  EXPECT_TRUE(
      says(refusal(good + "a,1\n"), ", line 3, column 3: there are 2 fields where 3 are wanted: a,1; "));
  EXPECT_TRUE(says(refusal(good + "a,1,2,3\n"), ", line 3, column 7: there are 4 fields where 3 are wanted"));
  EXPECT_TRUE(
      says(refusal(good + "a,1,32768\n"), "column 'gust': '32768' is out of the range -32768 to 32767"));
  EXPECT_TRUE(says(refusal(good + "a,1,1.5\n"), "column 'gust': '1.5' is not an integer"));
  EXPECT_TRUE(says(refusal(good + "a,1e999,\n"), "'1e999' is too large for a double"));
  EXPECT_TRUE(says(refusal(good + "\"a\"b,1,\n"),
                   ", line 3, column 4: there is text behind a closing quote: \"a\"b,1,; "));
  EXPECT_TRUE(
      says(refusal(good + "x,1,\n\"a\nb,1,\n"), ", line 4, column 1: this quote is not closed: \"a; "));
  EXPECT_TRUE(
      says(refusal(good + "\"a\nb\",fast,\n"), ", line 4, column 4: column 'speed': 'fast' is not a number"));
}

TEST_F(CsvTexts, TellWhatIsWrongWithTheirHeader) {
  EXPECT_TRUE(says(
      refusal("station;speed\na;1\n"),
      "a.csv'): there is no column 'station'; its columns are station;speed; see that the delimiter is ','"));
  EXPECT_TRUE(says(refusal(""), "a.csv'): the file is empty: there is no header; name other files"));
  EXPECT_EQ(read("", {.header = false}), Readings());
}

TEST_F(CsvTexts, ThatAreCutWithinQuotesAreAnErrorThatSaysSo) {
  std::string text = "station,speed\n";
  for (int i = 0; i < 50; ++i) text += "\"one\ntwo\nthree\n\"," + std::to_string(i) + "\n";
  file("a.csv", text);
  std::string refusals;
  for (const auto& stretch : text_stretches(path("a.csv"), {.blocksize = 400})) {
    refusals += refusal_of([&] { read_csv_lines<Reading>(stretch); });
  }
  EXPECT_TRUE(
      says(refusals, "this quote is not closed before the part of the file ends that is read at once"));
  EXPECT_TRUE(says(
      refusals, "; read files whose quoted fields have line breaks with blocksize 0, correct it, or skip"));
  EXPECT_EQ(read(text).size(), 50U);
}

TEST_F(CsvTexts, ThatAreBadAreSkippedAndCounted) {
  const std::string text = "station,speed,gust\na,1,\nb,x,\nc\nd,1,1,1\ne,2,\n\"f,3,\ng,4,\n";
  EXPECT_EQ(read(text, {.errors = Errors::kSkip}), (Readings{{"a", 1, {}}, {"e", 2, {}}, {"g", 4, {}}}));
  const RecordCount count =
      for_each_csv<Reading>(whole(path("a.csv")), {.errors = Errors::kSkip}, [](Reading&&) {});
  EXPECT_EQ(count.read, 3U);
  EXPECT_EQ(count.skipped, 4U);
  EXPECT_TRUE(says(count.first_mistake, "a.csv'), at byte 26: column 'speed': 'x' is not a number: b,x,"));
}

TEST_F(CsvTexts, OfRandomBytesAreErrorsOrRecordsAndNoCrash) {
  std::mt19937 random(3);
  const std::string_view letters = "\"\",,\n\n\r0123456789.-eEnaif \xFF\xC3";
  for (int i = 0; i < 1500; ++i) {
    std::string text = i % 2 == 0 ? "station,speed\n" : "";
    for (std::size_t n = random() % 60; n > 0; --n) text += letters[random() % letters.size()];
    read(text, {.header = i % 2 == 0, .columns = {"station", "speed"}, .errors = Errors::kSkip});
    file("a.csv", text);
    for (const auto& stretch : text_stretches(path("a.csv"), {.blocksize = 9})) {
      refusal_of([&] { read_csv_lines<Reading>(stretch, {.errors = Errors::kSkip}); });
    }
  }
}

}  // namespace
}  // namespace bask
