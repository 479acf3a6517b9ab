// hdf5_type.hpp: HDF5's datatypes as Bask's element types, and back.
// Runs on: every rank. Threads: any, under Hdf5Lock.
#pragma once

#include <bask/collections/array/block/dtype.hpp>
#include <bask/io/hdf5_library.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace bask {

/// How a file holds elements.
struct StoredType {
  DType dtype = DType::kFloat64;
  /// The byte order of numbers is the opposite of this machine's.
  bool is_swapped = false;
  /// The bytes in the file are those of `dtype`, but for their order. Else HDF5 converts, as from float16.
  bool has_bytes_of_dtype = true;
};

/// The element type for an HDF5 datatype; nothing where arrays have none. An enumeration of FALSE and TRUE,
/// as h5py writes it, is bool; a compound of two floats named r and i, or real and imag, is complex. `type`
/// is an HDF5 handle.
std::optional<StoredType> stored_type_of(std::int64_t type);
/// "a string", "a compound of (x, y)": for messages.
std::string describe_type(std::int64_t type);
/// The datatype of `dtype` in this machine's memory.
Hdf5Id native_type_of(DType dtype);
/// The datatype of `dtype` in `file`. Bool is a named type, "/bool", which is made at the first use: netCDF
/// reads no enumerations without a name.
Hdf5Id file_type_of(DType dtype, std::int64_t file, const std::string& where);

}  // namespace bask
