// rank_session.hpp: one process of an MPI job, from MPI_Init to MPI_Finalize: the ranks tell each other where
// they run, then rank 0 runs the program and the others work for it.
// Runs on: every rank. Threads: the main thread.
#pragma once

#include <bask/client.hpp>
#include <bask/launch/launch.hpp>

#include <functional>

namespace bask {

/// On rank 0: runs `program` and returns its exit code, or 1, 2, 130, 143 as `run` does. On the other ranks:
/// returns 0 once rank 0 has finished. A non-empty `error` says why this rank cannot start; then all ranks
/// end. A program that calls std::exit on rank 0 ends the other ranks in order, too.
int run_ranks(const Options& options, const std::string& error, const Launch& launch,
              const std::function<int(Client&)>& program);

/// Calls `body` and returns what it returns, or prints what it throws and returns the exit code for that.
int report_errors(const std::function<int()>& body);

/// The exit code of the process, for a program that returned `code`. When `code` is 0 but the launcher is
/// gone, nobody may have seen the output: then this says so on stderr and returns 69, or 75 with a
/// checkpoint, whose results stay for the next start.
int seen_exit_code(int code, const Options& options);

}  // namespace bask
