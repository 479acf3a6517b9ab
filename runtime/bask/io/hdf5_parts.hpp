// hdf5_parts.hpp: the files that a dataset's blocks lie in when each rank has written its own, and to which
// file that shows them (their master) they belong. All parts of one run lie in a directory of their own
// beside the master, NAME.parts/bask-<16 random digits>, and only the master knows it. Runs on: rank 0.
// Threads: any. Invariants: (1) no run writes to the parts of another;
//             (2) parts go when their master has been replaced, and no other HDF5 file beside it shows them:
//             one that
//                 was moved or copied keeps them;
//             (3) parts that a killed run has left, which no file shows, go when its process is gone.
#pragma once

#include <bask/io/hdf5_library.hpp>
#include <bask/system/file_descriptor.hpp>

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

namespace bask {

/// Directories of parts, as virtual datasets name them: "speed.h5.parts/bask-91f0c3aa58d2e7b4".
using PartsNames = std::set<std::string>;

/// Those whose elements the datasets of a file show; none when it is no HDF5 file.
PartsNames parts_shown_by(const std::filesystem::path& file);

/// After `master` has been put in place: removes the parts that its predecessor showed and nobody shows now,
/// and what killed runs have left. Cost: when there are any, a look at each HDF5 file beside it.
void remove_unused_parts(const std::filesystem::path& master, const PartsNames& of_predecessor);

/// A part to be read, and a block in it. Throws: Error when it is not there, as when the
/// ranks do not see the same directory.
Hdf5Id open_part(const std::string& path, const std::string& where);
Hdf5Id open_block(std::int64_t file, const std::string& dataset, const std::string& path);

/// A new directory for the parts of one run. It goes, with what is in it, unless it is kept.
class PartsDirectory {
 public:
  /// Throws: Error when it cannot be made.
  PartsDirectory(const std::filesystem::path& master, const std::string& where);
  ~PartsDirectory();
  PartsDirectory(const PartsDirectory&) = delete;
  PartsDirectory& operator=(const PartsDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// As the master names it.
  const std::string& name() const { return name_; }
  /// The master that shows them is in place.
  void keep();

 private:
  std::filesystem::path path_, mark_;  // the mark says whose it is until it is kept
  std::string name_;
  FileDescriptor locked_;
  bool is_kept_ = false;
};

}  // namespace bask
