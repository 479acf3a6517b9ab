// expect: has another element type than x
#include <bask/bask.hpp>

int main() {
  auto x = bask::zeros<int>({4});
  x += 1.5;
}
