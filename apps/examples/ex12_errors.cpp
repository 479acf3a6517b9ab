// ex12_errors.cpp: errors. A task that throws ends the computation in order; the error that compute() throws
// says which task it was and what its inputs were. Mistakes that can be found earlier are reported earlier.
//
//   build/release/apps/ex12_errors
//   mpirun -n 3 build/release/apps/ex12_errors
//
// Prints: the program goes on: 1 / 4 = 0.25
#include <bask/bask.hpp>

#include <iostream>
#include <stdexcept>

double inverse(double x) {
  if (x == 0) throw std::domain_error("x is 0");
  return 1 / x;
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    // 1. When a task throws, on any rank, compute() throws a TaskError; the original error is nested in it.
    const auto zero = bask::delayed([](double x) { return x - 1; })(1.0);
    try {
      bask::delayed<inverse>(zero).compute();
    } catch (const bask::TaskError& error) {
      std::cout << "a task failed: " << error.what() << std::endl;
    }

    // 2. A wrong array expression throws where it is written, before anything runs.
    try {
      bask::zeros({3, 4}) + bask::zeros({5});
    } catch (const bask::Error& error) {
      std::cout << "refused: " << error.what() << std::endl;
    }

    // 3. After an error that was caught, the program can go on computing.
    std::cout << "the program goes on: 1 / 4 = " << bask::delayed<inverse>(4.0).compute() << std::endl;

    // 4. An error that is not caught ends the program on every rank, with its message and exit code 1.
  });
}
