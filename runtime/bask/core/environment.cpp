#include <unistd.h>
#include <bask/core/environment.hpp>

#include <cstdlib>
#include <set>
#include <string_view>

namespace bask {

namespace {

std::set<std::string, std::less<>>& own_variables() {
  static std::set<std::string, std::less<>> names;
  return names;
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == text.npos || own_variables().contains(text.substr(0, equals))) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::string_view value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view{} : std::string_view(found->second);
}

void set_one_thread_variables() {
  for (const char* name :
       {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"}) {
    if (std::getenv(name) != nullptr) continue;
    setenv(name, "1", 0);
    own_variables().insert(name);
  }
}

}  // namespace bask
