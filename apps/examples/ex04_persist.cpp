// ex04_persist.cpp: results that stay where they were made. persist() computes them now; later computations
// read them and do not compute them again.
//
//   build/release/apps/ex04_persist
//   mpirun -n 3 build/release/apps/ex04_persist
//
// Prints: sum 499500, greatest 999: each block was made once
#include <bask/bask.hpp>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>

std::vector<int> block(int first) {
  std::vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

int main(int argc, char** argv) {
  return bask::run(argc, argv, [](bask::Client& client) {
    // 1. Ten blocks, each kept by the rank that made it.
    std::vector<bask::Delayed<std::vector<int>>> blocks;
    for (int k = 0; k < 10; ++k) blocks.push_back(bask::delayed<block>(100 * k));
    blocks = bask::persist(blocks);

    // 2. A first computation on the blocks: only the ten sums and their total run.
    const auto sum = [](const std::vector<int>& x) { return std::accumulate(x.begin(), x.end(), 0); };
    auto total = bask::delayed(0);
    for (const auto& numbers : blocks) total += bask::delayed(sum)(numbers);
    std::cout << "sum " << total.compute() << ", greatest ";

    // 3. A second computation.
    const auto last = [](const std::vector<int>& x) { return *std::max_element(x.begin(), x.end()); };
    std::cout << bask::delayed(last)(blocks.back()).compute();

    // 4. The second computation ran only one task, because the block was there.
    const bool is_kept = client.last_compute().tasks == 1;
    std::cout << (is_kept ? ": each block was made once" : ": blocks were made again") << std::endl;
  });
}
