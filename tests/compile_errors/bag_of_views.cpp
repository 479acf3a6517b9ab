// expect: the elements of a bag must be able to go to another rank: pointers and views never travel
#include <bask/bask.hpp>

std::string_view whole(const std::string& text) {
  return text;
}

int main() {
  auto views = bask::bag::from_sequence({std::string("a")}).map<whole>();
}
