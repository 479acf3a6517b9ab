// Files that partitions are written to: their names, what is in them, and what is left of those that fail.
#include "text_files.hpp"

#include <sys/resource.h>
#include <bask/text/write_parts.hpp>

#include <cmath>
#include <csignal>

namespace bask {
namespace {

struct Station {
  std::string name;
  std::optional<double> height;
  std::int32_t count = 0;
  static constexpr auto fields =
      bask::fields("name", &Station::name, "height", &Station::height, "count", &Station::count);
  friend bool operator==(const Station&, const Station&) = default;
};

class Parts : public TextFiles {
 protected:
  const std::vector<Station> stations_ = {
      {"Oslo, \"N\"", 23.5, -3}, {"", std::nullopt, 7}, {"two\nlines", 0.1, 0}};
};

TEST_F(Parts, HaveTheirNumberInTheirName) {
  EXPECT_EQ(part_path("d/*.txt", 3, 10), "d/3.txt");
  EXPECT_EQ(part_path("d/*.txt", 3, 11), "d/03.txt");
  EXPECT_EQ(part_path("d/part-*.gz", 12, 1001), "d/part-0012.gz");
  EXPECT_EQ(part_path("d/all.txt", 0, 1), "d/all.txt");
  EXPECT_TRUE(
      says(refusal_of([] { part_path("d/all.txt", 0, 3); }),
           "to_text('d/all.txt'): there are 3 partitions, and one file for them; put a '*' into the path"));
  EXPECT_TRUE(
      says(refusal_of([] { part_path("d/*/*.txt", 0, 3); }), "there is more than one '*' in the path"));
}

TEST_F(Parts, OfTextAreReadBackFromEveryCompression) {
  Texts lines;
  for (int i = 0; i < 100'000; ++i) lines.push_back("line " + std::to_string(i));
  lines.push_back(std::string(1'000'000, 'x'));
  for (const char* name : {"a.txt", "a.txt.gz", "a.txt.zst"}) {
    write_text_part(path(name), lines);
    EXPECT_EQ(lines_of(path(name)), lines);
    const std::string first = bytes_of(path(name));
    write_text_part(path(name), lines);
    EXPECT_EQ(bytes_of(path(name)), first);
  }
  EXPECT_EQ(entries(), 3U);
  EXPECT_LT(std::filesystem::file_size(path("a.txt.gz")), std::filesystem::file_size(path("a.txt")));
}

TEST_F(Parts, OfJsonAreOneRecordInEachLine) {
  write_json_part(path("a.json"), stations_);
  EXPECT_EQ(bytes_of(path("a.json")),
            "{\"name\":\"Oslo, \\\"N\\\"\",\"height\":23.5,\"count\":-3}\n"
            "{\"name\":\"\",\"height\":null,\"count\":7}\n"
            "{\"name\":\"two\\nlines\",\"height\":0.1,\"count\":0}\n");
  EXPECT_EQ(read_json_lines<Station>(whole(path("a.json"))), stations_);
  EXPECT_EQ(json_line(std::vector<double>{1e300, 0.1, NAN}), "[1e+300,0.1,null]");
  EXPECT_EQ(json_line(std::map<std::string, bool>{{"ü\x01", true}}), "{\"ü\\u0001\":true}");
}

TEST_F(Parts, OfCsvHaveAHeaderAndQuotesWhereTheyAreNeeded) {
  write_csv_part(path("a.csv"), stations_);
  EXPECT_EQ(bytes_of(path("a.csv")),
            "name,height,count\n\"Oslo, \"\"N\"\"\",23.5,-3\n\"\",,7\n\"two\nlines\",0.1,0\n");
  EXPECT_EQ(read_csv_lines<Station>(whole(path("a.csv"))), stations_);
  write_csv_part(path("b.csv"), stations_, {.delimiter = ';', .header = false});
  EXPECT_TRUE(bytes_of(path("b.csv")).starts_with("\"Oslo, \"\"N\"\"\";23.5;-3\n"));
  EXPECT_EQ(read_csv_lines<Station>(whole(path("b.csv")), {.delimiter = ';', .header = false}), stations_);
}

TEST_F(Parts, ThatCannotBeWrittenLeaveNothingBehind) {
  EXPECT_TRUE(says(refusal_of([&] { write_text_part(path("none/a.txt"), Texts{"x"}); }),
                   "to_text('" + path("none/a.txt") + "'): there is no directory"));
  write_text_part(path("a.json"), Texts{"old"});
  const std::vector<std::string> broken = {"\xFF"};
  EXPECT_TRUE(says(refusal_of([&] { write_json_part(path("a.json"), broken); }),
                   "to_json: there is a string that is not UTF-8: \uFFFD; JSON is UTF-8"));
  EXPECT_TRUE(says(refusal_of([&] { write_json_part(path("a.json"), std::vector{HUGE_VAL}); }),
                   "there is an infinite number, which JSON cannot hold"));
  EXPECT_EQ(bytes_of(path("a.json")), "old\n");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(Parts, ThatFindNoRoomLeaveTheOldFile) {
  write_text_part(path("a.txt"), Texts{"old"});
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{100'000, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string refusal =
      refusal_of([&] { write_text_part(path("a.txt"), Texts(1000, std::string(1000, 'x'))); });
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_TRUE(says(
      refusal, "to_text('" + path("a.txt") + "'): cannot write it: File too large; write to a directory"));
  EXPECT_EQ(bytes_of(path("a.txt")), "old\n");
  EXPECT_EQ(entries(), 1U);
}

}  // namespace
}  // namespace bask
