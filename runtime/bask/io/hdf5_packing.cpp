#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/io/hdf5_packing.hpp>
#include <bask/io/number_range.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace bask {
namespace {

constexpr std::size_t kStrip = 256;

template <class T>
void load(const Block& block, std::size_t first, std::span<long double> strip) {
  const T* elements = block.as<T>() + first;
  for (std::size_t i = 0; i < strip.size(); ++i) strip[i] = static_cast<long double>(elements[i]);
}

class Packer {
 public:
  Packer(const Hdf5Packing& packing, bool from_floating, const std::string& where)
      : packing_(packing), from_floating_(from_floating), where_(where) {
    scales_ = packing.scale_factor != 1 || packing.add_offset != 0;
  }

  template <class U>
  void store(std::span<const long double> strip, U* elements) const {
    for (std::size_t i = 0; i < strip.size(); ++i) elements[i] = static_cast<U>(pack<U>(strip[i]));
  }

 private:
  template <class U>
  long double pack(long double x) const {
    constexpr bool kIsInteger = std::is_integral_v<U>;
    if (std::isnan(x)) {
      if (packing_.has_fill_value) return packing_.fill_value;
      if constexpr (kIsInteger)
        refuse(x, fmt::format("cannot be stored as {}", name_of(packing_.dtype)),
               "give a fill value: .fill_value");
      return x;
    }
    long double stored = x;
    if (scales_) stored = (static_cast<double>(x) - packing_.add_offset) / packing_.scale_factor;
    if constexpr (kIsInteger) stored = std::rint(stored);
    if (!holds<U>(stored)) {
      refuse(x,
             fmt::format("becomes {}, which {} does not hold", static_cast<double>(stored),
                         name_of(packing_.dtype)),
             "choose a wider dtype, or another scale_factor and add_offset");
    }
    if (kIsInteger && from_floating_ && packing_.has_fill_value && stored == packing_.fill_value) {
      refuse(x,
             fmt::format("becomes {}, the fill value, and would be read as missing",
                         static_cast<double>(stored)),
             "choose a fill value that no element becomes");
    }
    return stored;
  }

  [[noreturn]] void refuse(long double x, const std::string& what, const std::string& fix) const {
    throw Error(where_, fmt::format("an element of {} {}", static_cast<double>(x), what), fix);
  }

  const Hdf5Packing& packing_;
  bool from_floating_, scales_;
  const std::string& where_;
};

}  // namespace

Block packed(const Block& block, const Hdf5Packing& packing, const std::string& where) {
  if (!packing.changes(block.dtype())) return block;
  Block result(packing.dtype, Shape(block.shape().begin(), block.shape().end()));
  const Packer packer(packing, is_floating(block.dtype()), where);
  std::array<long double, kStrip> memory;
  const auto count = static_cast<std::size_t>(block.count());
  for (std::size_t first = 0; first < count; first += kStrip) {
    const std::span<long double> strip(memory.data(), std::min(kStrip, count - first));
    with_element(block.dtype(), [&]<class T>(std::type_identity<T>) {
      if constexpr (std::is_arithmetic_v<T>) load<T>(block, first, strip);
    });
    with_element(packing.dtype, [&]<class U>(std::type_identity<U>) {
      if constexpr (std::is_arithmetic_v<U>) packer.store<U>(strip, result.as<U>() + first);
    });
  }
  return result;
}

}  // namespace bask
