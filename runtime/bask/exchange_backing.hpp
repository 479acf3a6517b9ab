// exchange_backing.hpp: has the parts of exchanges take memory from this rank's ledger, and room on its
// scratch disk.
// Runs on: every rank. Threads: the main thread.
#pragma once

#include <memory>

namespace bask {

class RankMemory;

/// Parts may take a quarter of the rank's memory; where it has no limit, all that they want. They do not keep
/// the rank's memory alive.
void back_exchanges(const std::shared_ptr<RankMemory>& memory);

}  // namespace bask
