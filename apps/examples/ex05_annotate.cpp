// ex05_annotate.cpp: annotations: try a task again when it throws, run it earlier than others, and limit how
// many tasks of a kind run at the same time.
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

// Fails at the first call, like a busy web server. Counts on each rank how many calls run at the same time.
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
      // 1. A task of this scope is tried up to three more times, and holds the licence while it runs. The
      //    command line says that each rank has one licence.
      const bask::annotate scope({.retries = 3, .resources = {{"licence", 1}}});
      for (int page = 1; page <= 4; ++page) pages.push_back(bask::delayed<fetch>(page));
    }

    // 2. The same for a single call, which has a higher priority: it runs before the others where possible.
    pages.push_back(bask::delayed<fetch>({.priority = 10, .retries = 3, .resources = {{"licence", 1}}})(5));

    // 3. Run them. The sum of the page numbers tells whether two calls ran at the same time.
    auto sum = bask::delayed(0);
    for (const auto& page : pages) sum += page;
    if (sum.compute() == 15) std::cout << "fetched 5 pages, one at a time" << std::endl;
  });
}
