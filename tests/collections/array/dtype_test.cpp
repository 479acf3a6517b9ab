#include <bask/collections/array/block/dtype.hpp>

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <string>

namespace bask {
namespace {

const std::array<std::string, kDTypes> kNames{"bool",    "int8",      "int16",     "int32",  "int64",
                                              "uint8",   "uint16",    "uint32",    "uint64", "float32",
                                              "float64", "complex64", "complex128"};

/// numpy.promote_types of the row's type with each column's.
const std::array<std::string, kDTypes> kPromoted{
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128",
    "int8 int8 int16 int32 int64 int16 int32 int64 float64 float32 float64 complex64 complex128",
    "int16 int16 int16 int32 int64 int16 int32 int64 float64 float32 float64 complex64 complex128",
    "int32 int32 int32 int32 int64 int32 int32 int64 float64 float64 float64 complex128 complex128",
    "int64 int64 int64 int64 int64 int64 int64 int64 float64 float64 float64 complex128 complex128",
    "uint8 int16 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128",
    "uint16 int32 int32 int32 int64 uint16 uint16 uint32 uint64 float32 float64 complex64 complex128",
    "uint32 int64 int64 int64 int64 uint32 uint32 uint32 uint64 float64 float64 complex128 complex128",
    "uint64 float64 float64 float64 float64 uint64 uint64 uint64 uint64 float64 float64 complex128 "
    "complex128",
    "float32 float32 float32 float64 float64 float32 float32 float64 float64 float32 float64 complex64 "
    "complex128",
    "float64 float64 float64 float64 float64 float64 float64 float64 float64 float64 float64 complex128 "
    "complex128",
    "complex64 complex64 complex64 complex128 complex128 complex64 complex64 complex128 complex128 complex64 "
    "complex128 complex64 complex128",
    "complex128 complex128 complex128 complex128 complex128 complex128 complex128 complex128 complex128 "
    "complex128 "
    "complex128 complex128 complex128"};

/// numpy.can_cast from the row's type to each column's, "safe".
const std::array<std::string, kDTypes> kCanCast{
    "1111111111111", "0111100001111", "0011100001111", "0001100000101", "0000100000101",
    "0011111111111", "0001101111111", "0000100110101", "0000000010101", "0000000001111",
    "0000000000101", "0000000000011", "0000000000001"};

DType at(std::size_t i) {
  return static_cast<DType>(i);
}

TEST(DTypes, HaveNumPysNames) {
  for (std::size_t i = 0; i < kDTypes; ++i) EXPECT_EQ(name_of(at(i)), kNames[i]);
}

TEST(DTypes, PromoteAsInNumPy) {
  for (std::size_t i = 0; i < kDTypes; ++i) {
    std::istringstream row(kPromoted[i]);
    for (std::size_t j = 0; j < kDTypes; ++j) {
      std::string promoted;
      row >> promoted;
      EXPECT_EQ(name_of(promote(at(i), at(j))), promoted) << kNames[i] << " with " << kNames[j];
    }
  }
}

TEST(DTypes, CastSafelyAsInNumPy) {
  for (std::size_t i = 0; i < kDTypes; ++i) {
    for (std::size_t j = 0; j < kDTypes; ++j) {
      EXPECT_EQ(can_cast(at(i), at(j)), kCanCast[i][j] == '1') << kNames[i] << " to " << kNames[j];
    }
  }
}

/// The expected type is that of numpy.true_divide, for two operands of each type.
TEST(DTypes, DivideAsInNumPy) {
  for (std::size_t i = 0; i < kDTypes; ++i)
    EXPECT_EQ(name_of(quotient(at(i))), i < 9 ? "float64" : kNames[i]) << kNames[i];
}

TEST(DTypes, FitTheirElements) {
  for (std::size_t i = 0; i < kDTypes; ++i) {
    with_element(at(i), [i](auto type) {
      using T = typename decltype(type)::type;
      EXPECT_EQ(dtype_of<T>(), at(i));
      EXPECT_EQ(size_of(at(i)), sizeof(T));
      EXPECT_EQ(size_of(real_of(at(i))), is_complex(at(i)) ? sizeof(T) / 2 : sizeof(T));
      EXPECT_EQ(promote(floating(at(i)), at(i)), floating(at(i)));
    });
  }
  EXPECT_EQ(dtype_of<long long>(), DType::kInt64);
  EXPECT_EQ(dtype_of<long>(), DType::kInt64);
}

}  // namespace
}  // namespace bask
