// expect: the function does not fit the elements: bag\.map<f>\(x\) calls f\(element, x\) with each element
#include <bask/bask.hpp>

std::size_t length(const std::string& text) {
  return text.size();
}

int main() {
  auto lengths = bask::bag::range(4).map<length>();
}
