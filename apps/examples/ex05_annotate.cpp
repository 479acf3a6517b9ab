// ex05_annotate.cpp: what you ask of the runtime about a task: to try again when it throws, to run it
// earlier, to let so many of a kind run at a time.
//
//   build/release/apps/ex05_annotate --bask-resources=licence=1
//   mpirun -n 3 build/release/apps/ex05_annotate --bask-resources=licence=1
//
// Prints: fetched 5 pages, one at a time
#include <bask/bask.hpp>

#include <atomic>
#include <iostream>
#include <stdexcept>
#include <vector>

// It fails at first, as a web server that is busy; how many run at once is counted on each rank.
int fetch(int page) {
  static std::atomic<int> calls = 0, running = 0;
  const bool is_alone = ++running == 1;
  const bool fails = calls++ == 0;
  --running;
  if (fails) throw std::runtime_error("busy");
  return is_alone ? page : -1000;
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client&) {
    std::vector<bask::Delayed<int>> pages;
    {
      // 1. What is added in this scope is tried up to three times more, and holds the licence while it runs:
      //    the command line says that each rank has one.
      const bask::annotate scope({.retries = 3, .resources = {{"licence", 1}}});
      for (int page = 1; page <= 4; ++page) pages.push_back(bask::delayed<fetch>(page));
    }

    // 2. The same for one call; it runs before the others where it can.
    pages.push_back(bask::delayed<fetch>({.priority = 10, .retries = 3, .resources = {{"licence", 1}}})(5));

    // 3. Run them: the sum of the pages' numbers tells whether any had company.
    auto sum = bask::delayed(0);
    for (const auto& page : pages) sum += page;
    if (sum.compute() == 15) std::cout << "fetched 5 pages, one at a time" << std::endl;
  });
}
