// Bags of the lines and records of files, and files of bags.
#include "../array/message_of.hpp"
#include "bag_shapes.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace bask::bag_files_test {

struct Station {
  std::string name;
  double speed = 0;
  std::optional<std::int32_t> height;
  static constexpr auto fields =
      bask::fields("name", &Station::name, "speed", &Station::speed, "height", &Station::height);
  friend bool operator==(const Station&, const Station&) = default;
};

class BagFiles : public BagTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("bag_files_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  static std::string text_of(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(name, std::ios::binary).rdbuf();
    return text.str();
  }
  static std::vector<Station> stations() {
    std::vector<Station> list;
    for (int i = 0; i < 200; ++i) {
      list.push_back({"station, \"" + std::to_string(i) + "\"", i / 8.0, std::nullopt});
      if (i % 3 == 0) list.back().height = i;
    }
    return list;
  }
  std::filesystem::path folder_;
};

TEST_F(BagFiles, LinesComeInTheirOrderHoweverFilesAreCut) {
  std::vector<std::string> expected;
  for (const std::string name : {"a2.txt", "a10.txt"}) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
      expected.push_back(name + " line " + std::to_string(i));
      text += expected.back() + (i % 2 == 0 ? "\n" : "\r\n");
    }
    file(name, text);
  }
  for (const std::uint64_t blocksize : {0u, 100u, 1000u, 1u << 20}) {
    const auto lines = bag::read_text(path("a*.txt"), {.blocksize = blocksize});
    EXPECT_EQ(lines.npartitions() > 2, blocksize == 100 || blocksize == 1000);
    EXPECT_EQ(lines.compute(), expected) << blocksize;
    EXPECT_EQ(lines.filter([](const std::string& line) { return line.ends_with("7"); }).count().compute(),
              60);
  }
  EXPECT_EQ(bag::read_text(path("a2.txt"), {.keep_ends = true}).take(2),
            (std::vector<std::string>{"a2.txt line 0\n", "a2.txt line 1\r\n"}));
}

TEST_F(BagFiles, RecordsComeBackAsTheyWereWritten) {
  const auto bag = bag::from_sequence(stations(), {.partitions = 11});
  for (const std::string ending : {"json", "json.gz"}) {
    const auto names = bag.to_json(path("s-*." + ending));
    ASSERT_EQ(names.size(), 11u);
    EXPECT_EQ(names[3], path("s-03." + ending));
    EXPECT_EQ(bag::read_json<Station>(names).compute(), stations());
  }
  EXPECT_EQ(bag::read_csv<Station>(bag.to_csv(path("s-*.csv")), {.blocksize = 0}).compute(), stations());
  EXPECT_EQ(bag::read_csv<Station>(path("s-*.csv"), {.blocksize = 200})
                .map([](const Station& station) { return station.speed; })
                .sum()
                .compute(),
            199 * 200 / 2 / 8.0);
}

TEST_F(BagFiles, OfTextAreOneForEachPartition) {
  const auto words = bag::from_sequence(std::vector<std::string>{"one", "two", "three"}, {.partitions = 2});
  EXPECT_EQ(words.to_text(path("w*.txt")), (std::vector<std::string>{path("w0.txt"), path("w1.txt")}));
  EXPECT_EQ(text_of(path("w0.txt")), "one\ntwo\n");
  EXPECT_EQ(text_of(path("w1.txt")), "three\n");
  EXPECT_EQ(words.repartition({.partitions = 1}).to_text(path("all.txt")),
            (std::vector<std::string>{path("all.txt")}));
  const std::string refused = message_of([&] { words.to_text(path("none.txt")); });
  EXPECT_NE(refused.find("to_text"), std::string::npos) << refused;
  EXPECT_NE(refused.find("'*'"), std::string::npos) << refused;
}

TEST_F(BagFiles, BadRecordsAreToldWithTheirPlaceOrSkipped) {
  const std::string bad = file("bad.json",
                               "{\"name\": \"a\", \"speed\": 1}\n{\"name\": \"b\", \"speed\": "
                               "fast}\n{\"name\": \"c\", \"speed\": 3}\n");
  const auto all = bag::read_json<Station>(bad);
  const std::string message = message_of([&] { all.compute(); });
  for (const std::string part : {"bad.json", "line 2", "speed"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_EQ(bag::read_json<Station>(bad, {.errors = Errors::kSkip}).count().compute(), 2);
  const std::string none = message_of([&] { bag::read_text(path("*.none")); });
  EXPECT_NE(none.find("read_text"), std::string::npos) << none;
}

}  // namespace bask::bag_files_test
