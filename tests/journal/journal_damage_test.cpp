// Journals cut anywhere, with any byte changed, or on a full disk: results that are read are those that were
// written, and missing ones are reported.
#include "journal_files.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <numeric>
#include <random>

namespace bask::testing {
namespace {

class JournalDamageTest : public JournalFiles {
 protected:
  /// Appends a value, and remembers it.
  template <class T>
  void append(JournalWriter& writer, const Key& key, T object) {
    values_[key] = value_of(std::move(object));
    writer.append(key, values_[key]);
  }
  /// A short journal with records of every kind.
  std::string small_journal() {
    JournalWriter writer(directory_, {program_, 1, 0});
    append(writer, {1, 1}, 42);
    append(writer, {1, 2}, std::string("thirteen byte"));
    writer.append_note("input", "data");
    append(writer, {1, 3}, std::vector<double>{1, 2, 3});
    append(writer, {1, 4}, std::vector<std::string>{"one", "two"});
    values_[{1, 5}];
    writer.append({1, 5}, values_[{1, 5}]);
    writer.append_end(0);
    writer.sync();
    return read_file("journal-1-0");
  }
  /// Checks that all records that are found are as they were written. Returns how many there are.
  std::size_t check_records(const JournalContents& contents) const {
    for (const auto& [key, place] : contents.records) {
      const auto written = values_.find(key);
      if (written == values_.end()) {
        ADD_FAILURE() << "a record of " << to_hex(key);
        continue;
      }
      const Value loaded = load(contents, key);
      EXPECT_EQ(loaded.type(), written->second.type());
      EXPECT_EQ(bytes_of(loaded), bytes_of(written->second));
    }
    return contents.records.size();
  }

  std::map<Key, Value> values_;
};

TEST_F(JournalDamageTest, CutAnywhereLosesOnlyItsTail) {
  const std::string whole = small_journal();
  ASSERT_EQ(check_records(read()), values_.size());
  std::size_t before = values_.size();
  for (std::size_t size = whole.size(); size-- > 0;) {
    std::filesystem::resize_file(directory_ / "journal-1-0", size);
    const JournalContents contents = read();
    const std::size_t records = check_records(contents);
    EXPECT_LE(before - records, 1u);
    before = records;
    // Between two records nothing is torn; only the end is missing.
    EXPECT_TRUE(size % 8 == 0 || contents.damages.size() == 1) << size;
    const bool has_end = size >= whole.size() - sizeof(RecordHead);  // only the mark is behind the end
    EXPECT_EQ(contents.crashed_attempts.empty(), has_end) << size;
    for (const JournalDamage& damage : contents.damages) EXPECT_TRUE(damage.is_normal) << damage.text;
  }
  EXPECT_EQ(before, 0u);
}

TEST_F(JournalDamageTest, WithAnyBitChangedLosesThatRecordAndReportsIt) {
  const std::string whole = small_journal();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    change_byte("journal-1-0", bit / 8, static_cast<char>(whole[bit / 8] ^ (1 << bit % 8)));
    const JournalContents contents = read();
    const std::size_t records = check_records(contents);
    if (bit >= sizeof(JournalHeader) * 8) {
      EXPECT_GE(records, values_.size() - 1) << bit;
    }
    const bool is_whole =
        records == values_.size() && contents.notes.size() == 1 && contents.crashed_attempts.empty();
    const bool is_in_mark = bit / 8 >= whole.size() - sizeof(RecordHead);
    EXPECT_EQ(contents.damages.size(), is_whole && !is_in_mark ? 0u : 1u) << bit;
    change_byte("journal-1-0", bit / 8, whole[bit / 8]);
  }
}

TEST_F(JournalDamageTest, OfRandomBytesIsNeverARecord) {
  const std::string whole = small_journal();
  std::mt19937 random(5);
  for (int trial = 0; trial < 500; ++trial) {
    std::string damaged = whole;
    const std::size_t first = random() % damaged.size();
    const std::size_t count = random() % (damaged.size() - first);
    for (std::size_t i = 0; i < count; ++i) damaged[first + i] = static_cast<char>(random());
    if (trial % 3 == 0) damaged.erase(random() % damaged.size(), random() % 100);
    write_file("journal-1-0", damaged);
    check_records(read());
  }
}

TEST_F(JournalDamageTest, WithHeadsOfAnyContentIsReadWithoutACrash) {
  const std::vector<Value> types = [] {
    std::vector<Value> all(1);
    all.push_back(value_of(1));
    all.push_back(value_of(std::vector<double>()));
    all.push_back(value_of(std::vector<std::string>()));
    return all;
  }();
  const std::array<std::uint64_t, 6> sizes{0, 8, 13, 100, ~std::uint64_t{0}, ~std::uint64_t{0} - 100};
  std::mt19937_64 random(7);
  for (int trial = 0; trial < 200; ++trial) {
    const JournalHeader header = make_journal_header({program_, 1, 0});
    std::string file(reinterpret_cast<const char*>(&header), sizeof(header));
    for (int record = 0; record < 10; ++record) {
      const std::uint64_t size = sizes[random() % (record < 9 ? 4 : sizes.size())];
      std::string payload(size < 1000 ? size : 0, '\0');
      for (char& byte : payload) byte = static_cast<char>(random() % 3);
      RecordHead head =
          make_record_head(static_cast<RecordKind>(random() % 8), {1, random() % 5},
                           journal_type_hash(types[random() % types.size()].type()), size,
                           random() % 8 == 0 ? 0 : journal_checksum(std::as_bytes(std::span(payload))));
      bind_record_head(head, header.nonce, file.size());
      file.append(reinterpret_cast<const char*>(&head), sizeof(head)) += payload;
      file.resize(padded_size(file.size()));
    }
    write_file("journal-1-0", file);
    const JournalContents contents = read();
    for (const auto& [key, place] : contents.records) load_error(contents, key);
  }
}

class LongJournalTest : public JournalDamageTest {
 protected:
  static constexpr Key kLong{2, 1};
  static constexpr Key kShort{2, 2};

  std::string long_journal() {
    JournalWriter writer(directory_, {program_, 1, 0});
    std::vector<std::uint32_t> numbers(20'000);
    std::iota(numbers.begin(), numbers.end(), 0);
    append(writer, kLong, std::move(numbers));
    append(writer, kShort, 7);
    writer.sync();
    writer.append_end(0);
    writer.sync();
    return read_file("journal-1-0");
  }
};

TEST_F(LongJournalTest, WithAChangedPayloadIsMarkedWhenItIsLoaded) {
  std::string damaged = long_journal();
  damaged[1000] ^= 4;
  write_file("journal-1-0", damaged);
  const JournalContents contents = read();
  EXPECT_EQ(damages(contents), "");
  EXPECT_EQ(
      load_error(contents, kLong),
      "journal: the record at byte 64 of '" + (directory_ / "journal-1-0").string() +
          "' cannot be used: its checksum is another; start the program again: it computes this result then");
  const JournalContents again = read();
  EXPECT_EQ(damages(again), "");
  EXPECT_EQ(again.records.size(), 1u);
  EXPECT_EQ(load(again, kShort).get<int>(), 7);
}

TEST_F(LongJournalTest, WithoutItsMarksIsVerifiedAtOnce) {
  std::string damaged = long_journal();
  const std::size_t record = sizeof(RecordHead) + 20'000 * 4;
  const std::size_t mark = sizeof(JournalHeader) + record + sizeof(RecordHead) + 8;
  damaged[mark + 12] ^= 1;
  damaged[mark + 2 * sizeof(RecordHead) + 12] ^= 1;
  write_file("journal-1-0", damaged);
  EXPECT_EQ(read().records.size(), 2u);
  damaged[1000] ^= 4;
  write_file("journal-1-0", damaged);
  EXPECT_EQ(read().records.size(), 1u);
  EXPECT_NE(
      damages(read()).find("the record at byte 64 is corrupt (checksum); what it had is computed again"),
      std::string::npos);
}

TEST_F(LongJournalTest, WithAnyByteChangedGivesWhatWasWrittenOrAnError) {
  const std::string whole = long_journal();
  for (std::size_t at = 0; at < whole.size(); at += at < 130 || at > whole.size() - 250 ? 1 : 1999) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    write_file("journal-1-0", damaged);
    const JournalContents contents = read();
    std::size_t missing = values_.size() - contents.records.size();
    for (const auto& [key, place] : contents.records) {
      try {
        EXPECT_EQ(bytes_of(load(contents, key)), bytes_of(values_[key]));
      } catch (const Error& error) {
        EXPECT_EQ(error.exit_code(), ExitCode::kResumable);
        EXPECT_EQ(read().records.count(key), 0u) << at;
        ++missing;
      }
    }
    EXPECT_LE(missing, at < sizeof(JournalHeader) ? 2u : 1u) << at;
  }
}

TEST_F(LongJournalTest, CutAfterItWasReadGivesAnError) {
  long_journal();
  const JournalContents contents = read();
  std::filesystem::resize_file(directory_ / "journal-1-0", 5000);
  EXPECT_NE(load_error(contents, kLong).find("the file ends at byte 5000, before the record does"),
            std::string::npos);
  EXPECT_NE(load_error(contents, kShort), "");
}

/// While it lives, no file of this process may grow beyond a number of bytes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(JournalDamageTest, OnAFullDiskEndsWithItsLastWholeRecord) {
  {
    JournalWriter writer(directory_, {program_, 1, 0});
    const FileSizeLimit limit(100'000);
    for (std::uint64_t i = 0; i < 20; ++i) append(writer, {1, i}, std::string(9'000, 'f'));
    writer.sync();
    EXPECT_TRUE(writer.has_failed());
    EXPECT_EQ(writer.failure(),
              "journal: '" + (directory_ / "journal-1-0").string() +
                  "' cannot be written: File too large; raise the limit of the size of files "
                  "(ulimit -f), or go on without --bask-checkpoint");
    writer.append({9, 9}, value_of(1));
    writer.append_end(0);
  }
  const JournalContents contents = read();
  EXPECT_EQ(damages(contents), "");
  EXPECT_EQ(check_records(contents), 11u);
  EXPECT_EQ(contents.crashed_attempts.size(), 1u);
}

TEST_F(JournalDamageTest, OnADiskTooFullForALargeRecordHasTheOthers) {
  {
    JournalWriter writer(directory_, {program_, 1, 0});
    append(writer, {1, 1}, 1);
    writer.sync();
    const FileSizeLimit limit(1 << 20);
    append(writer, {1, 2}, std::string("waits in the batch"));
    writer.append({1, 3}, value_of(std::vector<char>(2 << 20)));
    EXPECT_TRUE(writer.has_failed());
  }
  const JournalContents contents = read();
  EXPECT_EQ(damages(contents), "");
  EXPECT_EQ(check_records(contents), 2u);
}

std::string creation_error(const std::filesystem::path& directory) {
  try {
    JournalWriter(directory, {Key{}, 1, 0});
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    return error.what();
  }
  return "";
}

TEST_F(JournalDamageTest, ThatCannotBeCreatedSaysWhatToDo) {
  EXPECT_EQ(creation_error(directory_), "");
  EXPECT_NE(
      creation_error(directory_).find("File exists; another job writes there: give each job a directory"),
      std::string::npos);
  EXPECT_NE(
      creation_error(directory_ / "none").find("No such file or directory; create the directory where all"),
      std::string::npos);
  std::filesystem::remove(directory_ / "journal-1-0");
  ::chmod(directory_.c_str(), 0555);
  const bool is_root = ::geteuid() == 0;
  ASSERT_EQ(::seteuid(is_root ? 65534 : ::geteuid()), 0);
  EXPECT_NE(creation_error(directory_).find("cannot be created: "), std::string::npos);
  EXPECT_NE(creation_error(directory_).find("name a directory that you may write to: --bask-checkpoint=DIR"),
            std::string::npos);
  ASSERT_EQ(::seteuid(::getuid()), 0);
  ::chmod(directory_.c_str(), 0755);
}

}  // namespace
}  // namespace bask::testing
