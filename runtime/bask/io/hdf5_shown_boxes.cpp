#include <hdf5.h>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_shown_boxes.hpp>
#include <bask/io/hdf5_sources.hpp>

#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace bask {
namespace {

struct Box {
  std::vector<std::int64_t> start, extent;
};

// The selection of a dataspace, when it is one box.
std::optional<Box> selected_box(hid_t space) {
  const int axes = H5Sget_simple_extent_ndims(space);
  std::array<hsize_t, H5S_MAX_RANK> first{}, last{};
  if (axes <= 0 || H5Sget_select_bounds(space, first.data(), last.data()) < 0) return std::nullopt;
  Box box;
  hsize_t count = 1;
  for (std::size_t a = 0; a < static_cast<std::size_t>(axes); ++a) {
    constexpr hsize_t kMost = hsize_t{1} << 40;  // unlimited selections are longer
    if (last[a] >= kMost || last[a] < first[a]) return std::nullopt;
    box.start.push_back(static_cast<std::int64_t>(first[a]));
    box.extent.push_back(static_cast<std::int64_t>(last[a] - first[a] + 1));
    count *= last[a] - first[a] + 1;
  }
  const hssize_t selected = H5Sget_select_npoints(space);
  return selected > 0 && static_cast<hsize_t>(selected) == count ? std::optional(box) : std::nullopt;
}

// A selection of all of a source has no extent until the source is opened: it is as large as `shown`.
std::optional<Box> source_box(hid_t space, const std::optional<Box>& shown) {
  if (!shown || H5Sget_select_type(space) != H5S_SEL_ALL) return selected_box(space);
  return Box{std::vector<std::int64_t>(shown->extent.size(), 0), shown->extent};
}

}  // namespace

std::vector<Hdf5ShownBox> shown_boxes(std::int64_t creation_list) {
  std::vector<Hdf5ShownBox> boxes;
  std::size_t count = 0;
  H5Pget_virtual_count(creation_list, &count);
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 4096> file{}, source{};
    const Hdf5Id here(H5Pget_virtual_vspace(creation_list, i)),
        there(H5Pget_virtual_srcspace(creation_list, i));
    if (!here || !there || H5Pget_virtual_filename(creation_list, i, file.data(), file.size()) < 0 ||
        H5Pget_virtual_dsetname(creation_list, i, source.data(), source.size()) < 0) {
      return {};
    }
    const std::string_view name = file.data(), object = source.data();
    const auto box = selected_box(here.get()), from = source_box(there.get(), box);
    if (!box || !from || box->extent != from->extent || name.find('%') != std::string_view::npos ||
        object.find('%') != std::string_view::npos) {
      return {};
    }
    boxes.push_back({file.data(), std::string(object), box->start, from->start, box->extent,
                     H5Sget_select_type(there.get()) == H5S_SEL_ALL});
  }
  return boxes;
}

void find_files_of(std::vector<Hdf5ShownBox>& boxes, const std::string& path) {
  std::map<std::string, std::optional<std::string>> found{{".", path}};
  for (Hdf5ShownBox& box : boxes) {
    const auto [at, is_new] = found.try_emplace(box.path);
    if (is_new) at->second = find_source(Hdf5SourceKind::kVirtual, box.path, path);
    if (!at->second) return boxes.clear();
    box.path = *at->second;
  }
}

std::optional<Hdf5Dataset> source_of(const Hdf5ShownBox& box, const Hdf5Dataset& whole,
                                     const std::string& where) {
  std::optional<Hdf5Dataset> source;
  try {
    source = describe_hdf5(box.path, box.dataset);
  } catch (const Error&) {
    return std::nullopt;
  }
  const auto check = [&](const std::string& path, const FileIdentity& identity) {
    for (const auto& known : whole.sources) {
      if (known.path == path && !(known.file == identity)) check_source(known, where);
    }
  };
  check(source->path, source->file);
  for (const auto& other : source->sources) check(other.path, other.file);
  if (source->dtype != whole.dtype || source->shape.size() != box.extent.size()) return std::nullopt;
  if (box.is_whole && source->shape != box.extent) return std::nullopt;
  for (std::size_t a = 0; a < box.extent.size(); ++a) {
    if (box.source_start[a] + box.extent[a] > source->shape[a]) return std::nullopt;
  }
  return source;
}

}  // namespace bask
