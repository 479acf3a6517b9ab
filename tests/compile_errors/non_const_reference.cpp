// expect: a parameter cannot be a non-const reference, because results never change
#include <bask/bask.hpp>

int append(std::vector<int>& numbers) {
  numbers.push_back(1);
  return 0;
}

int main() {
  auto sum = bask::delayed<append>(std::vector<int>{1, 2});
}
