// strip_variant.inl: all strip loops for one instruction set. A source includes it after it has defined
// kVectorBytes, kVariantName and, with SLEEF, BASK_SLEEF_DOUBLE_… and BASK_SLEEF_FLOAT_…, and is compiled
// with that set's options. All is in an unnamed namespace, and uses only those parts of the standard library
// that leave no code.
#include <bask/collections/array/kernels/strip_arithmetic.inl>
#include <bask/collections/array/kernels/strip_vectors.inl>

#include <bask/collections/array/kernels/strip_elements.inl>
#include <bask/collections/array/kernels/strip_logarithm.inl>

#include <bask/collections/array/kernels/strip_functions.inl>
#include <bask/collections/array/kernels/strip_numbers.inl>

#include <bask/collections/array/kernels/strip_casts.inl>
#include <bask/collections/array/kernels/strip_folds.inl>
#include <bask/collections/array/kernels/strip_moments.inl>

namespace bask::strips {
namespace {

Loop find_loop(Opcode opcode, DType operand) {
  if (opcode == Opcode::kCast || opcode == Opcode::kMap) return nullptr;
  return with_element(operand, [opcode](auto type) -> Loop {
    using T = Stored<typename decltype(type)::type>;
    if constexpr (kIsComplex<T>) {
      if (opcode == Opcode::kWhere) return choose_complex_by_bool<decltype(T::re)>();
      return complex_basic_loop<decltype(T::re)>(opcode);
    } else {
      if (opcode == Opcode::kWhere) return choose_by_bool<Bits<sizeof(T)>>();
      if constexpr (std::is_floating_point_v<T>) {
        return floating_loop<T>(opcode);
      } else if constexpr (std::is_same_v<typename decltype(type)::type, bool>) {
        return bool_loop(opcode);
      } else {
        return integer_loop<T>(opcode);
      }
    }
  });
}

constexpr Variant kVariant{kVariantName,   &find_loop,     &find_cast,        &gather_elements,
                           &fill_elements, &count_up,      &find_strip_fold,  &find_row_fold,
                           &find_least,    &find_greatest, &strip_zero_nans,  &row_numbers,
                           &strip_moments, &row_moments,   &row_moments_merge};

}  // namespace
}  // namespace bask::strips
