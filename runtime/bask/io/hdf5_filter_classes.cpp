#include <hdf5.h>
#include <bask/io/codec.hpp>
#include <bask/io/hdf5_filter_classes.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace bask {
namespace {

constexpr std::size_t kMostChunkBytes = std::size_t{1} << 32;  // HDF5's own limit

std::size_t decompress_into_new(Codec codec, std::span<const std::byte> from, std::uint64_t size,
                                void*& made) {
  const auto most = std::min<std::uint64_t>(most_decompressed(codec, from.size()), kMostChunkBytes);
  if (size == 0 || size > most) return 0;
  made = H5allocate_memory(size, false);
  if (made == nullptr) return 0;
  if (decompress(codec, from, {static_cast<std::byte*>(made), size}).empty()) return size;
  H5free_memory(made);
  return 0;
}

template <Codec kCodec>
std::size_t run_filter(unsigned flags, std::size_t count, const unsigned* client, std::size_t used,
                       std::size_t* allocated, void** memory) {
  const std::span from{static_cast<const std::byte*>(*memory), used};
  void* made = nullptr;
  std::size_t size = 0;
  if ((flags & H5Z_FLAG_REVERSE) != 0U) {
    // LZF data do not say their decompressed size: h5py, and so Bask, has it in the filter's client data.
    const std::uint64_t wanted = count > 2 ? client[2] : *allocated;
    size = decompress_into_new(kCodec, from, decompressed_size(kCodec, from).value_or(wanted), made);
  } else {
    made = H5allocate_memory(used, false);
    if (made == nullptr) return 0;
    const int level = kCodec == Codec::kZstd && count > 0 ? static_cast<int>(client[0]) : 1;
    size = compress(kCodec, level, from, {static_cast<std::byte*>(made), used});
    if (size == 0) H5free_memory(made);
  }
  if (size == 0) return 0;
  H5free_memory(*memory);
  *memory = made;
  *allocated = size;
  return size;
}

template <Codec kCodec>
void register_codec(const char* name) {
  if (!is_built_in(kCodec)) return;
  const H5Z_class2_t filter{
      H5Z_CLASS_T_VERS, static_cast<H5Z_filter_t>(kCodec), 1, 1, name, nullptr, nullptr, run_filter<kCodec>};
  H5Zregister(&filter);
}

}  // namespace

void register_filter_classes() {
  register_codec<Codec::kLzf>("lzf");
  register_codec<Codec::kZstd>("zstd");
}

}  // namespace bask
