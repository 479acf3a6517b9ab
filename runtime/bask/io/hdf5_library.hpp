// hdf5_library.hpp: the HDF5 library as the one thing of a process that it is: its lock, its handles, its
// errors.
// Runs on: every rank. Threads: any; the library is not thread-safe, so every call is made under Hdf5Lock.
// Invariants: (1) only files of this room call H5*;
//             (2) nobody decompresses, converts or waits for another lock under the lock;
//             (3) no call is collective.
#pragma once

#include <bask/core/error.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bask {

/// Held while HDF5 is called. The first one starts the library: turns its printing of errors off and
/// registers the filters that Bask brings. A thread may take it again, for handles close wherever their last
/// owner ends.
class Hdf5Lock {
 public:
  Hdf5Lock();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// Has every rank start HDF5 now, before its tasks use it: parallel HDF5 makes calls of MPI when it starts,
/// and those must not meet Bask's own. Does nothing the second time, or without a runtime. On rank 0, outside
/// of tasks.
void start_hdf5_everywhere();

/// What HDF5 calls hid_t: a file, dataset, type, space or property list. Closed by its owner's end.
class Hdf5Id {
 public:
  Hdf5Id() = default;
  explicit Hdf5Id(std::int64_t id) : id_(id) {}
  Hdf5Id(Hdf5Id&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Hdf5Id& operator=(Hdf5Id&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Hdf5Id() { close(); }

  std::int64_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  void close() noexcept;

 private:
  std::int64_t id_ = -1;
};

/// What all links of the file are called, from its root; nothing when the file is none or cannot be read.
/// Under the lock.
std::optional<std::vector<std::string>> hdf5_paths(std::int64_t file);

/// What HDF5 says went wrong in the last call that failed, from the outermost words to the innermost, and
/// what the system says where that is the cause. Under the lock, right after that call.
std::string hdf5_error_text();

/// Throws: Error "<where>: <happened>: <what HDF5 says>; <fix>". Under the lock.
[[noreturn]] void refuse_hdf5(const std::string& where, const std::string& happened, const std::string& fix);

/// The result of a call, when it is not negative. Throws: as refuse_hdf5, which says that the file may be
/// damaged.
template <class Result>
Result checked_hdf5(Result result, const std::string& where, std::string_view happened) {
  if (result < 0) {
    refuse_hdf5(where, std::string(happened), "look at the file with h5dump; it may be damaged");
  }
  return result;
}

/// The same for what is being written.
template <class Result>
Result checked_write(Result result, const std::string& where, std::string_view happened) {
  if (result < 0) {
    refuse_hdf5(where, std::string(happened), "see what HDF5 says; another name, shape or chunks may do");
  }
  return result;
}

/// Extents or places as HDF5 takes them (hsize_t), and as messages name them: "(0, 73, 144)".
std::vector<unsigned long long> hdf5_extents(std::span<const std::int64_t> numbers);
std::string hdf5_text(std::span<const std::int64_t> numbers);

/// "from_hdf5('x.h5', 'u')": how messages name a dataset, or a file where `dataset` is empty.
std::string hdf5_place(std::string_view function, std::string_view path, std::string_view dataset = {});

}  // namespace bask
