// opcode.hpp: the operations on single elements that strip programs are made of, and the types they give.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <bask/collections/array/block/dtype.hpp>

#include <cstdint>
#include <string_view>

namespace bask {

/// Names and meaning are NumPy's. All operands of an operation have one dtype, except `kWhere`'s first.
enum class Opcode : std::uint8_t {
  // One operand, result of the same dtype.
  kNegative,
  kSquare,
  kReciprocal,
  kSign,
  kConj,
  kInvert,  ///< ~x of integers, not x of bool
  // One operand, floating or complex (no complex: kCbrt, kFloor, kCeil, kRint, kTrunc, kDeg2rad, kRad2deg).
  kSqrt,
  kCbrt,
  kExp,
  kExp2,
  kExpm1,
  kLog,
  kLog2,
  kLog10,
  kLog1p,
  kSin,
  kCos,
  kTan,
  kArcsin,
  kArccos,
  kArctan,
  kSinh,
  kCosh,
  kTanh,
  kArcsinh,
  kArccosh,
  kArctanh,
  kFloor,
  kCeil,
  kRint,
  kTrunc,
  kDeg2rad,
  kRad2deg,
  // One operand, result of its real type.
  kAbsolute,  ///< of integers too; the least integer stays what it is, as in NumPy
  kReal,
  kImag,
  kAngle,  ///< floating or complex
  // One operand, result bool.
  kLogicalNot,
  kIsnan,
  kIsinf,
  kIsfinite,
  kSignbit,
  // Two operands, result of the same dtype.
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,       ///< floating or complex
  kFloorDivide,  ///< as Python's //; by an integer 0 gives 0
  kRemainder,    ///< as Python's %: the sign is the divisor's; by an integer 0 gives 0
  kFmod,         ///< as C's %: the sign is the dividend's; by an integer 0 gives 0
  kPower,        ///< integers wrap; a negative integer exponent gives 0, but for bases 1 and -1
  kMaximum,      ///< NaN when either is
  kMinimum,
  kFmax,  ///< the other one when one is NaN
  kFmin,
  kArctan2,
  kHypot,
  kCopysign,
  kBitwiseAnd,
  kBitwiseOr,
  kBitwiseXor,
  kLeftShift,
  kRightShift,
  // Two operands, result bool.
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kLogicalAnd,
  kLogicalOr,
  kLogicalXor,
  // Three operands: bool, x, y.
  kWhere,
  // One operand, to the dtype of the term: as astype.
  kCast,
  // A user's own function over a strip: see MapStrip.
  kMap,
};
inline constexpr std::size_t kOpcodes = static_cast<std::size_t>(Opcode::kMap) + 1;

std::string_view name_of(Opcode opcode);
int operands_of(Opcode opcode);
/// The result's dtype for operands of this dtype (for kWhere, of the second one). Not for kCast and kMap.
DType result_of(Opcode opcode, DType operand);
/// Whether the operation takes operands of this dtype: sin does not take int32, which is cast first.
bool is_defined(Opcode opcode, DType operand);

}  // namespace bask
