// expect: a function of elements must return a bool, a number or a complex number
#include <bask/bask.hpp>

int main() {
  auto names = bask::zeros({4}).map([](double x) { return std::to_string(x); });
}
