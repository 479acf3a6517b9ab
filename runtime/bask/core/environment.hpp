// environment.hpp: the environment variables of this process, as plain data that tests can make up.
// Runs on: every rank. Threads: any, while none sets a variable.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace bask {

using Environment = std::map<std::string, std::string>;

/// The variables of this process as they are now, but for those that Bask has set itself.
Environment process_environment();

/// The value of a variable; empty: it has none, or is not set.
std::string_view value_of(const Environment& environment, const std::string& name);

/// Sets OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, MKL_NUM_THREADS and BLIS_NUM_THREADS to 1, each unless it is
/// set: the runtime has a thread for each core already. Call it before other threads start. A library that
/// read them when it was loaded does not see the change; a call of its own tells it (blas::use_one_thread).
void set_one_thread_variables();

}  // namespace bask
