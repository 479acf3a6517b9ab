// A file that is there whole, or not at all.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/system/replaced_file.hpp>

#include "directory_test.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

namespace bask {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ReplacedFileTest : public DirectoryTest {
 protected:
  std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(directory_), {}); }
  std::string refusal(const fs::path& path) const {
    try {
      ReplacedFile file("test", path);
      file.put_in_place();
    } catch (const Error& error) {
      return error.what();
    }
    return "written";
  }
};

TEST_F(ReplacedFileTest, TakesThePlaceOfTheOldOneWhenComplete) {
  const fs::path path = directory_ / "x.dot";
  std::ofstream(path) << "old";
  ReplacedFile file("test", path);
  file.write("new");
  EXPECT_EQ(content_of(path), "old");
  file.put_in_place();
  EXPECT_EQ(content_of(path), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(ReplacedFileTest, HoldsAllThatWasWrittenInOrder) {
  ReplacedFile file("test", directory_ / "x.txt");
  for (const char* piece : {"one ", "", "two ", "three"}) file.write(piece);
  file.put_in_place();
  EXPECT_EQ(content_of(directory_ / "x.txt"), "one two three");
}

TEST_F(ReplacedFileTest, IsMadeWhereNoFileOfThatNameIs) {
  const fs::path path = directory_ / ".x.part";
  std::ofstream(path) << "another's";
  {
    const UnfinishedFile file(path);
    EXPECT_EQ(errno, EEXIST);
    EXPECT_FALSE(file.is_open());
  }
  EXPECT_EQ(content_of(path), "another's");
}

TEST_F(ReplacedFileTest, LeavesNothingBehindWhenGivenUp) {
  { ReplacedFile(std::string("test"), directory_ / "x.dot").write("half"); }
  EXPECT_EQ(files(), 0);
}

TEST_F(ReplacedFileTest, RefusesADirectoryThatIsNotThere) {
  const std::string there = (directory_ / "figures").string();
  EXPECT_EQ(refusal(there + "/x.dot"), "test: cannot write '" + there + "/x.dot': there is no directory '" +
                                           there + "'; create it first, or name another place");
}

TEST_F(ReplacedFileTest, SaysWhatTheSystemSaysOfAPlaceItCannotWriteTo) {
  std::ofstream(directory_ / "file") << "not a directory";
  const std::string inside = (directory_ / "file" / "x.dot").string();
  EXPECT_EQ(refusal(inside),
            "test: cannot write '" + inside +
                "': Not a directory; name a file in a directory that you may write to and that has "
                "room");
  EXPECT_NE(refusal(directory_).find("cannot write '" + directory_.string() + "': "), std::string::npos);
  EXPECT_EQ(files(), 1);
}

TEST_F(ReplacedFileTest, TakesAnyNameThatAFileMayHave) {
  const fs::path path = directory_ / (std::string(230, 'x') + " $(rm -r) \"'\n;.dot");
  EXPECT_EQ(refusal(path), "written");
  EXPECT_TRUE(fs::exists(path));
}

}  // namespace
}  // namespace bask
