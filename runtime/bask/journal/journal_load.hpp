// journal_load.hpp: the journals that this process has open to load records from. `load_record` itself is in
// journal_reader.hpp.
// Runs on: every rank. Threads: any.
#pragma once

namespace bask {

/// Closes them, as soon as nobody reads: what has their names next may be other files.
void forget_open_journals();

}  // namespace bask
