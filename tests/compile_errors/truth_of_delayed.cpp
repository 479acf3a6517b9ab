// expect: whether a Delayed is true is not known before compute\(\): decide inside a task, or compute it
// first
#include <bask/bask.hpp>

int increment(int x) {
  return x + 1;
}

int main() {
  if (bask::delayed<increment>(1) == 2) return 1;
}
