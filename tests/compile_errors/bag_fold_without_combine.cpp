// expect: give one where binop does not take two results, as fold\(binop, initial, combine\)
#include <bask/bask.hpp>

int main() {
  auto text = bask::bag::range(4).fold(
      [](const std::string& so_far, std::int64_t x) { return so_far + std::to_string(x); }, "");
}
