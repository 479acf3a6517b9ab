#include <fmt/format.h>
#include <hdf5.h>
#include <bask/io/hdf5_type.hpp>

#include <bit>
#include <cstring>

namespace bask {
namespace {

static_assert(std::endian::native == std::endian::little, "the types below are named for such machines");

std::string member_name(hid_t type, unsigned member) {
  char* name = H5Tget_member_name(type, member);
  std::string text = name != nullptr ? name : "";
  H5free_memory(name);
  return text;
}

std::optional<StoredType> stored_integer(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  if (size > 8) return std::nullopt;
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  const int log = size == 1 ? 0 : size == 2 ? 1 : size <= 4 ? 2 : 3;
  const DType first = is_signed ? DType::kInt8 : DType::kUInt8;
  const H5T_order_t order = H5Tget_order(type);
  StoredType stored{static_cast<DType>(static_cast<int>(first) + log), order == H5T_ORDER_BE, true};
  stored.has_bytes_of_dtype = size == std::size_t{1} << log && H5Tget_precision(type) == 8 * size &&
                              H5Tget_offset(type) == 0 && (order == H5T_ORDER_LE || order == H5T_ORDER_BE);
  return stored;
}

// The limits of an IEEE type, to tell whether it holds every number of a stored floating type.
struct FloatLimits {
  std::size_t fraction_bits;
  int least_exponent, most_exponent;  // of the smallest subnormal and of the largest number
};
constexpr FloatLimits kFloat32{23, -149, 127}, kFloat64{52, -1074, 1023};

bool fits(hid_t type, const FloatLimits& limits) {
  std::size_t sign = 0, exponent_at = 0, exponent_bits = 0, fraction_at = 0, fraction_bits = 0;
  if (H5Tget_fields(type, &sign, &exponent_at, &exponent_bits, &fraction_at, &fraction_bits) < 0)
    return false;
  if (exponent_bits > 11 || fraction_bits > limits.fraction_bits) return false;
  const auto bias = static_cast<std::int64_t>(H5Tget_ebias(type));
  const std::int64_t most = (std::int64_t{1} << exponent_bits) - 2 - bias;
  const std::int64_t least = 1 - bias - static_cast<std::int64_t>(fraction_bits);
  return most <= limits.most_exponent && least >= limits.least_exponent;
}

std::optional<StoredType> stored_float(hid_t type) {
  if (H5Tequal(type, H5T_IEEE_F32LE) > 0) return StoredType{DType::kFloat32, false, true};
  if (H5Tequal(type, H5T_IEEE_F64LE) > 0) return StoredType{DType::kFloat64, false, true};
  if (H5Tequal(type, H5T_IEEE_F32BE) > 0) return StoredType{DType::kFloat32, true, true};
  if (H5Tequal(type, H5T_IEEE_F64BE) > 0) return StoredType{DType::kFloat64, true, true};
  if (fits(type, kFloat32)) return StoredType{DType::kFloat32, false, false};
  if (fits(type, kFloat64)) return StoredType{DType::kFloat64, false, false};
  return std::nullopt;  // such as a long double
}

std::int64_t member_value(hid_t type, unsigned member) {
  std::int8_t value = -1;
  H5Tget_member_value(type, member, &value);
  return value;
}

std::optional<StoredType> stored_enumeration(hid_t type) {
  const Hdf5Id base(H5Tget_super(type));
  auto stored = base ? stored_integer(base.get()) : std::nullopt;
  if (!stored) return std::nullopt;
  if (H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 && member_name(type, 0) == "FALSE" &&
      member_name(type, 1) == "TRUE") {
    stored->dtype = DType::kBool;
    stored->has_bytes_of_dtype =
        stored->has_bytes_of_dtype && member_value(type, 0) == 0 && member_value(type, 1) == 1;
  }
  return stored;
}

std::optional<StoredType> stored_complex(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return std::nullopt;
  const std::string real = member_name(type, 0), imaginary = member_name(type, 1);
  if (!(real == "r" && imaginary == "i") && !(real == "real" && imaginary == "imag")) return std::nullopt;
  const Hdf5Id part(H5Tget_member_type(type, 0)), other(H5Tget_member_type(type, 1));
  if (!part || !other || H5Tget_class(part.get()) != H5T_FLOAT || H5Tequal(part.get(), other.get()) <= 0) {
    return std::nullopt;
  }
  auto stored = stored_float(part.get());
  if (!stored || !stored->has_bytes_of_dtype) return std::nullopt;
  const std::size_t size = H5Tget_size(part.get());
  if (H5Tget_member_offset(type, 0) != 0 || H5Tget_member_offset(type, 1) != size ||
      H5Tget_size(type) != 2 * size) {
    return std::nullopt;
  }
  stored->dtype = stored->dtype == DType::kFloat32 ? DType::kComplex64 : DType::kComplex128;
  return stored;
}

hid_t number_type(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return H5T_NATIVE_INT8;
    case DType::kInt16:
      return H5T_NATIVE_INT16;
    case DType::kInt32:
      return H5T_NATIVE_INT32;
    case DType::kInt64:
      return H5T_NATIVE_INT64;
    case DType::kUInt8:
      return H5T_NATIVE_UINT8;
    case DType::kUInt16:
      return H5T_NATIVE_UINT16;
    case DType::kUInt32:
      return H5T_NATIVE_UINT32;
    case DType::kUInt64:
      return H5T_NATIVE_UINT64;
    case DType::kFloat32:
      return H5T_NATIVE_FLOAT;
    default:
      return H5T_NATIVE_DOUBLE;
  }
}

}  // namespace

std::optional<StoredType> stored_type_of(std::int64_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return stored_integer(type);
    case H5T_FLOAT:
      return stored_float(type);
    case H5T_ENUM:
      return stored_enumeration(type);
    case H5T_COMPOUND:
      return stored_complex(type);
    default:
      return std::nullopt;
  }
}

std::string describe_type(std::int64_t type) {
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      return "strings";
    case H5T_INTEGER:
    case H5T_FLOAT:
      return fmt::format("numbers of {} bytes", H5Tget_size(type));
    case H5T_COMPOUND: {
      constexpr unsigned kMost = 8;
      const auto members = static_cast<unsigned>(std::max(0, H5Tget_nmembers(type)));
      std::string names;
      for (unsigned i = 0; i < members && i < kMost; ++i)
        names += (i == 0 ? "" : ", ") + member_name(type, i);
      return fmt::format("compounds of ({}{})", names, members > kMost ? ", …" : "");
    }
    case H5T_ENUM:
      return "an enumeration";
    case H5T_ARRAY:
      return "small arrays";
    case H5T_VLEN:
      return "lists of varying length";
    case H5T_REFERENCE:
      return "references";
    case H5T_OPAQUE:
    case H5T_BITFIELD:
      return "opaque bytes";
    default:
      return "elements of no known type";
  }
}

Hdf5Id native_type_of(DType dtype) {
  if (dtype == DType::kBool) {
    Hdf5Id type(H5Tenum_create(H5T_NATIVE_INT8));
    const std::int8_t no = 0, yes = 1;
    H5Tenum_insert(type.get(), "FALSE", &no);
    H5Tenum_insert(type.get(), "TRUE", &yes);
    return type;
  }
  if (is_complex(dtype)) {
    const hid_t part = number_type(real_of(dtype));
    Hdf5Id type(H5Tcreate(H5T_COMPOUND, size_of(dtype)));
    H5Tinsert(type.get(), "r", 0, part);
    H5Tinsert(type.get(), "i", size_of(dtype) / 2, part);
    return type;
  }
  return Hdf5Id(H5Tcopy(number_type(dtype)));
}

Hdf5Id file_type_of(DType dtype, std::int64_t file, const std::string& where) {
  Hdf5Id type = native_type_of(dtype);
  if (dtype != DType::kBool) return type;
  for (std::string name = "/bool";; name += '_') {  // the file may have something else of that name
    if (H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0) {
      checked_write(H5Tcommit2(file, name.c_str(), type.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), where,
                    "cannot write the type bool");
      return type;
    }
    const Hdf5Id old(H5Oopen(file, name.c_str(), H5P_DEFAULT));
    if (H5Iget_type(old.get()) == H5I_DATATYPE && H5Tequal(old.get(), type.get()) > 0) {
      return Hdf5Id(H5Topen2(file, name.c_str(), H5P_DEFAULT));
    }
  }
}

}  // namespace bask
