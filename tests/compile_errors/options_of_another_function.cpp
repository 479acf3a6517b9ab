// expect: no matching function for call to .*sum
#include <bask/bask.hpp>

int main() {
  auto x = bask::zeros({4}).sum({.ddof = 1});
}
