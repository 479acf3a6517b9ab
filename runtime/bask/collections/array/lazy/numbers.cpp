#include <bask/collections/array/expression/piece_runner.hpp>
#include <bask/collections/array/lazy/numbers.hpp>
#include <bask/core/error.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace bask {

namespace {

/// Calls `use` with the number as an int64, a uint64, a double or a complex<double>.
template <class Use>
decltype(auto) with_value(const Number& number, const Use& use) {
  return with_element(number.dtype(), [&]<class S>(std::type_identity<S>) {
    const S value = number.as<S>();
    if constexpr (std::is_integral_v<S>) {
      return use(static_cast<std::conditional_t<std::is_signed_v<S>, std::int64_t, std::uint64_t>>(value));
    } else if constexpr (std::is_floating_point_v<S>) {
      return use(static_cast<double>(value));
    } else {
      return use(std::complex<double>(value));
    }
  });
}

template <class To, class From>
std::optional<To> fitted(From value) {
  if constexpr (!std::is_arithmetic_v<To>) {
    using Part = typename To::value_type;
    if constexpr (std::is_arithmetic_v<From>) {
      const auto re = fitted<Part>(value);
      return re ? std::optional<To>(*re) : std::nullopt;
    } else {
      const auto re = fitted<Part>(value.real()), im = fitted<Part>(value.imag());
      return re && im ? std::optional<To>(To(*re, *im)) : std::nullopt;
    }
  } else if constexpr (!std::is_arithmetic_v<From>) {
    return value.imag() == 0 ? fitted<To>(value.real()) : std::nullopt;
  } else if constexpr (std::is_same_v<To, bool>) {
    return value == From(0) || value == From(1) ? std::optional<bool>(value == From(1)) : std::nullopt;
  } else if constexpr (std::is_floating_point_v<To>) {
    const auto rounded = static_cast<To>(value);
    if constexpr (std::is_floating_point_v<From>) {
      if (std::isinf(rounded) && !std::isinf(value)) return std::nullopt;
    }
    return rounded;
  } else if constexpr (std::is_floating_point_v<From>) {
    const double end = std::ldexp(1.0, std::numeric_limits<To>::digits);
    const bool inside = value >= static_cast<double>(std::numeric_limits<To>::min()) && value < end;
    return inside && std::trunc(value) == value ? std::optional<To>(static_cast<To>(value)) : std::nullopt;
  } else {
    return std::in_range<To>(value) ? std::optional<To>(static_cast<To>(value)) : std::nullopt;
  }
}

std::optional<ElementBytes> fitted(const Number& number, DType dtype) {
  return with_element(dtype, [&]<class To>(std::type_identity<To>) {
    return with_value(number, [](auto value) -> std::optional<ElementBytes> {
      const std::optional<To> element = fitted<To>(value);
      return element ? std::optional(lazy::bytes_of(*element)) : std::nullopt;
    });
  });
}

bool is_negative(const Number& number) {
  return with_value(number, [](auto value) {
    if constexpr (std::is_arithmetic_v<decltype(value)>) return value < decltype(value)(0);
    return false;
  });
}

std::string text_of(auto value) {
  if constexpr (std::is_arithmetic_v<decltype(value)>) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
  } else {
    return "(" + text_of(value.real()) + "," + text_of(value.imag()) + ")";
  }
}
std::string text_of(const Number& number) {
  if (number.dtype() == DType::kBool) return number.as<bool>() ? "true" : "false";
  return with_value(number, [](auto value) { return text_of(value); });
}

/// A type that holds the number, as C++ spells it.
std::string_view type_for(const Number& number) {
  if (fitted(number, DType::kInt64)) return "std::int64_t";
  if (fitted(number, DType::kUInt64)) return "std::uint64_t";
  return is_complex(number.dtype()) ? "std::complex<double>" : "double";
}

/// The type of an array with a number beside it.
DType type_with(DType array, const Number& number) {
  const auto kind = [](DType d) {
    return d == DType::kBool ? 0 : is_integer(d) ? 1 : is_floating(d) ? 2 : 3;
  };
  if (kind(number.dtype()) <= kind(array)) return array;
  if (kind(number.dtype()) == 1) return DType::kInt64;
  if (kind(number.dtype()) == 2) return DType::kFloat64;
  return array == DType::kFloat32 ? DType::kComplex64 : DType::kComplex128;
}

std::string place_of(Opcode opcode) {
  return "array::" + std::string(name_of(opcode));
}

/// a < b as b > a.
Opcode mirrored(Opcode opcode) {
  switch (opcode) {
    case Opcode::kLess:
      return Opcode::kGreater;
    case Opcode::kLessEqual:
      return Opcode::kGreaterEqual;
    case Opcode::kGreater:
      return Opcode::kLess;
    case Opcode::kGreaterEqual:
      return Opcode::kLessEqual;
    default:
      return opcode;
  }
}

/// Compares integers with an integer beyond their type. All lie on one side of it, so a comparison with the
/// end of the type gives the result, which then has the array's blocks and lengths.
ArrayPtr compare_beyond(Opcode opcode, const ArrayPtr& node, bool is_above) {
  const auto end = [&](bool highest) {
    return with_element(node->dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (std::is_arithmetic_v<T>) {
        return lazy::constant(highest ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min());
      } else {
        return lazy::constant(T());
      }
    });
  };
  const bool is_less = opcode == Opcode::kLess || opcode == Opcode::kLessEqual;
  const bool holds = opcode == Opcode::kNotEqual || (opcode != Opcode::kEqual && is_less == is_above);
  const Opcode always = is_above ? Opcode::kLessEqual : Opcode::kGreaterEqual;
  const Opcode never = is_above ? Opcode::kGreater : Opcode::kLess;
  return lazy::apply(holds ? always : never, {node, end(is_above)}, place_of(opcode));
}

/// Compares signed integers with unsigned ones of 64 bits; no type holds both.
ArrayPtr compare_signs(Opcode opcode, const ArrayPtr& with_sign, const ArrayPtr& without) {
  const std::string where = place_of(opcode);
  const bool of_negative =
      opcode == Opcode::kLess || opcode == Opcode::kLessEqual || opcode == Opcode::kNotEqual;
  const ArrayPtr zero = lazy::cast(lazy::constant(std::int64_t{0}), with_sign->dtype());
  const ArrayPtr sign =
      lazy::apply(of_negative ? Opcode::kLess : Opcode::kGreaterEqual, {with_sign, zero}, where);
  const ArrayPtr bits = lazy::apply(opcode, {lazy::cast(with_sign, DType::kUInt64), without}, where);
  return lazy::apply(of_negative ? Opcode::kLogicalOr : Opcode::kLogicalAnd, {sign, bits}, where);
}

// Elements that a task refuses, and the error that it then throws.
struct Refused {
  enum class What : std::uint8_t { kZero, kNegative } what;
  DType dtype;
  std::string where, message, fix;
};
std::vector<std::byte> to_bytes(const Refused& refused) {
  std::string text{static_cast<char>(refused.what), static_cast<char>(refused.dtype)};
  for (const std::string* part : {&refused.where, &refused.message, &refused.fix}) text += *part + '\0';
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}
Refused from_bytes(const std::byte* state) {
  const char* text = reinterpret_cast<const char*>(state);
  Refused refused{static_cast<Refused::What>(text[0]), static_cast<DType>(text[1]), text + 2, {}, {}};
  text += 3 + refused.where.size();
  refused.message = text;
  refused.fix = text + refused.message.size() + 1;
  return refused;
}

void check_strip(KernelCall& call) {
  const auto& strip = *reinterpret_cast<const MapStrip*>(call.arguments);
  const auto what = static_cast<Refused::What>(strip.state[0]);
  const bool found = with_element(static_cast<DType>(strip.state[1]), [&]<class T>(std::type_identity<T>) {
    const auto* elements = static_cast<const T*>(strip.in[0]);
    std::memcpy(strip.out, elements, strip.count * sizeof(T));
    return std::any_of(elements, elements + strip.count, [&](const T& element) {
      if constexpr (std::is_arithmetic_v<T>) {
        if (what == Refused::What::kNegative) return element < T(0);
      }
      return element == T(0);
    });
  });
  if (!found) return;
  const Refused refused = from_bytes(strip.state);
  throw Error(refused.where, refused.message, refused.fix);
}
const KernelId kCheck = KernelRegistry::instance().add("check", "bask::lazy::check", &check_strip);

ArrayPtr checked(const ArrayPtr& node, const Refused& refused) {
  const auto call = UserCall::implied();
  return lazy::map(kCheck, to_bytes(refused), "check", node->dtype(), {node});
}

/// The exponents of a power of integers. Throws: Error when one is negative; for elements, a task throws it.
ArrayPtr exponents(const lazy::Operand& b, DType dtype) {
  const std::string where = place_of(Opcode::kPower);
  const std::string fix = "convert the array first: x.astype<double>()";
  if (b.is_array()) {
    if (!is_signed_integer(b.node()->dtype())) return b.node();
    return checked(b.node(), {Refused::What::kNegative, b.node()->dtype(), where,
                              "there is a negative exponent among integers", fix});
  }
  if (is_negative(b.number())) {
    throw Error(where, "integers have no power of " + text_of(b.number()), fix);
  }
  return b.as(dtype, where);
}

}  // namespace

namespace lazy {

ElementBytes element_of(const Number& number, DType dtype, std::string_view where) {
  if (const auto element = fitted(number, dtype)) return *element;
  throw Error(std::string(where), text_of(number) + " does not fit " + std::string(name_of(dtype)),
              "use a number that does, or convert the array first: x.astype<" +
                  std::string(type_for(number)) + ">()");
}

ArrayPtr Operand::as(DType dtype, std::string_view where) const {
  return is_array() ? node_ : constant(dtype, element_of(number_, dtype, where));
}

ArrayPtr binary(Opcode opcode, DType dtype, const Operand& a, const Operand& b) {
  const std::string where = place_of(opcode);
  const bool checks = opcode == Opcode::kPower && is_integer(dtype);
  return apply_as(opcode, dtype, {a.as(dtype, where), checks ? exponents(b, dtype) : b.as(dtype, where)},
                  where);
}

ArrayPtr compare(Opcode opcode, const Operand& a, const Operand& b) {
  const UserCall call(name_of(opcode));
  const std::string where = place_of(opcode);
  if (a.is_array() && b.is_array()) {
    const DType x = a.node()->dtype(), y = b.node()->dtype();
    if (is_signed_integer(x) && y == DType::kUInt64) return compare_signs(opcode, a.node(), b.node());
    if (x == DType::kUInt64 && is_signed_integer(y))
      return compare_signs(mirrored(opcode), b.node(), a.node());
    return apply(opcode, {a.node(), b.node()}, where);
  }
  const ArrayPtr& node = a.is_array() ? a.node() : b.node();
  const Number& number = a.is_array() ? b.number() : a.number();
  DType dtype = type_with(node->dtype(), number);
  if (!fitted(number, dtype)) {
    if (is_integer(dtype)) {
      return compare_beyond(a.is_array() ? opcode : mirrored(opcode), cast(node, dtype),
                            !is_negative(number));
    }
    dtype = promote(dtype, DType::kFloat64);
  }
  return apply_as(opcode, dtype, {a.as(dtype, where), b.as(dtype, where)}, where);
}

ArrayPtr logical(Opcode opcode, const Operand& a, const Operand& b) {
  const auto side = [](const Operand& one) {
    if (one.is_array()) return one.node();
    return constant(with_value(one.number(), [](auto value) { return value != decltype(value)(0); }));
  };
  return apply(opcode, {side(a), side(b)}, place_of(opcode));
}

ArrayPtr where(const ArrayPtr& condition, DType dtype, const Operand& a, const Operand& b) {
  constexpr std::string_view kWhere = "array::where";
  return apply_as(Opcode::kWhere, dtype, {condition, a.as(dtype, kWhere), b.as(dtype, kWhere)}, kWhere);
}

ArrayPtr rounded(const ArrayPtr& node, int decimals) {
  if (decimals >= 0) return node;
  const UserCall call("round");
  const std::string where = "array::round";
  const double power = std::pow(10.0, -decimals);
  const Number ten = power < 0x1p64 ? Number(static_cast<std::uint64_t>(power)) : Number(power);
  const DType dtype = node->dtype() == DType::kBool ? DType::kInt8 : node->dtype();  // bool has no division
  const auto number = [&](std::uint64_t value) { return constant(dtype, element_of(value, dtype, where)); };
  const ArrayPtr unit = constant(dtype, element_of(ten, dtype, where));
  const ArrayPtr half = number(static_cast<std::uint64_t>(power) / 2);
  const ArrayPtr whole = apply(Opcode::kFloorDivide, {node, unit}, where);
  const ArrayPtr rest = apply(Opcode::kRemainder, {node, unit}, where);
  const ArrayPtr odd = cast(apply(Opcode::kBitwiseAnd, {whole, number(1)}, where), DType::kBool);
  const ArrayPtr tie = apply(Opcode::kLogicalAnd, {apply(Opcode::kEqual, {rest, half}, where), odd}, where);
  const ArrayPtr up = apply(Opcode::kLogicalOr, {apply(Opcode::kGreater, {rest, half}, where), tie}, where);
  const ArrayPtr next = apply(Opcode::kAdd, {whole, cast(up, dtype)}, where);
  return cast(apply(Opcode::kMultiply, {next, unit}, where), node->dtype());
}

ArrayPtr without_zero(const ArrayPtr& node, const std::string& where, const std::string& message,
                      const std::string& fix) {
  return checked(node, {Refused::What::kZero, node->dtype(), where, message, fix});
}

}  // namespace lazy

}  // namespace bask
