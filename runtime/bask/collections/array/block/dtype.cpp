#include <bask/collections/array/block/dtype.hpp>

#include <array>

namespace bask {

namespace {

struct Named {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<Named, kDTypes> kTable{{{"bool", 1},
                                             {"int8", 1},
                                             {"int16", 2},
                                             {"int32", 4},
                                             {"int64", 8},
                                             {"uint8", 1},
                                             {"uint16", 2},
                                             {"uint32", 4},
                                             {"uint64", 8},
                                             {"float32", 4},
                                             {"float64", 8},
                                             {"complex64", 8},
                                             {"complex128", 16}}};

}  // namespace

std::size_t size_of(DType dtype) {
  return kTable[static_cast<std::size_t>(dtype)].size;
}
std::string_view name_of(DType dtype) {
  return kTable[static_cast<std::size_t>(dtype)].name;
}

}  // namespace bask
