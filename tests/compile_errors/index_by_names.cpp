// expect: cannot convert .* to 'const bask::Several<bask::Index>&'
#include <bask/bask.hpp>

int main() {
  auto x = bask::zeros({4, 4}).at({.start = 1, .stop = 2});
}
