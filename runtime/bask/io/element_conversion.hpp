// element_conversion.hpp: elements as a file holds them into elements as an array wants them.
// Runs on: every rank. Threads: any; a conversion is fixed once made.
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
  DType stored = DType::kFloat64;  ///< of the numbers: the dataset's, or the same bytes with the other sign
  std::vector<long double> missing{};
  double scale = 1;
  double offset = 0;
  long double least = -kInfinity, most = kInfinity;         ///< valid stored numbers
  double least_value = -kInfinity, most_value = kInfinity;  ///< valid unpacked ones
};
static_assert(std::numeric_limits<long double>::digits >= 64);

class ElementConversion {
 public:
  /// `from`: bytes of that type, in the other order where `is_swapped`. Every value of `from` must be one of
  /// `to`; a decoding wants real numbers, takes them as its `stored`, and wants a floating `to`. Throws:
  /// Error naming both types.
  ElementConversion(DType from, bool is_swapped, DType to, CfDecoding decoding);

  /// Whether the bytes stay as they are, so that a read may go straight to its end.
  bool is_copy() const { return convert_ == nullptr && !is_swapped_; }
  std::size_t from_bytes() const { return from_bytes_; }
  std::size_t to_bytes() const { return to_bytes_; }
  /// `from` is working memory: its order of bytes is changed in place. Both are aligned for their type.
  void apply(std::byte* from, std::byte* to, std::size_t count) const;

 private:
  using Convert = void (*)(const std::byte* from, std::byte* to, std::size_t count,
                           const CfDecoding& decoding, const std::byte* limits);

  Convert convert_ = nullptr;  // null: copied
  CfDecoding decoding_;
  std::vector<std::byte>
      limits_;  // in the stored type: the least and the most valid number, the missing ones
  std::size_t from_bytes_, to_bytes_, number_bytes_;
  bool is_swapped_;
};

}  // namespace bask
