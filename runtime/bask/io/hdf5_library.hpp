// hdf5_library.hpp: the HDF5 library of this process: its lock, its handles, its errors.
// Runs on: every rank. Threads: any; the library is not thread-safe, so every call is made under Hdf5Lock.
// Invariants: (1) only files of this room call H5*;
//             (2) a thread that holds Hdf5Lock does not decompress, convert or wait for another lock;
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

/// A thread holds it while it calls HDF5. The first one starts the library: it turns off HDF5's printing of
/// errors and registers Bask's own filters. The lock is recursive, because destructors of handles take it,
/// wherever they run.
class Hdf5Lock {
 public:
  Hdf5Lock();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// On rank 0: starts HDF5 on every rank before tasks use it. A parallel HDF5 calls MPI when it starts, which
/// must not happen during Bask's own calls. Does nothing the second time, in a task, or without a runtime.
void start_hdf5_everywhere();

/// Owns an HDF5 handle (hid_t): a file, dataset, type, space or property list. The destructor closes it.
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

/// The paths of all links in the file, from its root; nothing when it cannot be read. Under the lock.
std::optional<std::vector<std::string>> hdf5_paths(std::int64_t file);

/// Why the last call failed, in HDF5's words from the outermost to the innermost; or the system's error text,
/// where a system call was the cause. Under the lock, right after that call.
std::string hdf5_error_text();

/// Throws: Error "<where>: <happened>: <what HDF5 says>; <fix>". Under the lock.
[[noreturn]] void refuse_hdf5(const std::string& where, const std::string& happened, const std::string& fix);

/// Returns the result of a call, when it is not negative. Throws: as refuse_hdf5; the message says that the
/// file may be damaged.
template <class Result>
Result checked_hdf5(Result result, const std::string& where, std::string_view happened) {
  if (result < 0) {
    refuse_hdf5(where, std::string(happened), "look at the file with h5dump; it may be damaged");
  }
  return result;
}

/// The same for calls that write.
template <class Result>
Result checked_write(Result result, const std::string& where, std::string_view happened) {
  if (result < 0) {
    refuse_hdf5(where, std::string(happened), "see what HDF5 says; another name, shape or chunks may do");
  }
  return result;
}

/// Extents or positions as HDF5 takes them (hsize_t), and as messages show them: "(0, 73, 144)".
std::vector<unsigned long long> hdf5_extents(std::span<const std::int64_t> numbers);
std::string hdf5_text(std::span<const std::int64_t> numbers);

/// "from_hdf5('x.h5', 'u')": how messages name a dataset, or a file where `dataset` is empty.
std::string hdf5_place(std::string_view function, std::string_view path, std::string_view dataset = {});

}  // namespace bask
