// hdf5_sources.hpp: the other files that a dataset's elements come from: behind external links, raw files,
// and the sources of virtual datasets, of whatever depth. HDF5 looks for each kind in places of its own.
// Runs on: every rank. Threads: any, without Hdf5Lock: looking for files takes long on some file systems.
#pragma once

#include <bask/io/hdf5_dataset.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

enum class Hdf5SourceKind : std::uint8_t { kLink, kVirtual, kRaw };

/// The file that HDF5 takes for `name`, found in the file `path`. Links and virtual datasets: an absolute
/// name as it is; then, by its last part, in the directories of HDF5_EXT_PREFIX or HDF5_VDS_PREFIX, beside
/// `path`, in the working directory, and beside the file that `path` is a symbolic link to. Raw files: in
/// HDF5_EXTFILE_PREFIX, or the working directory. Absolute; nothing where there is no such file.
std::optional<std::string> find_source(Hdf5SourceKind kind, std::string_view name, const std::string& path);

/// The `block`-th file or dataset of a name with %b; %% stands for %.
std::string numbered_source(std::string_view name, std::size_t block);

/// An object of an open file.
struct Hdf5Place {
  std::int64_t file;
  std::string path;
  std::string name;
};
/// Each once, in the order in which they are found. Throws: Error naming a file that is not there.
/// Cost: opens each file of a virtual dataset, and the first datasets of them.
std::vector<Hdf5Source> other_files_of(const Hdf5Place& place, const std::string& where);

/// Throws: Error when the file is another than was described.
void check_source(const Hdf5Source& source, const std::string& where);
/// The same for all of a dataset, at most ten times a second: many blocks that are read together look once.
void check_sources(const Hdf5Dataset& dataset, const std::string& where);

}  // namespace bask
