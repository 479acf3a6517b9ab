// Which stretches a file is cut into, and what is refused before anything is read.
#include "text_files.hpp"

#include <bask/core/serialization.hpp>

namespace bask {
namespace {

class Stretches : public TextFiles {};

TEST_F(Stretches, OfOneFileAreOfOneLength) {
  file("a.txt", std::string(1001, 'x'));
  const auto stretches = text_stretches(path("a.txt"), {.blocksize = 100});
  ASSERT_EQ(stretches.size(), 11U);
  std::uint64_t end = 0;
  for (const TextStretch& stretch : stretches) {
    EXPECT_EQ(stretch.begin_bytes, end);
    end = stretch.end_bytes;
    EXPECT_EQ(stretch.end_bytes - stretch.begin_bytes, 91U);
    EXPECT_FALSE(stretch.is_whole_file());
  }
  EXPECT_EQ(end, 1001U);
}

TEST_F(Stretches, AreWholeFilesWithoutBlocksizeOrWhenCompressedOrEmpty) {
  file("a.txt", std::string(1001, 'x'));
  compressed("b.txt.gz", std::string(1001, 'x'));
  compressed("c.zst", std::string(1001, 'x'));
  file("d.txt", "");
  EXPECT_EQ(text_stretches(path("a.txt"), {.blocksize = 0}).size(), 1U);
  const auto gzip = text_stretches(path("b.txt.gz"), {.blocksize = 10});
  ASSERT_EQ(gzip.size(), 1U);
  EXPECT_EQ(gzip[0].compression, TextCompression::kGzip);
  const auto zstd = text_stretches(path("c.zst"), {.blocksize = 10});
  ASSERT_EQ(zstd.size(), 1U);
  EXPECT_EQ(zstd[0].compression, TextCompression::kZstd);
  EXPECT_EQ(text_stretches(path("d.txt"), {.blocksize = 10}).size(), 1U);
  EXPECT_GT(text_stretches(path("c.zst"), {.blocksize = 10, .compression = TextCompression::kNone}).size(),
            1U);
}

TEST_F(Stretches, FollowPatternsInNaturalOrderAndListsAsTheyAre) {
  for (const char* name : {"x10.txt", "x2.txt", "x1.txt"}) file(name, name);
  EXPECT_EQ(lines_of(text_stretches(path("x*.txt"))), (Texts{"x1.txt", "x2.txt", "x10.txt"}));
  EXPECT_EQ(lines_of(text_stretches(std::vector{path("x2.txt"), path("x1*.txt")})),
            (Texts{"x2.txt", "x1.txt", "x10.txt"}));
}

TEST_F(Stretches, GoToOtherRanks) {
  file("a.txt", std::string(100, 'x'));
  const TextStretch stretch = text_stretches(path("a.txt"), {.blocksize = 30}).at(2);
  ByteWriter writer;
  encode(writer, stretch);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(decode<TextStretch>(reader), stretch);
}

TEST_F(Stretches, RefuseWhatIsNotThereAndWhatIsNoFile) {
  const auto refusal = [&](const std::string& name) {
    return refusal_of([&] { text_stretches(path(name), {}, "read_json"); });
  };
  EXPECT_TRUE(
      says(refusal("none.txt"), "read_json('" + path("none.txt") + "'): No such file or directory; name a "));
  EXPECT_TRUE(
      says(refusal("none*.txt"), "read_json: no file matches " + path("none*.txt") + "; give a pattern"));
  EXPECT_TRUE(says(refusal("."), "this is a directory; name its files"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0666), 0);
  EXPECT_TRUE(says(refusal("pipe"), "this is a pipe; name a regular file"));
  EXPECT_TRUE(says(refusal_of([] { text_stretches(std::vector<std::string>()); }),
                   "read_text: the list of files is empty; name one file at least"));
  if (::geteuid() != 0) {
    file("secret", "x");
    ::chmod(path("secret").c_str(), 0);
    EXPECT_TRUE(says(refusal("secret"), "Permission denied; see that you may read the file"));
  }
}

TEST_F(Stretches, AreRefusedWhenTheirFileWasChanged) {
  const TextStretch stretch = whole(file("a.txt", "one\ntwo\n"));
  file("a.txt", "one\ntwo\nthree\n");
  EXPECT_TRUE(says(refusal_of([&] { lines_of({stretch}); }),
                   "a.txt'): the file was changed after its parts were planned; let other programs"));
  std::filesystem::remove(path("a.txt"));
  EXPECT_TRUE(says(refusal_of([&] { lines_of({stretch}); }), "cannot read it: No such file or directory"));
  const TextStretch touched = whole(file("b.txt", "one\n"));
  std::filesystem::last_write_time(path("b.txt"),
                                   std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_TRUE(says(refusal_of([&] { lines_of({touched}); }), "the file was changed"));
}

}  // namespace
}  // namespace bask
