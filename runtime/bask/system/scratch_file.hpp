// scratch_file.hpp: a file without a name, for bytes that need not outlive the process. It is read and
// written past the page cache where its file system has that (O_DIRECT), so that they do not count as memory
// of the job. Elsewhere large transfers are dropped from the page cache as soon as they are on the disk.
// Runs on: every rank. Threads: any; each has a buffer of its own.
// Invariants: (1) nothing of it is left when the process is gone, however it went;
//             (2) transfers begin at multiples of kUnit, and so share no unit.
#pragma once

#include <bask/system/file_descriptor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>

namespace bask {

class ScratchFile {
 public:
  static constexpr std::size_t kUnit = 4096;
  static constexpr std::size_t kMostBytes = 4u << 20;  ///< of one transfer

  /// Memory of kMostBytes in whole pages, for transfers from and to memory that is not in whole pages.
  class Buffer {
   public:
    /// Throws: std::bad_alloc.
    Buffer();
    std::byte* data() const { return memory_.get(); }

   private:
    std::unique_ptr<std::byte, decltype(&std::free)> memory_;
  };

  /// Throws: Error (kUsage) when no file can be made in the directory.
  explicit ScratchFile(std::filesystem::path directory, TransferCalls calls = TransferCalls::of_system());

  const std::filesystem::path& directory() const { return directory_; }
  bool is_direct() const { return is_direct_; }

  /// Both begin at a multiple of kUnit and transfer kMostBytes at most.
  Transferred write(std::uint64_t offset, std::span<const std::byte> from, const Buffer& buffer);
  /// Fewer bytes than asked for without an error: the file ends there.
  Transferred read(std::uint64_t offset, std::span<std::byte> to, const Buffer& buffer);

 private:
  Transferred write_direct(std::uint64_t offset, std::span<const std::byte> from, const Buffer& buffer);
  Transferred write_plain(std::uint64_t offset, std::span<const std::byte> from);
  Transferred read_direct(std::uint64_t offset, std::span<std::byte> to, const Buffer& buffer);
  Transferred read_plain(std::uint64_t offset, std::span<std::byte> to);
  void become_plain();
  void drop_cached(std::uint64_t offset, std::size_t bytes) const;

  const std::filesystem::path directory_;
  const TransferCalls calls_;
  FileDescriptor file_;
  std::atomic<bool> is_direct_;
};

}  // namespace bask
