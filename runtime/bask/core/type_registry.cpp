#include <bask/core/type_registry.hpp>

#include <bask/core/bytes.hpp>
#include <bask/core/value.hpp>

#include <string_view>

namespace bask {

TypeRegistry& TypeRegistry::instance() {
  static TypeRegistry registry;
  return registry;
}

std::uint32_t TypeRegistry::add(const ValueType& type) {
  types_.push_back(&type);
  return static_cast<std::uint32_t>(types_.size() - 1);
}

const ValueType& TypeRegistry::operator[](std::uint32_t number) const {
  if (number >= types_.size()) {
    throw Error(
        "decode",
        "a value's type has number " + std::to_string(number) + " of " + std::to_string(types_.size()),
        "the bytes are corrupt, or come from another binary");
  }
  return *types_[number];
}

Key TypeRegistry::hash() const {
  ByteWriter names;
  for (const ValueType* type : types_) {
    const std::string_view name = type->info->name();
    names.write(name.data(), name.size());
    names.write_raw('\n');
  }
  return hash_bytes(names.bytes());
}

}  // namespace bask
