#include <bask/io/codec.hpp>

#if BASK_WITH_LIBDEFLATE
#include <libdeflate.h>
#else
#include <zlib.h>
#endif
#if BASK_WITH_LZF
#include <lzf.h>
#endif
#if BASK_WITH_ZSTD
#include <zstd.h>
#endif

#include <array>
#include <limits>
#include <memory>

namespace bask {
namespace {

using Bytes = std::span<const std::byte>;
using Room = std::span<std::byte>;

#if BASK_WITH_LIBDEFLATE
struct FreeDeflate {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};

bool inflate_all(Bytes from, Room to) {
  thread_local const std::unique_ptr<libdeflate_decompressor, FreeDeflate> decompressor(
      libdeflate_alloc_decompressor());
  return decompressor && libdeflate_zlib_decompress(decompressor.get(), from.data(), from.size(), to.data(),
                                                    to.size(), nullptr) == LIBDEFLATE_SUCCESS;
}

std::size_t deflate_all(int level, Bytes from, Room to) {
  thread_local std::array<std::unique_ptr<libdeflate_compressor, FreeDeflate>, 13> compressors;
  auto& compressor = compressors.at(static_cast<std::size_t>(level));
  if (!compressor) compressor.reset(libdeflate_alloc_compressor(level));
  if (!compressor) return 0;
  return libdeflate_zlib_compress(compressor.get(), from.data(), from.size(), to.data(), to.size());
}
#else
bool inflate_all(Bytes from, Room to) {
  uLongf size = to.size();
  return uncompress(reinterpret_cast<Bytef*>(to.data()), &size, reinterpret_cast<const Bytef*>(from.data()),
                    from.size()) == Z_OK &&
         size == to.size();
}

std::size_t deflate_all(int level, Bytes from, Room to) {
  uLongf size = to.size();
  const int code = compress2(reinterpret_cast<Bytef*>(to.data()), &size,
                             reinterpret_cast<const Bytef*>(from.data()), from.size(), level);
  return code == Z_OK ? size : 0;
}
#endif

#if BASK_WITH_LZF
bool lzf_inflate(Bytes from, Room to) {
  constexpr std::size_t kMost = std::numeric_limits<unsigned>::max();
  if (from.size() > kMost || to.size() > kMost) return false;
  return lzf_decompress(from.data(), static_cast<unsigned>(from.size()), to.data(),
                        static_cast<unsigned>(to.size())) == to.size();
}

std::size_t lzf_deflate(Bytes from, Room to) {
  constexpr std::size_t kMost = std::numeric_limits<unsigned>::max();
  if (from.size() > kMost || to.size() > kMost) return 0;
  return lzf_compress(from.data(), static_cast<unsigned>(from.size()), to.data(),
                      static_cast<unsigned>(to.size()));
}
#else
bool lzf_inflate(Bytes, Room) {
  return false;
}
std::size_t lzf_deflate(Bytes, Room) {
  return 0;
}
#endif

#if BASK_WITH_ZSTD
bool zstd_inflate(Bytes from, Room to) {
  return ZSTD_decompress(to.data(), to.size(), from.data(), from.size()) == to.size();
}

std::optional<std::uint64_t> zstd_size(Bytes from) {
  const unsigned long long size = ZSTD_getFrameContentSize(from.data(), from.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
  return size;
}

std::size_t zstd_deflate(int level, Bytes from, Room to) {
  const std::size_t size = ZSTD_compress(to.data(), to.size(), from.data(), from.size(), level);
  return ZSTD_isError(size) != 0U ? 0 : size;
}
#else
bool zstd_inflate(Bytes, Room) {
  return false;
}
std::optional<std::uint64_t> zstd_size(Bytes) {
  return std::nullopt;
}
std::size_t zstd_deflate(int, Bytes, Room) {
  return 0;
}
#endif

}  // namespace

bool is_built_in(Codec codec) {
  switch (codec) {
    case Codec::kDeflate:
      return true;
    case Codec::kLzf:
      return BASK_WITH_LZF != 0;
    case Codec::kZstd:
      break;
  }
  return BASK_WITH_ZSTD != 0;
}

std::string name_of(Codec codec) {
  return codec == Codec::kDeflate ? "deflate" : codec == Codec::kLzf ? "lzf" : "zstd";
}

std::string decompress(Codec codec, Bytes from, Room to) {
  if (!is_built_in(codec)) return "this build of Bask does not include " + name_of(codec);
  const bool good = codec == Codec::kDeflate ? inflate_all(from, to)
                    : codec == Codec::kLzf   ? lzf_inflate(from, to)
                                             : zstd_inflate(from, to);
  if (good) return {};
  return "its " + std::to_string(from.size()) + " bytes are not a " + name_of(codec) + " stream of " +
         std::to_string(to.size()) + " bytes";
}

std::size_t compress(Codec codec, int level, Bytes from, Room to) {
  switch (codec) {
    case Codec::kDeflate:
      return deflate_all(level, from, to);
    case Codec::kLzf:
      return lzf_deflate(from, to);
    case Codec::kZstd:
      break;
  }
  return zstd_deflate(level, from, to);
}

std::optional<std::uint64_t> decompressed_size(Codec codec, Bytes from) {
  return codec == Codec::kZstd ? zstd_size(from) : std::nullopt;
}

std::uint64_t most_decompressed(Codec codec, std::uint64_t compressed) {
  // Deflate: a match of 258 bytes takes two bits. LZF: a match of 264 bytes takes three bytes. Zstandard: a
  // block of one repeated byte takes four bytes and stands for 128 KiB.
  const std::uint64_t ratio = codec == Codec::kDeflate ? 1032 : codec == Codec::kLzf ? 264 : 128 << 10;
  return compressed > std::numeric_limits<std::uint64_t>::max() / ratio
             ? std::numeric_limits<std::uint64_t>::max()
             : compressed * ratio;
}

}  // namespace bask
