#include <bask/run.hpp>

#include <bask/cluster/node.hpp>
#include <bask/core/error.hpp>
#include <bask/execution/task_error.hpp>
#include <bask/transport/mpi_transport.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>

#include <iostream>

namespace bask {
namespace {

int report(const std::string& message, ExitCode code) {
  std::cout.flush();
  std::cerr << "bask: error: " << message << std::endl;
  return static_cast<int>(code);
}

int run_here(const Options& options, const std::function<int(Client&)>& program) {
  Client client(options);
  return program(client);
}

int guarded(const std::function<int()>& body) {
  try {
    return body();
  } catch (const TaskError& error) {
    return report(error.what(), error.exit_code());  // says what was thrown
  } catch (const Error& error) {
    return report(message_with_causes(error), error.exit_code());
  } catch (const std::exception& error) {
    return report(message_with_causes(error), ExitCode::kTaskFailed);
  } catch (...) {
    return report(describe_current_exception(), ExitCode::kTaskFailed);
  }
}

int run_ranks(const Options& options, const std::function<int(Client&)>& program) {
  boost::mpi::environment environment(boost::mpi::threading::serialized, false);
  boost::mpi::communicator world;
  const auto transport = make_mpi_transport(world);
  NodeOptions node_options;
  const unsigned rank = static_cast<unsigned>(world.rank());
  const char* rank0 = std::getenv("RANK0");
  const bool zero_works = rank0 == nullptr || *rank0 == '1';
  const unsigned threads = options.threads == 0 ? 1 : static_cast<unsigned>(options.threads);
  node_options.threads = rank == 0 && !zero_works ? 0 : threads;
  node_options.pin = Pin::kOff;
  node_options.resources = options.resources;
  node_options.silence_limit = std::chrono::seconds(10);
  node_options.hosts.assign(static_cast<std::size_t>(world.size()), "localhost");
  Node node(*transport, node_options);
  if (rank != 0) {
    node.serve();
    return 0;
  }
  std::vector<RankSummary> ranks(static_cast<std::size_t>(world.size()), {"localhost", 2, threads, std::uint64_t{1} << 34});
  if (!zero_works) ranks[0].threads = 0;
  const int code = guarded([&] {
    Client client(options, node, ranks);
    return program(client);
  });
  if (!node.shut_down(std::chrono::seconds(1))) node.abort(code);
  return code;
}

}  // namespace

int run_program(int& argc, char** argv, const std::function<int(Client&)>& program) {
  return guarded([&] {
    const LoadedOptions loaded = load_options(argc, argv);
    if (loaded.request != Request::kRun) {
      std::cout << loaded.text;
      return static_cast<int>(ExitCode::kDone);
    }
    if (std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) return run_ranks(loaded.options, program);
    return run_here(loaded.options, program);
  });
}

}  // namespace bask
