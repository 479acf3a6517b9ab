#include <bask/run.hpp>

#include <bask/core/error.hpp>
#include <bask/execution/task_error.hpp>

#include <iostream>

namespace bask {
namespace {

int report(const std::string& message, ExitCode code) {
  std::cout.flush();
  std::cerr << "bask: error: " << message << std::endl;
  return static_cast<int>(code);
}

}  // namespace

int run_program(int& argc, char** argv, const std::function<int(Client&)>& program) {
  try {
    const LoadedOptions loaded = load_options(argc, argv);
    if (loaded.request != Request::kRun) {
      std::cout << loaded.text;
      return static_cast<int>(ExitCode::kDone);
    }
    Client client(loaded.options);
    return program(client);
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

}  // namespace bask
