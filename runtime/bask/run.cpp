#include <bask/run.hpp>

#include <bask/core/error.hpp>

#include <iostream>

namespace bask {
namespace {

int report(const std::exception& error, ExitCode code) {
  std::cout.flush();
  std::cerr << "bask: error: " << message_with_causes(error) << std::endl;
  return static_cast<int>(code);
}

}  // namespace

int run(int& argc, char** argv, const std::function<void(Client&)>& program) {
  try {
    const LoadedOptions loaded = load_options(argc, argv);
    if (loaded.request != Request::kRun) {
      std::cout << loaded.text;
      return static_cast<int>(ExitCode::kDone);
    }
    Client client(loaded.options);
    program(client);
    return static_cast<int>(ExitCode::kDone);
  } catch (const Error& error) {
    return report(error, error.exit_code());
  } catch (const std::exception& error) {
    return report(error, ExitCode::kTaskFailed);
  }
}

}  // namespace bask
