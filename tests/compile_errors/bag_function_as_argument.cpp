// expect: pass a function as a template argument: bag\.map<f>\(\), not bag\.map\(f\)
#include <bask/bask.hpp>

bool is_odd(std::int64_t x) {
  return x % 2 != 0;
}

int main() {
  auto odd = bask::bag::range(4).filter(is_odd);
}
