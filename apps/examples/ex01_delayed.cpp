// ex01_delayed.cpp: lazy calls. Nothing runs when a call is written; what a result needs runs when it is
// asked for, side by side where it can.
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
    // 1. A call that will be made: a function as a template argument, values as arguments.
    const auto sum = bask::delayed<add>(1, 2);

    // 2. What it will return is an argument of others, and operators work on it.
    const bask::Delayed<int> twice = 2 * sum;

    // 3. A lambda that captures nothing is a function as well.
    const auto text = bask::delayed([](int x) { return "2 * (1 + 2) = " + std::to_string(x); })(twice);

    // 4. Run all that the text needs, and get it.
    std::cout << text.compute() << std::endl;
  });
}
