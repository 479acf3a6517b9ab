// rank_session.hpp: one process of an MPI job, from MPI_Init to MPI_Finalize: who is where, then rank 0 runs
// the program and the others work for it.
// Runs on: every rank. Threads: main's.
#pragma once

#include <bask/client.hpp>
#include <bask/launch/launch.hpp>

#include <functional>

namespace bask {

/// Runs `program` on rank 0 and returns its exit code there, or 1, 2, 130, 143 as `run` does; returns 0 on
/// the other ranks, once rank 0 is through. `error`, if any, is why this rank cannot start; then all ranks
/// end. A program that calls std::exit on rank 0 ends the other ranks in order, too.
int run_ranks(const Options& options, const std::string& error, const Launch& launch,
              const std::function<int(Client&)>& program);

/// Calls `body` and returns what it returns, or prints what it throws and returns the exit code for that.
int report_errors(const std::function<int()>& body);

/// The exit code of a program that ended with this one: when all is done but the launcher is gone, nobody has
/// seen it, and what is kept stays for the next start. Prints that.
int seen_exit_code(int code, const Options& options);

}  // namespace bask
