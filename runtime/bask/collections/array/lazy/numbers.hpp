// numbers.hpp: numbers beside arrays. A number has no type of its own, as in NumPy 2: it becomes an element
// of the array's type; when it does not fit, that is an Error. Comparisons are exact with any number.
// Runs on: rank 0; tasks check what only the elements tell. Threads: any.
#pragma once

#include <bask/collections/array/lazy/lazy.hpp>

#include <string>
#include <string_view>

namespace bask {

/// A number as the user wrote it.
class Number {
 public:
  template <Element S>
  Number(const S& value) : dtype_(dtype_of<S>()), bytes_(lazy::bytes_of(value)) {}
  DType dtype() const { return dtype_; }
  const ElementBytes& bytes() const { return bytes_; }
  /// The value; T is the number's type.
  template <Element T>
  T as() const {
    T value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    return value;
  }

 private:
  DType dtype_;
  ElementBytes bytes_;
};

namespace lazy {

/// The number as an element of `dtype`. Floating types round it. Throws: Error "<where>: 300 does not fit
/// uint8; …" when an integer type does not hold it, a real type has no imaginary part, or a floating type
/// makes it infinite.
ElementBytes element_of(const Number& number, DType dtype, std::string_view where);

/// One side of an operation: an array or a number.
class Operand {
 public:
  Operand(ArrayPtr node) : node_(std::move(node)), number_(false) {}
  Operand(const Number& number) : number_(number) {}
  bool is_array() const { return node_ != nullptr; }
  const ArrayPtr& node() const { return node_; }
  const Number& number() const { return number_; }
  /// The array as it is, or the number as an array of no axes. Throws: Error when it does not fit.
  ArrayPtr as(DType dtype, std::string_view where) const;

 private:
  ArrayPtr node_;
  Number number_;
};

/// An operation on two operands that are first brought to `dtype`. Throws: Error when a number does not fit
/// `dtype`, shapes do not broadcast, or there is no such operation. A task fails where an integer is raised
/// to a negative integer power.
ArrayPtr binary(Opcode opcode, DType dtype, const Operand& a, const Operand& b);
/// A comparison. The number is compared with its own value, even when it does not fit the array's type;
/// integers of 64 bits are compared exactly.
ArrayPtr compare(Opcode opcode, const Operand& a, const Operand& b);
/// And, or, xor of the truth of both sides; a value other than 0 is true.
ArrayPtr logical(Opcode opcode, const Operand& a, const Operand& b);
ArrayPtr where(const ArrayPtr& condition, DType dtype, const Operand& a, const Operand& b);

/// Rounds integers or bool to tens, hundreds, … (decimals -1, -2, …), halves to the even neighbour.
ArrayPtr rounded(const ArrayPtr& node, int decimals);

/// The same elements. A task that finds a 0 fails with an Error made of `where`, `message` and `fix`.
ArrayPtr without_zero(const ArrayPtr& node, const std::string& where, const std::string& message,
                      const std::string& fix);

}  // namespace lazy

}  // namespace bask
