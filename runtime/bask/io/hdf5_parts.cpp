#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/file.h>
#include <unistd.h>
#include <bask/core/error.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_parts.hpp>
#include <bask/system/output_file.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <optional>
#include <random>
#include <system_error>
#include <vector>

namespace bask {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kBeginning = "bask-", kPartsMark = "unfinished.", kEnding = ".parts";
constexpr std::size_t kDigits = 16;

std::string random_name() {
  std::random_device random;
  return fmt::format("{}{:08x}{:08x}", kBeginning, random(), random());
}

bool is_parts_name(std::string_view name) {
  return name.starts_with(kBeginning) && name.size() == kBeginning.size() + kDigits &&
         std::all_of(name.begin() + kBeginning.size(), name.end(),
                     [](unsigned char c) { return std::isxdigit(c); });
}

// "x.parts/bask-…" for "x.parts/bask-…/part.h5"; empty for files that are no parts.
std::string parts_name_of(const std::string& source) {
  const fs::path path(source);
  const fs::path directory = path.parent_path();
  const bool is_part = path.is_relative() && is_parts_name(directory.filename().string()) &&
                       directory.parent_path().extension() == kEnding &&
                       !directory.parent_path().has_parent_path();
  return is_part ? directory.string() : std::string();
}

void add_sources(hid_t dataset, PartsNames& names) {
  const Hdf5Id list(H5Dget_create_plist(dataset));
  std::size_t count = 0;
  if (H5Pget_layout(list.get()) != H5D_VIRTUAL || H5Pget_virtual_count(list.get(), &count) < 0) return;
  std::string source;
  for (std::size_t i = 0; i < count; ++i) {
    const ssize_t size = H5Pget_virtual_filename(list.get(), i, nullptr, 0);
    if (size <= 0) continue;
    source.resize(static_cast<std::size_t>(size));
    H5Pget_virtual_filename(list.get(), i, source.data(), source.size() + 1);
    if (std::string name = parts_name_of(source); !name.empty()) names.insert(std::move(name));
  }
}

// The parts that a file shows; nothing when it cannot be opened now, because it is being written.
std::optional<PartsNames> look_into(const fs::path& path) {
  const Hdf5Lock lock;
  PartsNames names;
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  if (is_hdf5 <= 0) {
    H5Eclear2(H5E_DEFAULT);
    return is_hdf5 == 0 ? std::optional(names) : std::nullopt;  // negative: the file could not be read
  }
  const Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  const auto paths = hdf5_paths(file.get());
  if (!paths) return std::nullopt;
  for (const auto& name : *paths) {
    const Hdf5Id object(H5Oopen(file.get(), name.c_str(), H5P_DEFAULT));
    if (object && H5Iget_type(object.get()) == H5I_DATASET) add_sources(object.get(), names);
  }
  H5Eclear2(H5E_DEFAULT);
  return names;
}

// Those of `names` that no HDF5 file in `directory` shows.
PartsNames shown_by_none(const fs::path& directory, PartsNames names) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end && !names.empty();
       entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_regular_file(ignored)) continue;
    const auto shown = look_into(entry->path());
    if (!shown) return {};
    for (const auto& name : *shown) names.erase(name);
  }
  return error ? PartsNames() : names;
}

// The parts of runs that wrote to this name and were killed.
PartsNames left_by_killed_runs(const fs::path& all_parts) {
  PartsNames names;
  std::error_code error;
  for (fs::directory_iterator entry(all_parts, error), end; !error && entry != end; entry.increment(error)) {
    if (!is_parts_name(entry->path().filename().string())) continue;
    std::error_code ignored;
    for (fs::directory_iterator file(entry->path(), ignored), last; !ignored && file != last;
         file.increment(ignored)) {
      if (file->path().filename().string().starts_with(kPartsMark) && is_abandoned(file->path())) {
        names.insert((all_parts.filename() / entry->path().filename()).string());
      }
    }
  }
  return names;
}

fs::path all_parts_of(const fs::path& master) {
  return directory_of(master) / (master.filename().string() + std::string(kEnding));
}

}  // namespace

PartsNames parts_shown_by(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return {};
  return look_into(file).value_or(PartsNames());
}

void remove_unused_parts(const fs::path& master, const PartsNames& of_predecessor) {
  PartsNames names = left_by_killed_runs(all_parts_of(master));
  names.insert(of_predecessor.begin(), of_predecessor.end());
  if (names.empty()) return;
  const fs::path directory = directory_of(master);
  std::error_code ignored;
  for (const auto& name : shown_by_none(directory, names)) {
    fs::remove_all(directory / name, ignored);
    fs::remove((directory / name).parent_path(), ignored);  // when it is empty
  }
}

Hdf5Id open_part(const std::string& path, const std::string& where) {
  const Hdf5Lock lock;
  Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file) {
    refuse_hdf5(where, fmt::format("rank 0 cannot read '{}', which another rank has written", path),
                "write to a directory that all ranks see");
  }
  return file;
}

Hdf5Id open_block(std::int64_t file, const std::string& dataset, const std::string& path) {
  const Hdf5Lock lock;
  return Hdf5Id(checked_hdf5(H5Dopen2(file, dataset.c_str(), H5P_DEFAULT),
                             hdf5_place("to_hdf5", path, dataset), "cannot open a part"));
}

PartsDirectory::PartsDirectory(const fs::path& master, const std::string& where) {
  const fs::path all = all_parts_of(master);
  if (all.filename().string().find('%') != std::string::npos) {  // HDF5 would put a block number there
    throw Error(where, "with one file per rank, the name of the file cannot contain '%'",
                "give it another name, or write one file: Hdf5Output::kOneFile");
  }
  const std::string own = random_name();
  path_ = all / own;
  name_ = (all.filename() / own).string();
  std::error_code error;
  fs::create_directories(path_, error);
  mark_ = path_ / (std::string(kPartsMark) + owner_mark());
  if (!error) locked_ = open_file(mark_, O_RDWR | O_CREAT | O_EXCL);
  if (!locked_.is_open()) {
    if (!error) error = std::error_code(errno, std::generic_category());
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    throw Error(
        where,
        fmt::format("cannot make the directory '{}' of its parts: {}", path_.string(), error.message()),
        "write to a directory that you may write to and that has room");
  }
  ::flock(locked_.number(), LOCK_EX | LOCK_NB);
  sync_directory(all);  // so that the parts are on the disk before their master
  sync_directory(all.parent_path());
}

PartsDirectory::~PartsDirectory() {
  locked_.close();
  if (is_kept_) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  fs::remove(path_.parent_path(), ignored);  // when it is empty
}

void PartsDirectory::keep() {
  is_kept_ = true;
  ::unlink(mark_.c_str());
}

}  // namespace bask
