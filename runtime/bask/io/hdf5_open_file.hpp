// hdf5_open_file.hpp: the files that a process holds open for reading, so that each block need not open its
// own.
// Runs on: every rank. Threads: any; those that call HDF5 hold Hdf5Lock.
// Invariants: (1) at most kMostOpenFiles are kept, those used last;
//             (2) an open file is the one that was described, or is not used;
//             (3) HDF5's locks on files are held only while somebody reads: other programs may write then.
#pragma once

#include <bask/io/hdf5_dataset.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_raw_access.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bask {

inline constexpr std::size_t kMostOpenFiles = 64;
/// In bytes: HDF5 does not copy chunks without filters into its cache, from this size on.
inline constexpr std::uint64_t kLeastUncachedChunk = 4096;

/// The size and time of a file. Throws: Error saying that there is no such file, and what is near.
FileIdentity identity_of(const std::string& path, const std::string& where);
[[noreturn]] void refuse_changed_file(const std::string& where);

class Hdf5OpenFile {
 public:
  struct Dataset {
    Hdf5Id id;
    Hdf5RawAccess raw;
    Hdf5Id space;  ///< whose selection is the last read's
    Hdf5Id type;   ///< in memory, for reads through HDF5: bytes as they are stored where Bask knows them
    bool is_virtual = false;
    int descriptor = -1;  ///< of the file that holds it, which links may have led to
  };

  /// Throws: Error when it cannot be opened, with the reason.
  Hdf5OpenFile(std::string path, FileIdentity identity, const std::string& where);

  const std::string& path() const { return path_; }
  const FileIdentity& identity() const { return identity_; }
  std::int64_t id() const { return file_.get(); }
  /// Opened at the first call. Under the lock, by who is reading; the reference is good until it ends.
  Dataset& dataset(const Hdf5Dataset& described, const std::string& where);

 private:
  friend class Hdf5Reading;
  void begin_reading(const std::string& where);
  void end_reading();
  std::vector<int> descriptors() const;

  std::string path_;
  FileIdentity identity_;
  Hdf5Id file_;
  std::map<std::string, Dataset> datasets_;
  int descriptor_ = -1;
  int readers_ = 0;
};

/// While it lives, the file is being read, and no other program can open it for writing. Made under Hdf5Lock.
class Hdf5Reading {
 public:
  /// Throws: Error when another program has the file open for writing.
  Hdf5Reading(std::shared_ptr<Hdf5OpenFile> file, const std::string& where) : file_(std::move(file)) {
    file_->begin_reading(where);
  }
  ~Hdf5Reading() { file_->end_reading(); }
  Hdf5Reading(const Hdf5Reading&) = delete;
  Hdf5Reading& operator=(const Hdf5Reading&) = delete;
  Hdf5OpenFile& file() const { return *file_; }

 private:
  std::shared_ptr<Hdf5OpenFile> file_;  // shared: see open_for_reading
};

/// From those kept open, or opened now. Shared: a thread may still read while another's file takes the place.
/// `identity` is that of the file now, found before the lock was taken. Under the lock.
std::shared_ptr<Hdf5OpenFile> open_for_reading(const std::string& path, const FileIdentity& identity,
                                               const std::string& where);
/// Lets go of a file that is to be replaced or removed.
void close_for_reading(const std::string& path);

}  // namespace bask
