// ex02_loop.cpp: a loop of lazy calls, and one more call that takes all of their results.
//
//   build/release/apps/ex02_loop
//   mpirun -n 3 build/release/apps/ex02_loop
//
// Prints: 1 + 4 + 9 + ... + 100 = 385
#include <bask/bask.hpp>

#include <iostream>
#include <numeric>
#include <vector>

int square(int x) {
  return x * x;
}

int sum(const std::vector<int>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0);
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 1. Ten calls that do not depend on each other: any thread of any rank may run them.
    std::vector<bask::Delayed<int>> squares;
    for (int x = 1; x <= 10; ++x) squares.push_back(bask::delayed<square>(x));

    // 2. The function gets a vector of values for a vector of lazy values.
    const auto total = bask::delayed<sum>(squares);

    // 3. Run them.
    std::cout << "1 + 4 + 9 + ... + 100 = " << total.compute() << std::endl;
  });
}
