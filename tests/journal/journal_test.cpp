// A journal gives back what was put in; other files in its directory are reported.
#include "journal_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <bask/core/archive.hpp>
#include <boost/serialization/map.hpp>

#include <array>
#include <numeric>
#include <optional>
#include <thread>
#include <tuple>
#include <unordered_map>

namespace bask::testing {
namespace {

struct Padded {
  char tag;
  double x;
};

class Archived {
 public:
  Archived() = default;
  explicit Archived(std::map<int, double> content) : content_(std::move(content)) {}

 private:
  friend class boost::serialization::access;
  template <class A>
  void serialize(A& archive, unsigned) {
    archive& content_;
  }
  std::map<int, double> content_;
};

class Stretch {
 public:
  explicit Stretch(std::size_t bytes = 0) : bytes_(bytes, std::byte{7}) {}
  auto& stretch() { return bytes_; }
  const auto& stretch() const { return bytes_; }
  void check() const {
    if (bytes_.size() % 2 != 0) throw Error("stretch", "its length is odd", "");
  }

 private:
  std::vector<std::byte> bytes_;
};

std::vector<double> numbers(std::size_t count) {
  std::vector<double> all(count);
  std::iota(all.begin(), all.end(), 0.5);
  return all;
}

std::vector<Value> values_of_many_types() {
  std::vector<Value> values;
  values.push_back(value_of(42));
  values.push_back(value_of(-0.25));
  values.push_back(value_of(std::string()));
  values.push_back(value_of(std::string("seven by")));
  values.push_back(value_of(std::string(3 << 20, 's')));
  values.push_back(value_of(std::vector<int>{}));
  values.push_back(value_of(std::vector<char>{'a', 'b', 'c'}));
  values.push_back(value_of(numbers((3 << 20) / 8)));
  values.push_back(value_of(numbers((80 << 10) / 8)));
  values.push_back(value_of(std::vector<char>((3 << 20) + 5, 'o')));
  values.push_back(value_of(std::vector<std::string>{"one", "", "three"}));
  values.push_back(value_of(std::map<std::string, std::vector<int>>{{"a", {1, 2}}, {"b", {}}}));
  values.push_back(value_of(std::unordered_map<int, std::string>{{1, "x"}, {2, "y"}}));
  values.push_back(value_of(std::optional<double>(2.5)));
  values.push_back(value_of(std::tuple<int, std::string>(1, "t")));
  values.push_back(value_of(Archived({{1, 2.0}, {3, 4.0}})));
  values.push_back(value_of(Stretch(0)));
  values.push_back(value_of(Stretch(1000)));
  values.push_back(value_of(Stretch(3 << 20)));
  values.push_back(value_of(std::vector<std::string>(200'000, "as long as a large one")));
  if (kClearsPadding) {  // otherwise copies have other bytes
    values.push_back(value_of(Padded{'p', 1.5}));
    values.push_back(value_of(std::vector<Padded>{{'a', 1}, {'b', 2}}));
  }
  values.emplace_back();
  return values;
}

using JournalTest = JournalFiles;

TEST_F(JournalTest, GivesBackValuesOfManyTypes) {
  const std::vector<Value> values = values_of_many_types();
  {
    JournalWriter writer(directory_, {program_, 1, 0});
    for (std::size_t i = 0; i < values.size(); ++i) writer.append({1, i}, values[i]);
  }
  const JournalContents contents = read();
  EXPECT_EQ(damages(contents), "");
  ASSERT_EQ(contents.records.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value loaded = load(contents, {1, i});
    EXPECT_EQ(loaded.type(), values[i].type()) << i;
    EXPECT_EQ(bytes_of(loaded), bytes_of(values[i])) << i;
  }
}

TEST_F(JournalTest, KeepsWhatSeveralThreadsAppendAndSync) {
  constexpr std::uint64_t kThreads = 4, kEach = 60;
  const auto value = [](std::uint64_t thread, std::uint64_t i) {
    return std::vector<std::uint64_t>(i % 20 == 0 ? (1 << 20) / 8 : i, thread * 1000 + i);
  };
  {
    JournalWriter writer(directory_, {program_, 1, 0},
                         {std::chrono::milliseconds(1), std::chrono::milliseconds(2)});
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::uint64_t i = 0; i < kEach; ++i) {
          writer.append({thread, i}, value_of(value(thread, i)));
          if (i % 16 == 0) writer.sync();
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(writer.statistics().results, kThreads * kEach);
    EXPECT_EQ(writer.failure(), "");
  }
  const JournalContents contents = read();
  EXPECT_EQ(damages(contents), "");
  ASSERT_EQ(contents.records.size(), kThreads * kEach);
  for (const auto& [key, place] : contents.records) {
    EXPECT_EQ(load(contents, key).get<std::vector<std::uint64_t>>(), value(key.high, key.low));
  }
}

TEST_F(JournalTest, IsOnTheDiskAfterASync) {
  JournalWriter writer(directory_, {program_, 1, 0}, {std::chrono::hours(1), std::chrono::hours(1)});
  writer.append({1, 1}, value_of(1));
  EXPECT_EQ(read().records.size(), 0u);
  writer.sync();
  EXPECT_EQ(read().records.size(), 1u);
  EXPECT_EQ(writer.statistics().syncs, 1u);
  writer.append({1, 2}, value_of(numbers(200'000)));
  writer.sync();
  writer.sync();
  EXPECT_EQ(read().records.size(), 2u);
}

TEST_F(JournalTest, TellsAnOrderlyEndFromACrash) {
  JournalWriter(directory_, {program_, 1, 0}).append_end(75);
  JournalWriter(directory_, {program_, 2, 0}).append_end(-1);
  JournalWriter(directory_, {program_, 2, 1}).append({1, 1}, value_of(1));
  const JournalContents contents = read();
  ASSERT_EQ(contents.files.size(), 3u);
  EXPECT_EQ(contents.files[0].exit_code, 75);
  EXPECT_EQ(contents.files[1].exit_code, -1);
  EXPECT_EQ(contents.files[2].exit_code, std::nullopt);
  EXPECT_EQ(contents.files[2].name, "journal-2-1");
  EXPECT_EQ(contents.crashed_attempts, std::vector<std::uint32_t>{2});
  EXPECT_EQ(contents.last_attempt, 2u);
}

TEST_F(JournalTest, KeepsNotesInOrder) {
  {
    JournalWriter writer(directory_, {program_, 1, 3});
    writer.append_note("input", "data.h5 123 bytes");
    writer.append_note("", std::string(10'000, 'n'));
  }
  const JournalContents contents = read();
  ASSERT_EQ(contents.notes.size(), 2u);
  EXPECT_EQ(contents.notes[0].rank, 3u);
  EXPECT_EQ(contents.notes[0].name, "input");
  EXPECT_EQ(contents.notes[0].text, "data.h5 123 bytes");
  EXPECT_EQ(contents.notes[1].text.size(), 10'000u);
}

TEST_F(JournalTest, UsesNoResultsOfAnotherVersion) {
  JournalWriter(directory_, {hash_text("older"), 4, 0}).append({1, 1}, value_of(1));
  JournalWriter(directory_, {program_, 5, 0}).append({1, 2}, value_of(2));
  const JournalContents contents = read();
  EXPECT_EQ(contents.results_of_other_versions, 1u);
  EXPECT_EQ(contents.files.size(), 1u);
  EXPECT_EQ(contents.last_attempt, 5u);
  EXPECT_EQ(contents.records.count({1, 1}), 0u);
  EXPECT_EQ(load(contents, {1, 2}).get<int>(), 2);
}

TEST_F(JournalTest, TakesTheFirstRecordOfAKey) {
  for (const int attempt : {2, 1, 10}) {
    JournalWriter(directory_, {program_, static_cast<std::uint32_t>(attempt), 0})
        .append({1, 1}, value_of(attempt));
  }
  EXPECT_EQ(load(read(), {1, 1}).get<int>(), 1);
}

TEST_F(JournalTest, TakesNoBytesOfAPayloadForARecord) {
  {
    JournalWriter inner(directory_, {program_, 1, 0});
    for (std::uint64_t i = 0; i < 10; ++i) inner.append({1, i}, value_of(1));
  }
  const std::string journal = read_file("journal-1-0");
  {
    // The same identity, and the same places: only the nonce is another.
    std::filesystem::remove(directory_ / "journal-1-0");
    JournalWriter outer(directory_, {program_, 1, 0});
    outer.append({2, 0}, value_of(journal.substr(sizeof(JournalHeader) + sizeof(RecordHead))));
    outer.append({2, 1}, value_of(2));
  }
  EXPECT_EQ(read().records.size(), 2u);
  std::string damaged = read_file("journal-1-0");
  damaged[sizeof(JournalHeader)] ^= 1;  // so the reader tries each place in the payload
  damaged += read_file("journal-1-0");  // and meets its own records at other places
  write_file("journal-1-0", damaged);
  const JournalContents contents = read();
  EXPECT_EQ(contents.records.size(), 1u);
  EXPECT_EQ(load(contents, {2, 1}).get<int>(), 2);
}

TEST_F(JournalTest, HasNothingWhereThereIsNoDirectory) {
  const JournalContents contents = read_journals(directory_ / "none", program_);
  EXPECT_EQ(contents.files.size() + contents.damages.size() + contents.last_attempt, 0u);
}

TEST_F(JournalTest, ReportsWhatIsNoJournal) {
  JournalWriter(directory_, {program_, 1, 0}).append({1, 1}, value_of(1));
  write_file("journal-1-1", "");
  write_file("journal-1-2", std::string(200, 'x'));
  std::string other_format = read_file("journal-1-0");
  other_format[8] = 9;
  write_file("journal-1-3", other_format);
  std::filesystem::create_directory(directory_ / "journal-1-4");
  ASSERT_EQ(::mkfifo((directory_ / "journal-1-5").c_str(), 0600), 0);
  std::filesystem::create_symlink(directory_ / "none", directory_ / "journal-7-6");
  write_file("journal-old", "");
  write_file("journal-01-0", "");
  write_file("results.h5", "");
  const JournalContents contents = read();
  EXPECT_EQ(
      damages(contents),
      "journal-1-1: ends in its header (0 bytes), which is normal after a kill\n"
      "journal-1-2: is no journal of Bask; its results are computed again\n"
      "journal-1-3: has format 9, and this version of Bask reads format 1; its results are computed again\n"
      "journal-1-4: is no file, and is left alone\n"
      "journal-1-5: is no file, and is left alone\n"
      "journal-7-6: cannot be opened (No such file or directory); its results are computed again\n"
      "journal-01-0: has no name of a journal, and is left alone\n"
      "journal-old: has no name of a journal, and is left alone\n");
  EXPECT_EQ(contents.records.size(), 1u);
  EXPECT_EQ(contents.last_attempt, 7u);
}

TEST_F(JournalTest, GoesOverHolesOfAnySize) {
  {
    JournalWriter writer(directory_, {program_, 1, 0});
    for (std::uint64_t i = 0; i < 3; ++i) writer.append({1, i}, value_of(std::string(10'000, 'h')));
  }
  std::string file = read_file("journal-1-0");
  const std::size_t record = sizeof(RecordHead) + 10'000;
  std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(sizeof(JournalHeader) + record), record, '\0');
  const auto damages_in_a_gib = [&] {
    write_file("journal-1-0", file);
    std::filesystem::resize_file(directory_ / "journal-1-0", std::uint64_t{1} << 30);
    const JournalContents contents = read();
    EXPECT_EQ(contents.records.size(), 2u);
    return damages(contents);
  };
  const std::string tail = "journal-1-0: ends in the middle of a record (torn tail of ";
  const std::string kill = ", which is normal after a kill\n";
  EXPECT_EQ(damages_in_a_gib(),
            tail + "1073711536 bytes)" + kill +
                "journal-1-0: bytes 10120 to 20176 were never written; what was there is computed again\n");
  file.resize(file.size() - sizeof(RecordHead));  // without the mark that all was on the disk
  EXPECT_EQ(damages_in_a_gib(), tail + "1073711592 bytes)" + kill +
                                    "journal-1-0: bytes 10120 to 20176 were never written" + kill);
}

TEST_F(JournalTest, OfAnUnknownTypeIsCountedAndNotUsed) {
  {
    JournalWriter writer(directory_, {program_, 1, 0});
    writer.append({1, 1}, value_of(std::string("known")));
  }
  std::string file = read_file("journal-1-0");
  JournalHeader header;
  std::memcpy(&header, file.data(), sizeof(header));
  RecordHead head = make_record_head(RecordKind::kEncoded, {1, 2}, 12345, 0, journal_checksum({}));
  bind_record_head(head, header.nonce, file.size());
  file.append(reinterpret_cast<const char*>(&head), sizeof(head));
  write_file("journal-1-0", file);
  const JournalContents contents = read();
  EXPECT_EQ(damages(contents), "");
  EXPECT_EQ(contents.results_of_unknown_types, 1u);
  EXPECT_EQ(contents.records.size(), 1u);
}

TEST_F(JournalTest, ThatIsRemovedLeavesOtherFiles) {
  JournalWriter(directory_, {program_, 1, 0}).append({1, 1}, value_of(1));
  JournalWriter(directory_, {hash_text("older"), 2, 0}).append({1, 1}, value_of(1));
  write_file("lock", "");
  write_file("results.h5", "");
  remove_journals(directory_);
  remove_journals(directory_ / "none");
  EXPECT_TRUE(std::filesystem::remove(directory_ / "results.h5"));
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(JournalTest, IsReadAgainWhereAnotherHasItsName) {
  JournalWriter(directory_, {program_, 1, 0}).append({1, 1}, value_of(std::string("old")));
  EXPECT_EQ(load(read(), {1, 1}).get<std::string>(), "old");
  std::filesystem::remove(directory_ / "journal-1-0");
  JournalWriter(directory_, {program_, 1, 0}).append({1, 1}, value_of(std::string("newer")));
  EXPECT_EQ(load(read(), {1, 1}).get<std::string>(), "newer");
}

TEST_F(JournalTest, ThatIsNotSeenByAllNodesSaysSo) {
  JournalWriter(directory_, {program_, 1, 0}).append({1, 1}, value_of(1));
  const JournalContents contents = read();
  std::filesystem::remove(directory_ / "journal-1-0");
  EXPECT_EQ(load_error(contents, {1, 1}), "journal: '" + (directory_ / "journal-1-0").string() +
                                              "' cannot be read: No such file or directory; all nodes must "
                                              "see the directory of --bask-checkpoint");
}

TEST_F(JournalTest, KnowsWhatAppendingCosts) {
  JournalWriter writer(directory_, {program_, 1, 0});
  EXPECT_GT(writer.cost_ns(0), 0);
  EXPECT_GT(writer.cost_ns(100'000'000), writer.cost_ns(1'000'000));
}

}  // namespace
}  // namespace bask::testing
