// expect: a task cannot return a Delayed: return the value
#include <bask/bask.hpp>

int increment(int x) {
  return x + 1;
}
bask::Delayed<int> lazily(int x) {
  return bask::delayed<increment>(x);
}

int main() {
  auto sum = bask::delayed<lazily>(1);
}
