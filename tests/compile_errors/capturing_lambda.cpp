// expect: a lambda that captures cannot go to another rank\. Pass what it captures as an argument
#include <bask/bask.hpp>

int main() {
  int offset = 1;
  auto sum = bask::delayed([offset](int x) { return x + offset; })(2);
}
