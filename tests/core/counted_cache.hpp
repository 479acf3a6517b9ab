// counted_cache.hpp: a cache of freed memory that only counts, for tests of who asks for it back.
#pragma once

#include <bask/core/spare_memory.hpp>

#include <algorithm>
#include <cstdint>

namespace bask {

/// Makes `kept` known as the bytes that a cache keeps. To be called before main.
template <std::uint64_t& kept>
bool add_counted_cache() {
  return spare_memory::add({[] { return kept; },
                            [](std::uint64_t bytes) {
                              const std::uint64_t given = std::min(bytes, kept);
                              kept -= given;
                              return given;
                            }});
}

}  // namespace bask
