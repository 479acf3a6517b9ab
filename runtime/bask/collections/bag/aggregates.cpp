#include <bask/collections/bag/aggregates.hpp>

namespace bask::bags {

void refuse_empty(const char* function, const char* fix) {
  throw Error(std::string("bag::") + function, "the bag has no elements", fix);
}

double variance(const Moments& moments, std::int64_t ddof, bool root) {
  const double degrees = moments.count - static_cast<double>(ddof);
  if (!(degrees > 0)) {
    const char* const function = root ? "bag::std" : "bag::var";
    throw Error(function,
                "the bag has " + std::to_string(static_cast<std::int64_t>(moments.count)) +
                    " elements, and ddof is " + std::to_string(ddof),
                "there must be more elements than ddof");
  }
  const double variance = moments.squares / degrees;
  return root ? std::sqrt(variance) : variance;
}

}  // namespace bask::bags
