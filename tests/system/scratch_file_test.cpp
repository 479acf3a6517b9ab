// A file for what memory has no room for: it leaves neither a name nor pages in the page cache.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/system/scratch_directory.hpp>
#include <bask/system/scratch_file.hpp>

#include "directory_test.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

namespace bask {
namespace {

constexpr std::size_t kPieces = 4;

class ScratchFileTest : public DirectoryTest {
 protected:
  // The calls of the system; they tell by which descriptor. With `refuse`, as on a file system that opens a
  // file with O_DIRECT but transfers nothing so.
  TransferCalls calls(bool refuse) {
    return {::pread, [this, refuse](int to, const void* from, std::size_t size, off_t offset) -> ssize_t {
              descriptor_ = to;
              errno = EINVAL;
              if (refuse && (::fcntl(to, F_GETFL) & O_DIRECT) != 0) return -1;
              return ::pwrite(to, from, size, offset);
            }};
  }

  // Writes pieces, and reads them back when `reads`.
  void fill(ScratchFile& file, bool reads) {
    const ScratchFile::Buffer buffer;
    for (std::size_t piece = 0; piece < kPieces; ++piece) {
      std::vector<std::byte> bytes(ScratchFile::kMostBytes, static_cast<std::byte>(piece + 1)), back = bytes;
      const std::uint64_t offset = piece * ScratchFile::kMostBytes;
      const Transferred written = file.write(offset, bytes, buffer);
      ASSERT_EQ(written.error, 0) << error_text(written.error);
      ASSERT_EQ(written.bytes, bytes.size());
      if (!reads) continue;
      std::ranges::fill(back, std::byte{0});
      ASSERT_EQ(file.read(offset, back, buffer).bytes, bytes.size());
      ASSERT_EQ(back, bytes);
    }
  }

  double part_in_page_cache() const {
    constexpr std::size_t bytes = kPieces * ScratchFile::kMostBytes;
    void* const mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor_, 0);
    EXPECT_NE(mapped, MAP_FAILED);
    std::vector<unsigned char> pages(bytes / static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
    EXPECT_EQ(::mincore(mapped, bytes, pages.data()), 0);
    ::munmap(mapped, bytes);
    const auto cached = std::ranges::count_if(pages, [](unsigned char page) { return (page & 1) != 0; });
    return static_cast<double>(cached) / static_cast<double>(pages.size());
  }

  int descriptor_ = -1;
};

// The kernel may keep the few pages that it is just putting into its lists.
TEST_F(ScratchFileTest, LeavesLittleInThePageCache) {
  if (look_at_scratch(directory_).is_in_memory) GTEST_SKIP() << "the directory of tests is in memory";
  for (const bool refuse : {false, true}) {
    for (const bool reads : {false, true}) {
      SCOPED_TRACE(testing::Message() << "direct transfers refused: " << refuse << ", reads: " << reads);
      ScratchFile file(directory_, calls(refuse));
      fill(file, reads);
      EXPECT_FALSE(refuse && file.is_direct());
      EXPECT_LT(part_in_page_cache(), 0.1);
    }
  }
}

TEST_F(ScratchFileTest, HasNoNameAndIsForThisUserAlone) {
  ScratchFile file(directory_, calls(false));
  fill(file, false);
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
  struct stat state {};
  ASSERT_EQ(::fstat(descriptor_, &state), 0);
  EXPECT_EQ(state.st_nlink, 0u);
  EXPECT_EQ(state.st_mode & 0777, 0600u);
}

TEST_F(ScratchFileTest, EndsWhereNothingWasWritten) {
  ScratchFile file(directory_);
  const ScratchFile::Buffer buffer;
  std::vector<std::byte> bytes(100, std::byte{7}), back(2 * ScratchFile::kUnit);
  ASSERT_EQ(file.write(0, bytes, buffer).bytes, bytes.size());
  const Transferred read = file.read(0, back, buffer);
  EXPECT_EQ(read.error, 0);
  EXPECT_LE(read.bytes, ScratchFile::kUnit);
  EXPECT_EQ(file.read(ScratchFile::kUnit, back, buffer).bytes, 0u);
}

}  // namespace
}  // namespace bask
