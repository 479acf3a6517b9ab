#include <bask/execution/encoded_sizes.hpp>

#include <fmt/format.h>
#include <bask/core/log.hpp>
#include <bask/core/units.hpp>
#include <boost/core/demangle.hpp>

namespace bask {

void EncodedSizes::warn(const TaskGroup& group, const ValueType& type, std::uint64_t bytes) {
  const std::string name = boost::core::demangle(type.info->name());
  log_line(
      LogLevel::kWarning,
      fmt::format("{}: results of type {} cannot tell what memory they hold: each counts against the "
                  "memory limit as what it is encoded to ({}), and is encoded to see that; give the type "
                  "a member 'std::size_t held_bytes() const'",
                  group.layer, name, format_size(bytes)));
}

}  // namespace bask
