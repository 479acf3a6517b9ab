// hdf5_packing.hpp: packs elements for a file: shifts, scales and rounds them, and puts a fill value for NaN.
// Runs on: every rank. Threads: any.
#pragma once

#include <bask/collections/array/block/block.hpp>
#include <bask/collections/array/block/dtype.hpp>

#include <optional>
#include <string>

namespace bask {

/// The file stores (x - add_offset) / scale_factor, rounded to the nearest integer where `dtype` is an
/// integer, and `fill_value` for NaN.
struct Hdf5Packing {
  DType dtype = DType::kFloat64;  ///< in the file
  double scale_factor = 1;
  double add_offset = 0;
  bool has_fill_value = false;
  double fill_value = 0;

  template <class Archive>
  void serialize(Archive& archive, unsigned /*version*/) {
    archive& dtype& scale_factor& add_offset& has_fill_value& fill_value;
  }
  bool changes(DType from) const {
    return dtype != from || scale_factor != 1 || add_offset != 0 || (has_fill_value && is_floating(from));
  }
};

/// The packed block; the same block when packing changes nothing. Cost: a few nanoseconds an element.
/// Throws: Error, whose message `where` begins, for an element that the type does not hold, NaN without a
/// fill value in an integer type, and a number that a reader would take for the fill value.
Block packed(const Block& block, const Hdf5Packing& packing, const std::string& where);

}  // namespace bask
