// functions.hpp: NumPy's functions of one array, element by element.
// Runs on: rank 0; nothing is computed before it is asked for. Threads: any.
// Types: functions of analysis give a floating or complex type (`floating` in dtype.hpp); abs, real and imag
// give the real type, angle its floating type, isnan and the like bool. All others keep the type of x.
#pragma once

#include <bask/collections/array/array.hpp>

namespace bask {

namespace elementwise {

template <class R, class E>
Array<R> unary(Opcode opcode, const Array<E>& x) {
  return Array<R>(lazy::apply(opcode, {x.node()}, "array::" + std::string(name_of(opcode))));
}

}  // namespace elementwise

template <Element E>
Array<floating_t<E>> sqrt(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kSqrt, x);
}
template <Element E>
Array<floating_t<E>> cbrt(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kCbrt, x);
}
template <Element E>
Array<floating_t<E>> exp(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kExp, x);
}
template <Element E>
Array<floating_t<E>> exp2(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kExp2, x);
}
template <Element E>
Array<floating_t<E>> expm1(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kExpm1, x);
}
template <Element E>
Array<floating_t<E>> log(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kLog, x);
}
template <Element E>
Array<floating_t<E>> log2(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kLog2, x);
}
template <Element E>
Array<floating_t<E>> log10(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kLog10, x);
}
template <Element E>
Array<floating_t<E>> log1p(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kLog1p, x);
}
template <Element E>
Array<floating_t<E>> sin(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kSin, x);
}
template <Element E>
Array<floating_t<E>> cos(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kCos, x);
}
template <Element E>
Array<floating_t<E>> tan(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kTan, x);
}
template <Element E>
Array<floating_t<E>> arcsin(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kArcsin, x);
}
template <Element E>
Array<floating_t<E>> arccos(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kArccos, x);
}
template <Element E>
Array<floating_t<E>> arctan(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kArctan, x);
}
template <Element E>
Array<floating_t<E>> sinh(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kSinh, x);
}
template <Element E>
Array<floating_t<E>> cosh(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kCosh, x);
}
template <Element E>
Array<floating_t<E>> tanh(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kTanh, x);
}
template <Element E>
Array<floating_t<E>> arcsinh(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kArcsinh, x);
}
template <Element E>
Array<floating_t<E>> arccosh(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kArccosh, x);
}
template <Element E>
Array<floating_t<E>> arctanh(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kArctanh, x);
}
template <Element E>
Array<floating_t<E>> deg2rad(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kDeg2rad, x);
}
template <Element E>
Array<floating_t<E>> rad2deg(const Array<E>& x) {
  return elementwise::unary<floating_t<E>>(Opcode::kRad2deg, x);
}

template <Element E>
Array<E> square(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kSquare, x);
}
template <Element E>
Array<E> reciprocal(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kReciprocal, x);
}
template <Element E>
Array<E> sign(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kSign, x);
}
template <Element E>
Array<E> floor(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kFloor, x);
}
template <Element E>
Array<E> ceil(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kCeil, x);
}
template <Element E>
Array<E> rint(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kRint, x);
}
template <Element E>
Array<E> trunc(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kTrunc, x);
}
template <Element E>
Array<E> conj(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kConj, x);
}
template <Element E>
Array<E> invert(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kInvert, x);
}

template <Element E>
Array<real_t<E>> abs(const Array<E>& x) {
  return elementwise::unary<real_t<E>>(Opcode::kAbsolute, x);
}
template <Element E>
Array<real_t<E>> absolute(const Array<E>& x) {
  return elementwise::unary<real_t<E>>(Opcode::kAbsolute, x);
}
template <Element E>
Array<real_t<E>> real(const Array<E>& x) {
  return elementwise::unary<real_t<E>>(Opcode::kReal, x);
}
template <Element E>
Array<real_t<E>> imag(const Array<E>& x) {
  return elementwise::unary<real_t<E>>(Opcode::kImag, x);
}
/// The argument of a complex number, in radians.
template <Element E>
Array<real_t<floating_t<E>>> angle(const Array<E>& x) {
  return elementwise::unary<real_t<floating_t<E>>>(Opcode::kAngle, x);
}
template <Element E>
Array<bool> logical_not(const Array<E>& x) {
  return elementwise::unary<bool>(Opcode::kLogicalNot, x);
}
template <Element E>
Array<bool> isnan(const Array<E>& x) {
  return elementwise::unary<bool>(Opcode::kIsnan, x);
}
template <Element E>
Array<bool> isinf(const Array<E>& x) {
  return elementwise::unary<bool>(Opcode::kIsinf, x);
}
template <Element E>
Array<bool> isfinite(const Array<E>& x) {
  return elementwise::unary<bool>(Opcode::kIsfinite, x);
}
template <Element E>
Array<bool> signbit(const Array<E>& x) {
  return elementwise::unary<bool>(Opcode::kSignbit, x);
}

template <Element E>
Array<E> operator-(const Array<E>& x) {
  return elementwise::unary<E>(Opcode::kNegative, x);
}
template <Element E>
Array<E> negative(const Array<E>& x) {
  return -x;
}
template <Element E>
Array<E> operator~(const Array<E>& x) {
  return invert(x);
}
/// Logical not of a mask.
inline Array<bool> operator!(const Array<bool>& x) {
  return logical_not(x);
}

template <class E>
Array<E> Array<E>::conj() const {
  return bask::conj(*this);
}
template <class E>
Array<real_t<E>> Array<E>::real() const {
  return bask::real(*this);
}
template <class E>
Array<real_t<E>> Array<E>::imag() const {
  return bask::imag(*this);
}

}  // namespace bask
