// expect: where takes an Array<bool> and two arrays or numbers
#include <bask/bask.hpp>

int main() {
  auto x = bask::zeros({4});
  auto wrong = bask::where(x, 0);
}
