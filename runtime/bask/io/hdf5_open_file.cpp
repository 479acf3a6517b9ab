#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bask/core/near_miss.hpp>
#include <bask/io/hdf5_open_file.hpp>
#include <bask/io/hdf5_type.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <span>
#include <string_view>
#include <system_error>

namespace bask {
namespace {

namespace fs = std::filesystem;
using OpenFiles = std::list<std::shared_ptr<Hdf5OpenFile>>;

OpenFiles& open_files() {               // under the lock; the file used last comes first
  static auto& files = *new OpenFiles;  // never destroyed: HDF5 may have ended before
  return files;
}

std::string beginning_of(const std::string& path) {
  std::array<char, 1024> bytes{};
  const FileDescriptor file = open_file(path, O_RDONLY | O_NONBLOCK);
  if (!file.is_open()) return {};
  return {bytes.data(), read_at(file, 0, std::as_writable_bytes(std::span(bytes))).bytes};
}

// The path with another number before its extension; a format such as %05d there is replaced, too.
std::string with_number(const std::string& path, std::string_view number) {
  const fs::path whole(path);
  std::string stem = whole.stem().string();
  const std::size_t format = stem.ends_with('d') ? stem.rfind('%') : std::string::npos;
  stem.resize(std::min(format, stem.find_last_not_of("0123456789") + 1));
  return (whole.parent_path() / (stem + std::string(number) + whole.extension().string())).string();
}

// Throws when the path stands for several files that only other HDF5 drivers can put together, as the first
// of them says: a family of equal pieces, or metadata and elements in files of their own.
void refuse_spread_file(const std::string& path, const std::string& where) {
  for (const int digits : {1, 2, 3, 4, 5, 6}) {
    if (beginning_of(with_number(path, std::string(static_cast<std::size_t>(digits), '0')))
            .find("NCSAfami") == std::string::npos)
      continue;
    const std::string format = digits == 1 ? "%d" : fmt::format("%0{}d", digits);
    throw Error(
        where, "it is one of a family of files, which HDF5 has cut one file into",
        fmt::format("`h5repart -family_to_sec2 '{}' new.h5` makes one of them", with_number(path, format)));
  }
  const std::size_t dash = path.rfind('-');
  if (dash == std::string::npos ||
      beginning_of(path.substr(0, dash) + "-m.h5").find("NCSAmult") == std::string::npos)
    return;
  throw Error(where, "it is one of two files, which HDF5 has split into metadata and elements",
              fmt::format("`h5repack '{}' new.h5` makes one of them", path.substr(0, dash)));
}

[[noreturn]] void refuse_missing(const std::string& path, int error, const std::string& where) {
  const fs::path directory = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  std::error_code ignored;
  if (error == ENOENT && !fs::exists(directory, ignored)) {
    throw Error(where, fmt::format("there is no directory '{}'", directory.string()), "check the path");
  }
  if (error != ENOENT) {
    throw Error(where, fmt::format("cannot open it: {}", error_text(error)),
                error == EACCES ? "ask its owner for permission to read it" : "check the path");
  }
  if (path.find('%') != std::string::npos) refuse_spread_file(path, where);
  constexpr std::size_t kMostListed = 1000;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(directory, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (names.size() < kMostListed) names.push_back(entry->path().filename().string());
  }
  const std::string near = near_miss(fs::path(path).filename().string(), names);
  throw Error(where, "there is no such file",
              near.empty() ? fmt::format("look into '{}'", directory.string())
                           : fmt::format("did you mean '{}'?", (directory / near).string()));
}

[[noreturn]] void refuse_open(const std::string& path, const FileIdentity& identity,
                              const std::string& where) {
  const std::string reason = hdf5_error_text();
  const std::string beginning = beginning_of(path);
  if (beginning.size() > 3 && beginning.starts_with("CDF") && (beginning[3] <= 5)) {
    throw Error(where, "this is a NetCDF classic file, not HDF5",
                fmt::format("`nccopy -k nc4 {} new.nc` converts it", path));
  }
  refuse_spread_file(path, where);
  if (reason.find("truncated") != std::string::npos) {
    throw Error(where,
                fmt::format("the file is truncated, it ends after {} bytes: {}", identity.size_bytes, reason),
                "copy or write it again");
  }
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  H5Eclear2(H5E_DEFAULT);
  if (is_hdf5 == 0) {
    throw Error(where, fmt::format("this is not an HDF5 file ({} bytes)", identity.size_bytes),
                "name an HDF5 or NetCDF-4 file");
  }
  throw Error(where, fmt::format("HDF5 cannot open the file: {}", reason),
              "if another program has it open for writing, wait for that; else copy or write it again");
}

// Whether HDF5 locks files, by the variable that it goes by itself.
bool locks_files() {
  const char* said = std::getenv("HDF5_USE_FILE_LOCKING");
  return said == nullptr || (std::string_view(said) != "FALSE" && std::string_view(said) != "0");
}

void unlock(const std::vector<int>& descriptors) {
  for (const int descriptor : descriptors) ::flock(descriptor, LOCK_UN);
}

Hdf5Id access_list() {
  Hdf5Id list(H5Pcreate(H5P_FILE_ACCESS));
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(list.get(), true, true);  // on file systems without locks, read without them
#endif
  return list;
}

Hdf5Id dataset_access_list(const Hdf5Dataset& dataset) {
  Hdf5Id list(H5Pcreate(H5P_DATASET_ACCESS));
  std::uint64_t bytes = size_of(dataset.dtype);
  for (const std::int64_t length : dataset.chunk_shape) bytes *= static_cast<std::uint64_t>(length);
  const bool is_uncached =
      !dataset.chunk_shape.empty() && dataset.filters.empty() && bytes >= kLeastUncachedChunk;
  if (is_uncached) H5Pset_chunk_cache(list.get(), 1, 0, H5D_CHUNK_CACHE_W0_DEFAULT);
  return list;
}

}  // namespace

FileIdentity identity_of(const std::string& path, const std::string& where) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) refuse_missing(path, errno, where);
  if (!S_ISREG(status.st_mode)) {
    throw Error(where, S_ISDIR(status.st_mode) ? "this is a directory" : "this is not a regular file",
                "name an HDF5 file");
  }
  return {static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

void refuse_changed_file(const std::string& where) {
  throw Error(where, "the file has changed since this array was made of it",
              "make the array again, and do not write a file that is being read");
}

Hdf5OpenFile::Hdf5OpenFile(std::string path, FileIdentity identity, const std::string& where)
    : path_(std::move(path)), identity_(identity) {
  // HDF5 does not say why it cannot open a file; the system does.
  if (!open_file(path_, O_RDONLY).is_open()) refuse_missing(path_, errno, where);
  const Hdf5Id list = access_list();
  file_ = Hdf5Id(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, list.get()));
  if (!file_) refuse_open(path_, identity_, where);
  descriptor_ = descriptor_of(file_.get());
}

Hdf5OpenFile::Dataset& Hdf5OpenFile::dataset(const Hdf5Dataset& described, const std::string& where) {
  const auto at = datasets_.find(described.name);
  if (at != datasets_.end()) return at->second;
  Dataset opened;
  const Hdf5Id list = dataset_access_list(described);
  opened.id = Hdf5Id(checked_hdf5(H5Dopen2(file_.get(), described.name.c_str(), list.get()), where,
                                  "cannot open the dataset"));
  opened.space = Hdf5Id(checked_hdf5(H5Dget_space(opened.id.get()), where, "cannot read its shape"));
  opened.type =
      described.has_bytes_of_dtype ? Hdf5Id(H5Dget_type(opened.id.get())) : native_type_of(described.dtype);
  opened.is_virtual = described.layout == Hdf5Layout::kVirtual;
  opened.raw = can_read_by_address(described, opened.id.get());
  opened.descriptor = descriptor_of(opened.id.get());
  return datasets_.emplace(described.name, std::move(opened)).first->second;
}

// May contain -1, where HDF5 has no descriptor; flock ignores that.
std::vector<int> Hdf5OpenFile::descriptors() const {
  std::vector<int> all{descriptor_};
  for (const auto& [name, dataset] : datasets_) {
    if (dataset.descriptor != descriptor_) all.push_back(dataset.descriptor);
  }
  return all;
}

void Hdf5OpenFile::begin_reading(const std::string& where) {
  if (readers_ == 0 && locks_files()) {
    for (const int descriptor : descriptors()) {
      if (::flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) continue;  // or no locks here
      unlock(descriptors());
      throw Error(where, "another program has the file open for writing", "wait until it has closed it");
    }
  }
  ++readers_;
}

void Hdf5OpenFile::end_reading() {
  const Hdf5Lock lock;
  if (--readers_ != 0) return;
  if (locks_files()) unlock(descriptors());
  // Virtual datasets keep their source files open, with HDF5's locks on them.
  std::erase_if(datasets_, [](const auto& entry) { return entry.second.is_virtual; });
}

std::shared_ptr<Hdf5OpenFile> open_for_reading(const std::string& path, const FileIdentity& identity,
                                               const std::string& where) {
  auto& files = open_files();
  const auto at =
      std::find_if(files.begin(), files.end(), [&](const auto& file) { return file->path() == path; });
  if (at != files.end() && (*at)->identity() == identity) {
    files.splice(files.begin(), files, at);
    return files.front();
  }
  if (at != files.end()) files.erase(at);
  files.push_front(std::make_shared<Hdf5OpenFile>(path, identity, where));
  if (files.size() > kMostOpenFiles) files.pop_back();
  return files.front();
}

void close_for_reading(const std::string& path) {
  const Hdf5Lock lock;
  std::erase_if(open_files(), [&](const auto& file) { return file->path() == path; });
}

}  // namespace bask
