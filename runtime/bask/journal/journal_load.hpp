// journal_load.hpp: the journals that this process has open to load records from. `load_record` itself is in
// journal_reader.hpp.
// Runs on: every rank. Threads: any.
#pragma once

namespace bask {

/// Closes them, each once no thread reads from it: their names may belong to other files next.
void forget_open_journals();

}  // namespace bask
