// hdf5_sources.hpp: the other files that a dataset's elements come from: targets of external links, raw
// files, and sources of virtual datasets, which may have sources in turn. HDF5 looks for each kind in
// different directories.
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

/// The file that HDF5 would open for `name`, a name that the file `path` contains. An absolute path; nothing
/// when there is no such file. For a link or a virtual dataset, HDF5 takes an absolute name as it is where
/// that file exists, else its last part as a relative name. It looks for a relative name in the directories
/// of HDF5_EXT_PREFIX or HDF5_VDS_PREFIX, beside `path`, in the working directory, and beside the file that
/// `path` is a symbolic link to. It looks for a raw file in HDF5_EXTFILE_PREFIX, or in the working directory.
std::optional<std::string> find_source(Hdf5SourceKind kind, std::string_view name, const std::string& path);

/// The name of the `block`-th file or dataset, from a name with %b; %% stands for %.
std::string numbered_source(std::string_view name, std::size_t block);

/// An object of an open file.
struct Hdf5Place {
  std::int64_t file;
  std::string path;
  std::string name;
};
/// The other files that the object's elements come from, each once, in the order in which they are found.
/// Throws: Error naming a file that is not there.
/// Cost: opens each file of a virtual dataset, and in all of them up to 4096 datasets.
std::vector<Hdf5Source> other_files_of(const Hdf5Place& place, const std::string& where);

/// Throws: Error when the file has changed since it was described.
void check_source(const Hdf5Source& source, const std::string& where);
/// The same for all sources of a dataset, at most ten times a second however many blocks are read.
void check_sources(const Hdf5Dataset& dataset, const std::string& where);

}  // namespace bask
