#include <unistd.h>
#include <bask/system/host_name.hpp>

#include <array>

namespace bask {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace bask
