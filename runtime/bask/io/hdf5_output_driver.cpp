#include <hdf5.h>
#if H5_VERSION_GE(1, 14, 0)
#include <H5FDdevelop.h>
#endif
#include <sys/stat.h>
#include <unistd.h>
#include <bask/io/hdf5_output_driver.hpp>
#include <bask/system/file_descriptor.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <new>

namespace bask {
namespace {

using State = std::shared_ptr<Hdf5OutputState>;

struct OpenFile {
  H5FD_t base{};  // first: HDF5 takes a pointer to an OpenFile for a pointer to its base
  State state;
  haddr_t end_of_addresses = 0, end_of_file = 0;
};

OpenFile& open_file(H5FD_t* file) {
  return *reinterpret_cast<OpenFile*>(file);
}
const OpenFile& open_file(const H5FD_t* file) {
  return *reinterpret_cast<const OpenFile*>(file);
}

void* copy_state(const void* state) {
  return new (std::nothrow) State(*static_cast<const State*>(state));
}

herr_t free_state(void* state) {
  delete static_cast<State*>(state);
  return 0;
}

void* state_of(H5FD_t* file) {
  return copy_state(&open_file(file).state);
}

H5FD_t* open(const char*, unsigned flags, hid_t access_list, haddr_t) {
  const auto* state = static_cast<const State*>(H5Pget_driver_info(access_list));
  struct stat status {};
  if (state == nullptr || ::fstat((*state)->descriptor, &status) != 0) return nullptr;
  if ((flags & H5F_ACC_TRUNC) != 0 && ::ftruncate((*state)->descriptor, 0) != 0) return nullptr;
  auto* opened = new (std::nothrow) OpenFile;
  if (opened == nullptr) return nullptr;
  opened->state = *state;
  opened->end_of_file = (flags & H5F_ACC_TRUNC) != 0 ? 0 : static_cast<haddr_t>(status.st_size);
  return &opened->base;
}

herr_t close(H5FD_t* file) {
  delete &open_file(file);
  return 0;
}

int compare(const H5FD_t* a, const H5FD_t* b) {
  const auto first = open_file(a).state.get(), second = open_file(b).state.get();
  return std::less<>()(first, second) ? -1 : first == second ? 0 : 1;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags == nullptr) return 0;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_POSIX_COMPAT_HANDLE;
#ifdef H5FD_FEAT_DEFAULT_VFD_COMPATIBLE
  *flags |= H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
#endif
  return 0;
}

haddr_t end_of_addresses(const H5FD_t* file, H5FD_mem_t) {
  return open_file(file).end_of_addresses;
}

herr_t set_end_of_addresses(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  open_file(file).end_of_addresses = address;
  return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) {
  return open_file(file).end_of_file;
}

herr_t handle_of(H5FD_t* file, hid_t, void** handle) {
  *handle = &open_file(file).state->descriptor;
  return 0;
}

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  const Hdf5OutputState& state = *open_file(file).state;
  auto* bytes = static_cast<std::byte*>(buffer);
  const Transferred done = read_at(state.descriptor, address, {bytes, size});
  if (done.error != 0) return -1;
  std::memset(bytes + done.bytes, 0, size - done.bytes);  // beyond the end of the file
  for (const auto& later : state.kept) {
    const haddr_t begin = std::max<haddr_t>(address, later.address);
    const haddr_t end = std::min<haddr_t>(address + size, later.address + later.bytes.size());
    if (begin < end) std::memcpy(bytes + (begin - address), &later.bytes[begin - later.address], end - begin);
  }
  return 0;
}

// Keeps bytes that were not written, but for large stretches of elements, which HDF5 does not read again.
void keep(Hdf5OutputState& state, haddr_t address, const std::byte* bytes, std::size_t size,
          H5FD_mem_t type) {
  constexpr std::size_t kMostOfElements = std::size_t{1} << 16;
  if (type == H5FD_MEM_DRAW && size > kMostOfElements) return;
  state.kept.push_back({address, {bytes, bytes + size}});
}

herr_t write(H5FD_t* file, H5FD_mem_t type, hid_t, haddr_t address, std::size_t size, const void* buffer) {
  OpenFile& opened = open_file(file);
  Hdf5OutputState& state = *opened.state;
  const auto* bytes = static_cast<const std::byte*>(buffer);
  opened.end_of_file = std::max<haddr_t>(opened.end_of_file, address + size);
  if (state.error == 0) state.error = write_at(state.descriptor, address, {bytes, size}).error;
  if (state.error == 0) return 0;
  try {
    keep(state, address, bytes, size, type);
  } catch (const std::bad_alloc&) {
    return -1;
  }
  return 0;
}

herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  OpenFile& opened = open_file(file);
  Hdf5OutputState& state = *opened.state;
  if (opened.end_of_file == opened.end_of_addresses) return 0;
  if (state.error == 0 && ::ftruncate(state.descriptor, static_cast<off_t>(opened.end_of_addresses)) != 0) {
    state.error = errno;
  }
  opened.end_of_file = opened.end_of_addresses;
  return 0;
}

H5FD_class_t driver_class() {
  H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(H5_VFD_RESERVED + 90);  // one that nobody has registered
#endif
  constexpr int kBitsOfOffset = 63;
  driver.name = "bask-output";
  driver.maxaddr = (haddr_t{1} << kBitsOfOffset) - 1;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(State);
  driver.fapl_get = state_of;
  driver.fapl_copy = copy_state;
  driver.fapl_free = free_state;
  driver.open = open;
  driver.close = close;
  driver.cmp = compare;
  driver.query = query;
  driver.get_eoa = end_of_addresses;
  driver.set_eoa = set_end_of_addresses;
  driver.get_eof = end_of_file;
  driver.get_handle = handle_of;
  driver.read = read;
  driver.write = write;
  driver.truncate = truncate;
  // Metadata and elements are allocated from separate blocks, as in HDF5's own driver.
  const H5FD_mem_t map[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), driver.fl_map);
  return driver;
}

hid_t driver_id() {
  static const H5FD_class_t driver = driver_class();
  static hid_t id = -1;
  if (H5Iis_valid(id) <= 0) id = H5FDregister(&driver);  // again when HDF5 was closed, which forgets drivers
  return id;
}

}  // namespace

Hdf5Id output_access_list(const std::shared_ptr<Hdf5OutputState>& state) {
  Hdf5Id list(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fclose_degree(list.get(), H5F_CLOSE_STRONG);
  checked_write(H5Pset_driver(list.get(), driver_id(), &state), "hdf5",
                "cannot set the driver of a new file");
  return list;
}

}  // namespace bask
