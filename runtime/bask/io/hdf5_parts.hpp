// hdf5_parts.hpp: parts: the files that hold a dataset's blocks when each rank has written its own. One file,
// their master, shows the parts as virtual datasets. All parts of one run lie in a directory of their own
// beside the master, NAME.parts/bask-<16 random digits>, and only the master knows its name.
// Runs on: rank 0. Threads: any.
// Invariants: (1) no run writes to the parts of another;
//             (2) parts are removed when their master has been replaced, unless another HDF5 file beside it
//                 shows them: a master that was moved or copied keeps its parts;
//             (3) parts of a killed run, which no file shows, are removed when its process is gone.
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

/// The directories whose parts the datasets of `file` show; none when it is no HDF5 file.
PartsNames parts_shown_by(const std::filesystem::path& file);

/// To be called when `master` has been put in place: removes the parts that its predecessor showed and no
/// file shows now, and the parts of killed runs.
/// Cost: when there are any, a look at each HDF5 file beside `master`.
void remove_unused_parts(const std::filesystem::path& master, const PartsNames& of_predecessor);

/// Opens a part for reading, and a block in it. Throws: Error when it is not there, as when the ranks do not
/// see the same directory.
Hdf5Id open_part(const std::string& path, const std::string& where);
Hdf5Id open_block(std::int64_t file, const std::string& dataset, const std::string& path);

/// A new directory for the parts of one run. The destructor removes it, unless keep() was called.
class PartsDirectory {
 public:
  /// Throws: Error when it cannot be made.
  PartsDirectory(const std::filesystem::path& master, const std::string& where);
  ~PartsDirectory();
  PartsDirectory(const PartsDirectory&) = delete;
  PartsDirectory& operator=(const PartsDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// The name of the directory in the master.
  const std::string& name() const { return name_; }
  /// To be called when the master is in place: the directory stays.
  void keep();

 private:
  std::filesystem::path path_, mark_;  // the mark: a file that names the process, until keep()
  std::string name_;
  FileDescriptor locked_;
  bool is_kept_ = false;
};

}  // namespace bask
