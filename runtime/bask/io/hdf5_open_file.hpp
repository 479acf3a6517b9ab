// hdf5_open_file.hpp: the files that a process holds open for reading, so that each block need not open its
// own.
// Runs on: every rank. Threads: any; those that call HDF5 hold Hdf5Lock.
// Invariants: (1) at most kMostOpenFiles are kept, those used last;
//             (2) an open file is the one that was described, or is not used.
#pragma once

#include <bask/io/hdf5_dataset.hpp>
#include <bask/io/hdf5_library.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace bask {

inline constexpr std::size_t kMostOpenFiles = 64;

/// The size and time of a file. Throws: Error saying that there is no such file, and what is near.
FileIdentity identity_of(const std::string& path, const std::string& where);
[[noreturn]] void refuse_changed_file(const std::string& where);

class Hdf5OpenFile {
 public:
  struct Dataset {
    Hdf5Id id;
    Hdf5Id memory_type;  ///< for reads through HDF5: the stored type in this machine's order
    std::optional<std::uint64_t> address;  ///< of a contiguous dataset's elements in the file
  };

  /// Throws: Error when it cannot be opened, with the reason.
  Hdf5OpenFile(std::string path, FileIdentity identity, const std::string& where);

  const std::string& path() const { return path_; }
  const FileIdentity& identity() const { return identity_; }
  std::int64_t id() const { return file_.get(); }
  /// For pread outside of the lock; -1 where the file is not one stretch of bytes as HDF5 counts them.
  int descriptor() const { return descriptor_; }
  /// Opened at the first call. Under the lock; the reference is good as long as the file.
  Dataset& dataset(const std::string& name, const std::string& where);

 private:
  std::string path_;
  FileIdentity identity_;
  Hdf5Id file_;
  int descriptor_ = -1;
  std::map<std::string, Dataset> datasets_;
};

/// From those kept open, or opened now. Shared: a thread may still read while another's file takes the place.
/// Under the lock. Throws: Error also when the file is not `identity` any more.
std::shared_ptr<Hdf5OpenFile> open_for_reading(const std::string& path, const FileIdentity& identity,
                                               const std::string& where);
/// Lets go of a file that is to be replaced or removed.
void close_for_reading(const std::string& path);

}  // namespace bask
