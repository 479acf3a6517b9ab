// expect: whether an array is true is not known before compute\(\)
#include <bask/bask.hpp>

int main() {
  if (bask::zeros({4}) > 1) return 1;
}
