// ex01_delayed.cpp: lazy calls. Nothing runs when a lazy call is made. compute() runs all calls that its
// result needs, in parallel where they do not depend on each other.
//
//   build/release/apps/ex01_delayed
//   mpirun -n 3 build/release/apps/ex01_delayed
//
// Prints: 2 * (1 + 2) = 6
#include <bask/bask.hpp>

#include <iostream>

int add(int x, int y) {
  return x + y;
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 1. A lazy call: the function is a template argument, the values are arguments.
    const auto sum = bask::delayed<add>(1, 2);

    // 2. Its future result can be an argument of other calls, and operators work on it.
    const bask::Delayed<int> twice = 2 * sum;

    // 3. A lambda that captures nothing is a function as well.
    const auto text = bask::delayed([](int x) { return "2 * (1 + 2) = " + std::to_string(x); })(twice);

    // 4. Run all calls that the text needs, and get it.
    std::cout << text.compute() << std::endl;
  });
}
