// The functions of analysis of complex numbers, by the standard library.
#include <bask/collections/array/kernels/strip_variant.hpp>

#include <cmath>
#include <complex>

namespace bask::strips {

namespace {

template <auto F, class Z, class R = Z>
void unary(std::size_t count, void* out, const void* const* in) {
  const auto* a = static_cast<const Z*>(in[0]);
  auto* results = static_cast<R*>(out);
  for (std::size_t i = 0; i < count; ++i) results[i] = F(a[i]);
}

template <class Z>
Z exp2(const Z& z) {
  return std::exp(z * std::log(typename Z::value_type(2)));
}
template <class Z>
Z log2(const Z& z) {
  return std::log(z) / std::log(typename Z::value_type(2));
}
/// e^x cos y - 1 without cancellation near 0.
template <class Z>
Z expm1(const Z& z) {
  const auto half = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * half * half,
          std::exp(z.real()) * std::sin(z.imag())};
}
/// log |1 + z| from |1 + z|^2 - 1, which keeps its digits near 0.
template <class Z>
Z log1p(const Z& z) {
  using T = typename Z::value_type;
  const T x = z.real(), y = z.imag();
  const bool is_near = std::abs(x) < T(0.5) && std::abs(y) < T(0.5);
  const T modulus = is_near ? std::log1p(x * (2 + x) + y * y) / 2 : std::log(std::hypot(1 + x, y));
  return {modulus, std::atan2(y, 1 + x)};
}

/// As in NumPy: anything to the power of 0 is 1; 0 to a positive real power is 0, to others NaN; whole
/// exponents below 100 go by multiplication.
template <class Z>
Z power(Z base, const Z& exponent) {
  using T = typename Z::value_type;
  const T a = exponent.real();
  if (exponent == Z(0)) return Z(1);
  if (base == Z(0)) return a > 0 && exponent.imag() == 0 ? Z(0) : Z(NAN, NAN);
  if (exponent.imag() != 0 || a != std::trunc(a) || std::abs(a) >= 100) return std::pow(base, exponent);
  Z result(1);
  for (auto rest = static_cast<unsigned>(std::abs(a)); rest != 0; rest >>= 1) {
    if (rest & 1) result *= base;
    base *= base;
  }
  return a < 0 ? Z(1) / result : result;
}
template <class Z>
void powers(std::size_t count, void* out, const void* const* in) {
  const auto* a = static_cast<const Z*>(in[0]);
  const auto* b = static_cast<const Z*>(in[1]);
  auto* results = static_cast<Z*>(out);
  for (std::size_t i = 0; i < count; ++i) results[i] = power(a[i], b[i]);
}

template <class T>
Loop find(Opcode opcode) {
  using Z = std::complex<T>;
  switch (opcode) {
    case Opcode::kSqrt:
      return &unary<[](const Z& z) { return std::sqrt(z); }, Z>;
    case Opcode::kExp:
      return &unary<[](const Z& z) { return std::exp(z); }, Z>;
    case Opcode::kExp2:
      return &unary<[](const Z& z) { return exp2(z); }, Z>;
    case Opcode::kExpm1:
      return &unary<[](const Z& z) { return expm1(z); }, Z>;
    case Opcode::kLog:
      return &unary<[](const Z& z) { return std::log(z); }, Z>;
    case Opcode::kLog2:
      return &unary<[](const Z& z) { return log2(z); }, Z>;
    case Opcode::kLog10:
      return &unary<[](const Z& z) { return std::log10(z); }, Z>;
    case Opcode::kLog1p:
      return &unary<[](const Z& z) { return log1p(z); }, Z>;
    case Opcode::kSin:
      return &unary<[](const Z& z) { return std::sin(z); }, Z>;
    case Opcode::kCos:
      return &unary<[](const Z& z) { return std::cos(z); }, Z>;
    case Opcode::kTan:
      return &unary<[](const Z& z) { return std::tan(z); }, Z>;
    case Opcode::kArcsin:
      return &unary<[](const Z& z) { return std::asin(z); }, Z>;
    case Opcode::kArccos:
      return &unary<[](const Z& z) { return std::acos(z); }, Z>;
    case Opcode::kArctan:
      return &unary<[](const Z& z) { return std::atan(z); }, Z>;
    case Opcode::kSinh:
      return &unary<[](const Z& z) { return std::sinh(z); }, Z>;
    case Opcode::kCosh:
      return &unary<[](const Z& z) { return std::cosh(z); }, Z>;
    case Opcode::kTanh:
      return &unary<[](const Z& z) { return std::tanh(z); }, Z>;
    case Opcode::kArcsinh:
      return &unary<[](const Z& z) { return std::asinh(z); }, Z>;
    case Opcode::kArccosh:
      return &unary<[](const Z& z) { return std::acosh(z); }, Z>;
    case Opcode::kArctanh:
      return &unary<[](const Z& z) { return std::atanh(z); }, Z>;
    case Opcode::kAbsolute:
      return &unary<[](const Z& z) { return std::abs(z); }, Z, T>;
    case Opcode::kAngle:
      return &unary<[](const Z& z) { return std::arg(z); }, Z, T>;
    case Opcode::kPower:
      return &powers<Z>;
    default:
      return nullptr;
  }
}

}  // namespace

Loop complex_loop(Opcode opcode, DType operand) {
  if (operand == DType::kComplex64) return find<float>(opcode);
  if (operand == DType::kComplex128) return find<double>(opcode);
  return nullptr;
}

}  // namespace bask::strips
