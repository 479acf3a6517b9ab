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

namespace bask {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// HDF5 looks at these as it starts, and again at lists of directories for each file that it opens.
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

class SourceCollector {
 public:
  explicit SourceCollector(const std::string& where) : where_(where) {}

  std::vector<Hdf5Source> take() { return std::move(sources_); }

  void visit(const Hdf5Place& place, int depth) {
    if (depth > kDeepest || seen_.size() > kMostObjects || !seen_.emplace(place.path, place.name).second)
      return;
    for (std::size_t slash = 0; slash != std::string::npos;) {
      slash = place.name.find('/', slash + 1);
      const std::string link = place.name.substr(0, slash);
      const std::string rest = slash == std::string::npos ? "" : place.name.substr(slash);
      H5L_info_t info{};
      if (H5Lget_info(place.file, link.c_str(), &info, H5P_DEFAULT) < 0)
        return;  // what is missing is told later
      if (info.type != H5L_TYPE_SOFT && info.type != H5L_TYPE_EXTERNAL) continue;
      std::vector<char> value(info.u.val_size + 1);
      if (H5Lget_val(place.file, link.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0) return;
      if (info.type == H5L_TYPE_EXTERNAL) return visit_linked(place, link, value, rest, depth);
      std::string target = value.data();
      if (!target.starts_with('/')) target = link.substr(0, link.rfind('/') + 1) + target;
      return visit({place.file, place.path, target + rest}, depth + 1);
    }
    visit_dataset(place, depth);
  }

 private:
  static constexpr int kDeepest = 16;
  static constexpr std::size_t kMostObjects = 4096;  // of many, the files are enough

  void visit_linked(const Hdf5Place& place, const std::string& link, const std::vector<char>& value,
                    const std::string& rest, int depth) {
    unsigned flags = 0;
    const char* name = nullptr;
    const char* object = nullptr;
    if (H5Lunpack_elink_val(value.data(), value.size() - 1, &flags, &name, &object) < 0) return;
    const auto found = find_source(Hdf5SourceKind::kLink, name, place.path);
    if (!found) {
      throw Error(where_,
                  fmt::format("'{}' is a link to '{}' of the file '{}', and there is no such file", link,
                              object, name),
                  "put it beside this file, or name its directory in HDF5_EXT_PREFIX");
    }
    const std::string slash = object[0] == '/' ? "" : "/";
    visit_file(*found, slash + object + rest, depth);
  }

  void visit_dataset(const Hdf5Place& place, int depth) {
    const Hdf5Id object(H5Oopen(place.file, place.name.c_str(), H5P_DEFAULT));
    if (!object || H5Iget_type(object.get()) != H5I_DATASET) return;
    const Hdf5Id list(H5Dget_create_plist(object.get()));
    if (!list) return;
    const int raw_files = H5Pget_external_count(list.get());
    for (int i = 0; i < raw_files; ++i) add_raw(list.get(), static_cast<unsigned>(i), place);
    if (H5Pget_layout(list.get()) == H5D_VIRTUAL) visit_virtual(list.get(), place, depth);
  }

  void add_raw(hid_t list, unsigned number, const Hdf5Place& place) {
    std::array<char, 4096> name{};
    off_t offset = 0;
    hsize_t bytes = 0;
    checked_hdf5(H5Pget_external(list, number, name.size() - 1, name.data(), &offset, &bytes), where_,
                 "cannot read which raw files it has");
    const auto found = find_source(Hdf5SourceKind::kRaw, name.data(), place.path);
    if (!found) {
      const std::string& prefix = start_prefixes().raw;
      throw Error(where_,
                  fmt::format("its elements are in the raw file '{}', and there is no such file in {}",
                              name.data(), prefix.empty() ? "the working directory" : "'" + prefix + "'"),
                  "name its directory in HDF5_EXTFILE_PREFIX; ${ORIGIN} is that of the HDF5 file");
    }
    add(*found);
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
      if (name.find("%b") != std::string_view::npos) {
        visit_numbered(name, dataset.data(), place, depth);
      } else if (name == ".") {
        visit({place.file, place.path, rooted(dataset.data())}, depth + 1);
      } else if (const auto found = find_source(Hdf5SourceKind::kVirtual, name, place.path)) {
        visit_file(*found, rooted(dataset.data()), depth);
      } else {
        const std::string beside = (fs::path(place.path).parent_path() / name).string();
        identity_of(beside, where_ + ": its source " + hdf5_place("from_hdf5", beside));  // says what is near
      }
    }
  }

  // HDF5 takes them in turn, until one is missing.
  void visit_numbered(std::string_view file, std::string_view dataset, const Hdf5Place& place, int depth) {
    for (std::size_t block = 0;; ++block) {
      const auto found = find_source(Hdf5SourceKind::kVirtual, numbered_source(file, block), place.path);
      if (!found) return;
      visit_file(*found, rooted(numbered_source(dataset, block)), depth);
    }
  }

  static std::string rooted(const std::string& name) { return name.starts_with('/') ? name : "/" + name; }

  void visit_file(const std::string& path, const std::string& name, int depth) {
    add(path);
    if (seen_.size() > kMostObjects || seen_.contains({path, name})) return;
    try {
      const auto file = open_for_reading(path, identity_of(path, where_), where_);
      const Hdf5Reading reading(file, where_);
      visit({file->id(), path, name}, depth + 1);
    } catch (const Error&) {
      // HDF5 may do without the source, or says by itself what is wrong with the link's target.
      H5Eclear2(H5E_DEFAULT);
    }
  }

  void add(const std::string& path) {
    if (!known_.insert(path).second) return;
    sources_.push_back({path, identity_of(path, where_ + ": its source " + hdf5_place("from_hdf5", path))});
  }

  const std::string& where_;
  std::vector<Hdf5Source> sources_;
  std::set<std::string> known_;
  std::set<std::tuple<std::string, std::string>> seen_;  // files and objects
};

std::mutex& looks_mutex() {
  static std::mutex mutex;
  return mutex;
}
const bool held_while_forking = hold_while_forking<looks_mutex>(ForkOrder::kInner);

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
  SourceCollector collector(where);
  collector.visit(place, 0);
  H5Eclear2(H5E_DEFAULT);
  return collector.take();
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
