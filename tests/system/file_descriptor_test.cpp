// Files are read and written whole, however little the system does in one call.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <bask/system/file_descriptor.hpp>

#include "directory_test.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

namespace bask {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

class FileDescriptorTest : public DirectoryTest {};

TEST_F(FileDescriptorTest, ReadsWhatWasWrittenAtAnOffset) {
  const FileDescriptor file = open_file(directory_ / "x", O_RDWR | O_CREAT | O_EXCL);
  ASSERT_TRUE(file.is_open());
  EXPECT_EQ(write_at(file, 3, bytes_of("abcdef")).bytes, 6u);
  std::string back(4, ' ');
  EXPECT_EQ(read_at(file, 4, std::as_writable_bytes(std::span(back))).bytes, 4u);
  EXPECT_EQ(back, "bcde");
}

TEST_F(FileDescriptorTest, ReadsUpToTheEndOfTheFileWithoutAnError) {
  const FileDescriptor file = open_memory_file("test");
  ASSERT_EQ(write_at(file, 0, bytes_of("abc")).error, 0);
  std::string back(8, '.');
  const Transferred read = read_at(file, 1, std::as_writable_bytes(std::span(back)));
  EXPECT_EQ(read.bytes, 2u);
  EXPECT_EQ(read.error, 0);
  EXPECT_EQ(back, "bc......");
}

TEST_F(FileDescriptorTest, TellsTheErrorAndHowMuchWasWrittenBefore) {
  const FileDescriptor full = open_file("/dev/full", O_WRONLY);
  ASSERT_TRUE(full.is_open());
  const Transferred written = write_at(full, 0, bytes_of("abc"));
  EXPECT_EQ(written.bytes, 0u);
  EXPECT_EQ(error_text(written.error), "No space left on device");
  const FileDescriptor read_only = open_file("/dev/null", O_RDONLY);
  EXPECT_EQ(write_at(read_only, 0, bytes_of("abc")).error, EBADF);
}

TEST_F(FileDescriptorTest, GoesOnFromAWholeUnitAfterAShortTransfer) {
  const FileDescriptor file = open_memory_file("test");
  std::vector<off_t> offsets;
  const TransferCalls short_ones{[&](int from, void* to, std::size_t size, off_t offset) {
                                   offsets.push_back(offset);
                                   return pread(from, to, std::min<std::size_t>(size, 5), offset);
                                 },
                                 [&](int to, const void* from, std::size_t size, off_t offset) {
                                   offsets.push_back(offset);
                                   return pwrite(to, from, std::min<std::size_t>(size, 5), offset);
                                 }};
  EXPECT_EQ(write_at(file.number(), 0, bytes_of("abcdefghijk"), short_ones, 4).bytes, 11u);
  EXPECT_EQ(offsets, (std::vector<off_t>{0, 4, 8}));
  std::string back(11, ' ');
  EXPECT_EQ(read_at(file.number(), 0, std::as_writable_bytes(std::span(back)), short_ones, 4).bytes, 11u);
  EXPECT_EQ(back, "abcdefghijk");
  const Transferred stuck = write_at(file.number(), 0, bytes_of("abcdefghijk"), short_ones, 8);
  EXPECT_EQ(stuck.bytes, 0u);
  EXPECT_EQ(stuck.error, EIO);
}

// The signal's default action would end the process.
TEST_F(FileDescriptorTest, AWritePastTheLimitOfFilesIsAnError) {
  const FileDescriptor file = open_file(directory_ / "x", O_RDWR | O_CREAT | O_EXCL);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 4;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Transferred written = write_at(file, 0, bytes_of("abcdefgh"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(written.bytes, 4u);
  EXPECT_EQ(written.error, EFBIG);
}

TEST_F(FileDescriptorTest, ClosesItsFileOnce) {
  FileDescriptor first = open_file("/dev/null", O_RDONLY);
  const int number = first.number();
  FileDescriptor second = std::move(first);
  EXPECT_FALSE(first.is_open());
  EXPECT_EQ(second.number(), number);
  EXPECT_NE(fcntl(number, F_GETFD), -1);
  EXPECT_EQ(second.close(), 0);
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
  EXPECT_EQ(second.close(), 0);
}

TEST_F(FileDescriptorTest, IsClosedInProgramsThatThisOneStarts) {
  const FileDescriptor file = open_file(directory_ / "x", O_RDWR | O_CREAT),
                       memory = open_memory_file("test");
  const Pipe pipe = open_pipe();
  for (const FileDescriptor* one : {&file, &memory, &pipe.reading, &pipe.writing}) {
    EXPECT_EQ(fcntl(one->number(), F_GETFD), FD_CLOEXEC);
  }
}

TEST_F(FileDescriptorTest, AFileThatCannotBeOpenedTellsWhy) {
  EXPECT_FALSE(open_file(directory_ / "none", O_RDONLY).is_open());
  EXPECT_EQ(errno, ENOENT);
}

TEST_F(FileDescriptorTest, SyncsWhatCanBeSynced) {
  const FileDescriptor file = open_file(directory_ / "x", O_RDWR | O_CREAT);
  EXPECT_EQ(sync_file(file), 0);
  EXPECT_EQ(sync_data(file), 0);
  const Pipe pipe = open_pipe();
  EXPECT_EQ(sync_file(pipe.writing), EINVAL);
  EXPECT_EQ(sync_data(pipe.writing), EINVAL);
}

}  // namespace
}  // namespace bask
