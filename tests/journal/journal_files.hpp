// journal_files.hpp: a directory of journals that is removed with its test. Threads: one.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/journal/journal_reader.hpp>
#include <bask/journal/journal_writer.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bask::testing {

template <class T>
Value value_of(T object) {
  Value value;
  value.emplace<T>(std::move(object));
  return value;
}

/// The value's bytes: they differ for different values of one type.
inline std::vector<std::byte> bytes_of(const Value& value) {
  ByteWriter writer;
  if (value.has_value()) value.type()->encode(writer, value.object());
  return writer.take();
}

class JournalFiles : public ::testing::Test {
 protected:
  JournalFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "bask-journal-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~JournalFiles() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  std::string read_file(const std::string& name) const {
    std::ifstream file(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write_file(const std::string& name, const std::string& bytes) const {
    std::filesystem::remove(directory_ / name);  // truncating it would wait for the disk
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
  }
  void change_byte(const std::string& name, std::size_t at, char byte) const {
    std::fstream(directory_ / name, std::ios::binary | std::ios::in | std::ios::out)
        .seekp(static_cast<std::streamoff>(at))
        .put(byte);
  }
  JournalContents read() const { return read_journals(directory_, program_); }
  Value load(const JournalContents& contents, const Key& key) const {
    const RecordPlace& place = contents.records.at(key);
    return load_record(directory_, contents.files.at(place.file).name, place, key);
  }
  std::string load_error(const JournalContents& contents, const Key& key) const {
    try {
      load(contents, key);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  std::string damages(const JournalContents& contents) const {
    std::string all;
    for (const JournalDamage& damage : contents.damages) all += damage.text + "\n";
    return all;
  }

  std::filesystem::path directory_;
  const Key program_ = hash_text("program");
};

}  // namespace bask::testing
