// hdf5_open_file.hpp: the files that a process keeps open for reading, so that not each block opens its file.
// Runs on: every rank. Threads: any; those that call HDF5 hold Hdf5Lock.
// Invariants: (1) at most kMostOpenFiles are kept open, those used last;
//             (2) an open file whose size or time is not as described is not read;
//             (3) HDF5's locks on files are held only during reads: between reads, other programs may write.
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
/// In bytes. Chunks without filters that are this large or larger bypass HDF5's chunk cache.
inline constexpr std::uint64_t kLeastUncachedChunk = 4096;

/// The size and time of a file. Throws: Error when there is no such file, naming similar files.
FileIdentity identity_of(const std::string& path, const std::string& where);
[[noreturn]] void refuse_changed_file(const std::string& where);

class Hdf5OpenFile {
 public:
  struct Dataset {
    Hdf5Id id;
    Hdf5RawAccess raw;
    Hdf5Id space;  ///< its selection is that of the last read
    Hdf5Id type;   ///< in memory, for reads through HDF5: as stored where Bask can decode the bytes
    bool is_virtual = false;
    int descriptor = -1;  ///< of the file that holds the dataset, which may be another one, behind a link
  };

  /// Throws: Error when it cannot be opened, with the reason.
  Hdf5OpenFile(std::string path, FileIdentity identity, const std::string& where);

  const std::string& path() const { return path_; }
  const FileIdentity& identity() const { return identity_; }
  std::int64_t id() const { return file_.get(); }
  /// Opens the dataset at the first call. The caller holds Hdf5Lock and an Hdf5Reading of this file; the
  /// reference is good while that reading lives.
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

/// While an Hdf5Reading lives, the file is being read, and no other program can open it for writing. The
/// caller of the constructor holds Hdf5Lock; the destructor takes it.
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

/// The file: one that is kept open, or opened now. It is shared, because one thread may still read it when
/// another thread's file takes its place among those kept open. `identity`: the file's present one, which the
/// caller has found before it took Hdf5Lock. The caller holds Hdf5Lock.
std::shared_ptr<Hdf5OpenFile> open_for_reading(const std::string& path, const FileIdentity& identity,
                                               const std::string& where);
/// Closes a file that will be replaced or removed.
void close_for_reading(const std::string& path);

}  // namespace bask
