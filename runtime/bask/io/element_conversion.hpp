// element_conversion.hpp: converts elements from a file's type to an array's.
// Runs on: every rank. Threads: any; a conversion does not change once it is made.
#pragma once

#include <bask/collections/array/block/dtype.hpp>

#include <cstddef>
#include <limits>
#include <vector>

namespace bask {

/// What CF says that stored numbers stand for: NaN where they are missing or not valid, else
/// number * scale + offset. A long double holds every number of every type.
struct CfDecoding {
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  bool is_used = false;
  DType stored = DType::kFloat64;  ///< the dataset's type, or its signed or unsigned counterpart (_Unsigned)
  std::vector<long double> missing{};
  double scale = 1;
  double offset = 0;
  long double valid_min = -kInfinity, valid_max = kInfinity;               ///< valid stored numbers
  double valid_unpacked_min = -kInfinity, valid_unpacked_max = kInfinity;  ///< valid unpacked ones
};
static_assert(std::numeric_limits<long double>::digits >= 64);

class ElementConversion {
 public:
  /// `from`: the type in the file, in the opposite byte order where `is_swapped`. `to` must hold every value
  /// of `from`. With a decoding that is used, `from` must be real, its bytes are taken as `decoding.stored`,
  /// and `to` must be floating. Throws: Error naming both types.
  ElementConversion(DType from, bool is_swapped, DType to, CfDecoding decoding);

  /// Whether the bytes stay as they are, so that a read may write straight to its destination.
  bool is_copy() const { return convert_ == nullptr && !is_swapped_; }
  std::size_t from_bytes() const { return from_bytes_; }
  std::size_t to_bytes() const { return to_bytes_; }
  /// Converts `count` elements. `from` is working memory: its byte order is swapped in place. Both are
  /// aligned for their types.
  void apply(std::byte* from, std::byte* to, std::size_t count) const;

 private:
  using Convert = void (*)(const std::byte* from, std::byte* to, std::size_t count,
                           const CfDecoding& decoding, const std::byte* limits);

  Convert convert_ = nullptr;  // null: copied
  CfDecoding decoding_;
  std::vector<std::byte> limits_;  // in the stored type: least and most valid number, then the missing ones
  std::size_t from_bytes_, to_bytes_, number_bytes_;
  bool is_swapped_;
};

}  // namespace bask
