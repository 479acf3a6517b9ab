// parts_backing.hpp: what memory the parts of this process's exchanges may take, and where further ones go.
// Runs on: every rank. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bask {

class PartsBacking {
 public:
  struct Place {  // on the disk
    std::uint64_t offset = 0, bytes = 0, checksum = 0;
  };
  struct Reading {
    Place from;
    std::span<std::byte> into;  ///< as many bytes
  };
  virtual ~PartsBacking() = default;
  /// Returns whether so many bytes more may be in memory; give_back() must follow then.
  virtual bool try_take(std::uint64_t bytes) = 0;
  virtual void give_back(std::uint64_t bytes) noexcept = 0;
  /// All of them at once; returns when they are on the disk. Throws: Error; then nothing is left of them.
  virtual std::vector<Place> write(std::span<const std::span<const std::byte>> parts) = 0;
  /// All of them at once; returns when they are read. Throws: Error.
  virtual void read(std::span<const Reading> readings) = 0;
  /// Nobody reads these any more.
  virtual void free(std::span<const Place> places) noexcept = 0;

  /// Null, as at first: all parts stay in memory.
  static void set_of_process(std::shared_ptr<PartsBacking> backing);
  static std::shared_ptr<PartsBacking> of_process();
};

}  // namespace bask
