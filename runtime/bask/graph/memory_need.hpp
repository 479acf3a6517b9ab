// memory_need.hpp: the memory that a unit needs to run at all, and the error when a rank has less: one text,
// whether that is found before the run or in it.
// Runs on: every rank. Threads: any; plain data.
#pragma once

#include <bask/core/error.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bask {

struct MemoryNeed {
  std::vector<std::uint64_t> inputs;  ///< the bytes of each result that it reads, each result once
  std::uint64_t made = 0;             ///< the most that it makes at once
  std::uint64_t scratch = 0;          ///< the part of `made` that is no result
  std::uint64_t before = 0;           ///< the result of the last task that was counted
  bool is_chain = false;              ///< that is several results, one made from the other
  bool is_annotated = false;          ///< an annotation says what it makes

  /// Counts the next task of the unit, which reads the one before: the size of its result, what it needs
  /// beside it while it runs, and what an annotation says that it makes.
  void add_task(std::uint64_t result, std::uint64_t beside, std::uint64_t annotated) {
    if (const std::uint64_t now = before + std::max(result + beside, annotated); now > made) {
      made = now;
      scratch = annotated > result + beside ? 0 : beside;
      is_chain = std::min(before, result) > now / 100;
      is_annotated = annotated > result + beside;
    }
    before = result;
  }
  std::uint64_t of_inputs() const;
  std::uint64_t total() const { return of_inputs() + made; }
  /// "3.1 GiB (two inputs of 1 GiB, a result of 1 GiB, 64 MiB scratch)"; scratch of less than a hundredth is
  /// not named.
  std::string text() const;
};

/// What a rank may use: `constants` of it are taken by the program's own.
struct MemoryRoom {
  std::uint64_t limit = ~std::uint64_t{0}, constants = 0;
  std::string rank = "this rank";

  /// "rank 2 may use 2 GiB".
  std::string text() const;
};

/// "matmul: task (3, 4) needs 3 GiB (two inputs of 1 GiB, a result of 1 GiB), and rank 2 may use 2 GiB; …".
Error memory_refusal(const std::string& layer, std::string_view task, const MemoryNeed& need,
                     const MemoryRoom& room, std::string fix);
/// The same for results that were asked for, which have to be in memory together.
Error results_refusal(std::uint64_t bytes, const MemoryRoom& room);

}  // namespace bask
