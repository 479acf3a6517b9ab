#include <bask/collections/array/kernels/opcode.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace bask {
namespace {

TEST(Opcodes, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kOpcodes; ++i) names.emplace(name_of(static_cast<Opcode>(i)));
  EXPECT_EQ(names.size(), kOpcodes);
  EXPECT_EQ(name_of(Opcode::kNegative), "negative");
  EXPECT_EQ(name_of(Opcode::kArctanh), "arctanh");
  EXPECT_EQ(name_of(Opcode::kSignbit), "signbit");
  EXPECT_EQ(name_of(Opcode::kCopysign), "copysign");
  EXPECT_EQ(name_of(Opcode::kLogicalXor), "logical_xor");
  EXPECT_EQ(name_of(Opcode::kMap), "map");
}

TEST(Opcodes, TakeOneTwoOrThreeOperands) {
  EXPECT_EQ(operands_of(Opcode::kSignbit), 1);
  EXPECT_EQ(operands_of(Opcode::kAdd), 2);
  EXPECT_EQ(operands_of(Opcode::kLogicalXor), 2);
  EXPECT_EQ(operands_of(Opcode::kWhere), 3);
  EXPECT_EQ(operands_of(Opcode::kCast), 1);
}

TEST(Opcodes, GiveTheOperandsTypeItsRealTypeOrBool) {
  EXPECT_EQ(result_of(Opcode::kAdd, DType::kInt16), DType::kInt16);
  EXPECT_EQ(result_of(Opcode::kAbsolute, DType::kComplex64), DType::kFloat32);
  EXPECT_EQ(result_of(Opcode::kAngle, DType::kComplex128), DType::kFloat64);
  EXPECT_EQ(result_of(Opcode::kAbsolute, DType::kInt8), DType::kInt8);
  EXPECT_EQ(result_of(Opcode::kIsnan, DType::kComplex64), DType::kBool);
  EXPECT_EQ(result_of(Opcode::kLess, DType::kFloat64), DType::kBool);
  EXPECT_EQ(result_of(Opcode::kWhere, DType::kFloat32), DType::kFloat32);
}

TEST(Opcodes, AreDefinedAsInNumPy) {
  EXPECT_FALSE(is_defined(Opcode::kNegative, DType::kBool));
  EXPECT_FALSE(is_defined(Opcode::kSubtract, DType::kBool));
  EXPECT_TRUE(is_defined(Opcode::kAdd, DType::kBool));
  EXPECT_FALSE(is_defined(Opcode::kSin, DType::kInt32));
  EXPECT_TRUE(is_defined(Opcode::kSin, DType::kComplex64));
  EXPECT_FALSE(is_defined(Opcode::kCbrt, DType::kComplex64));
  EXPECT_FALSE(is_defined(Opcode::kLess, DType::kComplex64));
  EXPECT_TRUE(is_defined(Opcode::kEqual, DType::kComplex64));
  EXPECT_FALSE(is_defined(Opcode::kBitwiseAnd, DType::kFloat64));
  EXPECT_TRUE(is_defined(Opcode::kBitwiseAnd, DType::kBool));
  EXPECT_FALSE(is_defined(Opcode::kLeftShift, DType::kBool));
  EXPECT_TRUE(is_defined(Opcode::kInvert, DType::kUInt8));
}

}  // namespace
}  // namespace bask
