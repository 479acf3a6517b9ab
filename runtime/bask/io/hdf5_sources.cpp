#include <fmt/format.h>
#include <hdf5.h>
#include <bask/core/error.hpp>
#include <bask/core/fork_lock.hpp>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_open_file.hpp>
#include <bask/io/hdf5_sources.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

namespace bask {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// HDF5 reads these variables when it starts. HDF5_EXT_PREFIX and HDF5_VDS_PREFIX, as lists of directories, it
// also reads for each file that it opens.
struct StartPrefixes {
  std::string raw = variable("HDF5_EXTFILE_PREFIX");
  std::string virtual_sources = variable("HDF5_VDS_PREFIX");
};
const StartPrefixes& start_prefixes() {
  static const StartPrefixes prefixes;
  return prefixes;
}

// ${ORIGIN} at the beginning stands for the directory of the file.
fs::path expanded(const std::string& prefix, const fs::path& directory) {
  constexpr std::string_view kOrigin = "${ORIGIN}";
  if (!prefix.starts_with(kOrigin)) return prefix;
  return directory.string() + prefix.substr(kOrigin.size());
}

std::vector<fs::path> places_of(Hdf5SourceKind kind, const fs::path& name, const fs::path& path) {
  const fs::path directory = path.parent_path();
  if (kind == Hdf5SourceKind::kRaw) return {expanded(start_prefixes().raw, directory) / name};
  const bool is_link = kind == Hdf5SourceKind::kLink;
  const std::string prefix = variable(is_link ? "HDF5_EXT_PREFIX" : "HDF5_VDS_PREFIX");
  std::vector<fs::path> places;
  if (name.is_absolute()) places.push_back(name);
  const fs::path rest = name.is_absolute() ? name.filename() : name;
  for (std::size_t begin = 0; begin < prefix.size();) {
    const std::size_t end = std::min(prefix.find(':', begin), prefix.size());
    if (end != begin) places.push_back(prefix.substr(begin, end - begin) / rest);
    begin = end + 1;
  }
  if (!is_link && !start_prefixes().virtual_sources.empty())
    places.push_back(expanded(start_prefixes().virtual_sources, directory) / rest);
  places.push_back(directory / rest);
  places.push_back(rest);
  std::error_code ignored;
  places.push_back(fs::canonical(path, ignored).parent_path() / rest);
  return places;
}

// Another file, by the name that a file has for it.
struct Wanted {
  Hdf5SourceKind kind;
  std::string name;
  std::string path;    // of the file that has the name
  std::string object;  // in the other file; empty for raw files
  int depth;
  std::string link{};  // the external link to the file, in words, for messages
  bool is_numbered = false;
};

// Looks into files under the lock, but looks for files without it, as that takes long on some file systems.
class SourceCollector {
 public:
  explicit SourceCollector(const std::string& where) : where_(where) {}

  std::vector<Hdf5Source> collect(const Hdf5Place& place) {
    {
      const Hdf5Lock lock;
      visit(place, 0);
      H5Eclear2(H5E_DEFAULT);
    }
    while (!wanted_.empty()) {
      for (const Wanted& wanted : std::exchange(wanted_, {})) look_for(wanted);
      const Hdf5Lock lock;
      for (const Object& object : std::exchange(found_, {})) visit_found(object);
      H5Eclear2(H5E_DEFAULT);
    }
    return std::move(sources_);
  }

 private:
  static constexpr int kDeepest = 16;
  static constexpr std::size_t kMostObjects = 4096;  // of more objects, only the files are collected

  struct Object {
    std::string path, name;
    int depth;
  };

  void visit(const Hdf5Place& place, int depth) {
    if (depth > kDeepest || seen_.size() > kMostObjects || !seen_.emplace(place.path, place.name).second)
      return;
    for (std::size_t slash = 0; slash != std::string::npos;) {
      slash = place.name.find('/', slash + 1);
      const std::string link = place.name.substr(0, slash);
      const std::string rest = slash == std::string::npos ? "" : place.name.substr(slash);
      H5L_info_t info{};
      // When a link is missing, opening the dataset will say so.
      if (H5Lget_info(place.file, link.c_str(), &info, H5P_DEFAULT) < 0) return;
      if (info.type != H5L_TYPE_SOFT && info.type != H5L_TYPE_EXTERNAL) continue;
      std::vector<char> value(info.u.val_size + 1);
      if (H5Lget_val(place.file, link.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0) return;
      if (info.type == H5L_TYPE_EXTERNAL) return visit_link(place, link, value, rest, depth);
      std::string target = value.data();
      if (!target.starts_with('/')) target = link.substr(0, link.rfind('/') + 1) + target;
      return visit({place.file, place.path, target + rest}, depth + 1);
    }
    visit_dataset(place, depth);
  }

  void visit_link(const Hdf5Place& place, const std::string& link, const std::vector<char>& value,
                  const std::string& rest, int depth) {
    unsigned flags = 0;
    const char* name = nullptr;
    const char* object = nullptr;
    if (H5Lunpack_elink_val(value.data(), value.size() - 1, &flags, &name, &object) < 0) return;
    want({Hdf5SourceKind::kLink, name, place.path, rooted(object) + rest, depth,
          fmt::format("'{}' is a link to '{}'", link, object)});
  }

  void visit_dataset(const Hdf5Place& place, int depth) {
    const Hdf5Id object(H5Oopen(place.file, place.name.c_str(), H5P_DEFAULT));
    if (!object || H5Iget_type(object.get()) != H5I_DATASET) return;
    const Hdf5Id list(H5Dget_create_plist(object.get()));
    if (!list) return;
    const int raw_files = H5Pget_external_count(list.get());
    for (int i = 0; i < raw_files; ++i) {
      std::array<char, 4096> name{};
      off_t offset = 0;
      hsize_t bytes = 0;
      checked_hdf5(H5Pget_external(list.get(), static_cast<unsigned>(i), name.size() - 1, name.data(),
                                   &offset, &bytes),
                   where_, "cannot read which raw files it has");
      want({Hdf5SourceKind::kRaw, name.data(), place.path, "", depth});
    }
    if (H5Pget_layout(list.get()) == H5D_VIRTUAL) visit_virtual(list.get(), place, depth);
  }

  void visit_virtual(hid_t list, const Hdf5Place& place, int depth) {
    std::size_t count = 0;
    checked_hdf5(H5Pget_virtual_count(list, &count), where_, "cannot read its sources");
    for (std::size_t i = 0; i < count; ++i) {
      std::array<char, 4096> file{}, dataset{};
      checked_hdf5(H5Pget_virtual_filename(list, i, file.data(), file.size()), where_,
                   "cannot read its sources");
      checked_hdf5(H5Pget_virtual_dsetname(list, i, dataset.data(), dataset.size()), where_,
                   "cannot read its sources");
      const std::string_view name = file.data();
      const bool is_numbered = name.find("%b") != std::string_view::npos;
      if (name == ".") {
        visit({place.file, place.path, rooted(dataset.data())}, depth + 1);
      } else {
        const std::string object = is_numbered ? dataset.data() : rooted(dataset.data());
        want({Hdf5SourceKind::kVirtual, file.data(), place.path, object, depth, "", is_numbered});
      }
    }
  }

  void visit_found(const Object& object) {
    if (seen_.size() > kMostObjects || seen_.contains({object.path, object.name})) return;
    try {
      const auto file = open_for_reading(object.path, known_.at(object.path), where_);
      const Hdf5Reading reading(file, where_);
      visit({file->id(), object.path, object.name}, object.depth);
    } catch (const Error&) {
      // HDF5 may read without this source. Else reading will say what is wrong with it.
      H5Eclear2(H5E_DEFAULT);
    }
  }

  static std::string rooted(const std::string& name) { return name.starts_with('/') ? name : "/" + name; }

  void want(Wanted wanted) {
    const bool is_new = asked_.emplace(wanted.name, wanted.path).second;
    if (is_new || wanted_.size() <= kMostObjects) wanted_.push_back(std::move(wanted));
  }

  // Without the lock.
  void look_for(const Wanted& wanted) {
    if (wanted.is_numbered) return look_for_numbered(wanted);
    const auto found = find_source(wanted.kind, wanted.name, wanted.path);
    if (!found) refuse_missing_source(wanted);
    add(*found);
    if (wanted.kind != Hdf5SourceKind::kRaw) found_.push_back({*found, wanted.object, wanted.depth + 1});
  }

  // HDF5 opens numbered files in turn, until one is missing.
  void look_for_numbered(const Wanted& wanted) {
    for (std::size_t block = 0;; ++block) {
      const auto found = find_source(wanted.kind, numbered_source(wanted.name, block), wanted.path);
      if (!found) return;
      add(*found);
      found_.push_back({*found, rooted(numbered_source(wanted.object, block)), wanted.depth + 1});
    }
  }

  [[noreturn]] void refuse_missing_source(const Wanted& wanted) const {
    if (wanted.kind == Hdf5SourceKind::kLink) {
      throw Error(where_,
                  fmt::format("{} of the file '{}', and there is no such file", wanted.link, wanted.name),
                  "put it beside this file, or name its directory in HDF5_EXT_PREFIX");
    }
    if (wanted.kind == Hdf5SourceKind::kRaw) {
      const std::string& prefix = start_prefixes().raw;
      throw Error(where_,
                  fmt::format("its elements are in the raw file '{}', and there is no such file in {}",
                              wanted.name, prefix.empty() ? "the working directory" : "'" + prefix + "'"),
                  "name its directory in HDF5_EXTFILE_PREFIX; ${ORIGIN} is that of the HDF5 file");
    }
    const std::string beside = (fs::path(wanted.path).parent_path() / wanted.name).string();
    const std::string place = where_ + ": its source " + hdf5_place("from_hdf5", beside);
    identity_of(beside, place);  // throws, naming similar files
    throw Error(place, "the file has only just appeared", "try again");
  }

  void add(const std::string& path) {
    if (known_.contains(path)) return;
    const FileIdentity identity = identity_of(path, where_ + ": its source " + hdf5_place("from_hdf5", path));
    known_.emplace(path, identity);
    sources_.push_back({path, identity});
  }

  const std::string& where_;
  std::vector<Wanted> wanted_;
  std::vector<Object> found_;
  std::vector<Hdf5Source> sources_;
  std::map<std::string, FileIdentity> known_;
  std::set<std::tuple<std::string, std::string>> asked_;  // (name of another file, file that has the name)
  std::set<std::tuple<std::string, std::string>> seen_;   // (file, object)
};

std::mutex& looks_mutex() {
  static std::mutex mutex;
  return mutex;
}
const bool looks_held_while_forking = hold_while_forking<looks_mutex>(ForkOrder::kInner);

bool sources_are_due(const Hdf5Dataset& dataset) {
  constexpr auto kGood = std::chrono::milliseconds(100);
  struct Looked {
    std::vector<Hdf5Source> sources;
    std::chrono::steady_clock::time_point at;
  };
  static std::map<std::string, Looked> looked;  // under looks_mutex()
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(looks_mutex());
  Looked& last = looked[dataset.path + dataset.name];
  if (last.sources == dataset.sources && now - last.at < kGood) return false;
  last = {dataset.sources, now};
  return true;
}

}  // namespace

std::optional<std::string> find_source(Hdf5SourceKind kind, std::string_view name, const std::string& path) {
  for (const fs::path& place : places_of(kind, name, path)) {
    std::error_code ignored;
    if (fs::is_regular_file(place, ignored)) return fs::absolute(place).lexically_normal().string();
  }
  return std::nullopt;
}

std::string numbered_source(std::string_view name, std::size_t block) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char next = name[i] == '%' && i + 1 < name.size() ? name[i + 1] : '\0';
    if (next == 'b')
      text += std::to_string(block);
    else
      text += name[i];
    if (next == 'b' || next == '%') ++i;
  }
  return text;
}

std::vector<Hdf5Source> other_files_of(const Hdf5Place& place, const std::string& where) {
  return SourceCollector(where).collect(place);
}

void check_source(const Hdf5Source& source, const std::string& where) {
  const std::string place = where + ": its source " + hdf5_place("from_hdf5", source.path);
  if (!(identity_of(source.path, place) == source.file)) refuse_changed_file(place);
}

void check_sources(const Hdf5Dataset& dataset, const std::string& where) {
  if (dataset.sources.empty() || !sources_are_due(dataset)) return;
  for (const auto& source : dataset.sources) check_source(source, where);
}

}  // namespace bask
