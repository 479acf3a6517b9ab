#include <hdf5.h>
#include <bask/io/hdf5_library.hpp>
#include <bask/io/hdf5_raw_access.hpp>
#include <bask/io/hdf5_type.hpp>

namespace bask {
namespace {

// HDF5's number of the file in which an object lies, whatever links or mounts led to it.
std::optional<unsigned long> file_number(hid_t id, const char* name) {
  H5O_info_t info{};
  if (H5Oget_info_by_name(id, name, &info, H5P_DEFAULT) < 0) return std::nullopt;
  return info.fileno;
}

bool counts_from_zero(hid_t file) {
  const Hdf5Id list(H5Fget_create_plist(file));
  hsize_t user_block = 1;
  return list && H5Pget_userblock(list.get(), &user_block) >= 0 && user_block == 0;
}

std::string why_not_bytes(const Hdf5Dataset& dataset, hid_t id, hid_t list) {
  const Hdf5Id type(H5Dget_type(id));
  const auto stored = stored_type_of(type.get());
  if (!dataset.has_bytes_of_dtype || !stored || !stored->has_bytes_of_dtype)
    return "its type is converted by HDF5";
  if (stored->dtype != dataset.dtype || stored->is_swapped != dataset.is_swapped ||
      H5Tget_size(type.get()) != size_of(dataset.dtype)) {
    return "its type is another than was described";
  }
  if (H5Pget_external_count(list) != 0) return "its elements lie in raw files";
  if (dataset.layout == Hdf5Layout::kVirtual) return "it is virtual";
  if (dataset.layout == Hdf5Layout::kCompact) return "its elements lie in its header";
  if (dataset.layout == Hdf5Layout::kChunked && !can_decode(dataset.filters)) {
    return "its filters are known to HDF5 alone";
  }
  return {};
}

// Why addresses of the dataset are not byte offsets in the file of `descriptor`; empty when they are.
std::string why_not_addresses(hid_t id, hid_t file, int descriptor) {
  if (descriptor < 0) return "its file is not one ordinary file";
  const auto of_dataset = file_number(id, "."), of_file = file_number(file, "/");
  if (!of_dataset || of_dataset != of_file) return "it lies in a mounted file";
  if (!counts_from_zero(file)) return "its file begins with a user block";
  return {};
}

}  // namespace

int descriptor_of(std::int64_t id) {
  const Hdf5Id file(H5Iget_file_id(id));
  const Hdf5Id list(file ? H5Fget_access_plist(file.get()) : -1);
  void* handle = nullptr;
  if (!list || H5Pget_driver(list.get()) != H5FD_SEC2) return -1;
  if (H5Fget_vfd_handle(file.get(), H5P_DEFAULT, &handle) < 0 || handle == nullptr) return -1;
  return *static_cast<int*>(handle);
}

Hdf5RawAccess can_read_by_address(const Hdf5Dataset& dataset, std::int64_t id) {
  Hdf5RawAccess raw;
  const Hdf5Id list(H5Dget_create_plist(id)), file(H5Iget_file_id(id));
  hsize_t file_bytes = 0;
  if (file && H5Fget_filesize(file.get(), &file_bytes) >= 0) raw.file_bytes = file_bytes;
  unsigned options = 0;
  H5D_fill_time_t fill_time = H5D_FILL_TIME_NEVER;
  H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
  H5Pget_fill_time(list.get(), &fill_time);
  H5Pfill_value_defined(list.get(), &fill);
  raw.leaves_gaps = fill_time == H5D_FILL_TIME_NEVER || fill == H5D_FILL_VALUE_UNDEFINED;
  raw.reason = why_not_bytes(dataset, id, list.get());
  const bool is_chunked = dataset.layout == Hdf5Layout::kChunked;
  if (is_chunked) {
    H5Pget_chunk_opts(list.get(), &options);
    raw.has_plain_edges = (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
  }
  if (raw.reason.empty()) {
    raw.access = is_chunked ? Hdf5Access::kChunkBytes : Hdf5Access::kLibrary;
    const int descriptor = descriptor_of(id);
    raw.reason = why_not_addresses(id, file.get(), descriptor);
    const haddr_t address = is_chunked ? 0 : H5Dget_offset(id);
    if (raw.reason.empty() && address == HADDR_UNDEF) raw.reason = "it has no elements in the file";
    if (raw.reason.empty()) {
      raw.access = Hdf5Access::kAddresses;
      raw.descriptor = descriptor;
      if (!is_chunked) raw.address = address;
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return raw;
}

}  // namespace bask
