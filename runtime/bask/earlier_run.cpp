#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/core/mpi_turn.hpp>
#include <bask/earlier_run.hpp>
#include <bask/io/task_table.hpp>
#include <bask/journal/journal_format.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace bask {
namespace {

using Layers = std::unordered_map<std::string, LayerTimes>;

constexpr const char* kDurationsOption = "--bask-durations";

[[noreturn]] void refuse_earlier_run(const std::filesystem::path& path, const std::string& why) {
  throw Error(kDurationsOption, fmt::format("'{}' {}", path.string(), why),
              "give the directory of an earlier run's --bask-watch, or the file of its --bask-tasks",
              ExitCode::kUsage);
}

[[noreturn]] void refuse_journal(const std::filesystem::path& path) {
  refuse_earlier_run(path, "is a journal of --bask-checkpoint, which has results but no durations");
}

// The state in a directory.
std::filesystem::path state_in(const std::filesystem::path& directory) {
  std::filesystem::path state = directory / "state.json";
  std::error_code error;
  if (std::filesystem::exists(state, error)) return state;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (parse_journal_name(entry->path().filename().string())) refuse_journal(directory);
  }
  refuse_earlier_run(directory, "has no state.json, as the directory of a --bask-watch has");
}

std::string first_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse_earlier_run(path, "cannot be read");
  std::string bytes(8, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

// The time of calls that failed counts in, as it does in the state.
Layers layers_of_table(const std::string& path) {
  {
    const MpiTurn turn;  // a parallel HDF5 calls MPI when it starts
    const Hdf5Lock starts_the_library;
  }
  std::vector<LayerTimes> times;
  const std::vector<std::string> names =
      read_task_table(kDurationsOption, path, [&](std::span<const TaskRow> rows) {
        for (const TaskRow& row : rows) {
          if (row.layer >= times.size()) times.resize(row.layer + 1);
          LayerTimes& layer = times[row.layer];
          layer.tasks += row.outcome == TaskOutcome::kDone;
          layer.ns += static_cast<double>(std::max<std::int64_t>(row.duration_ns, 0));
          layer.bytes += static_cast<double>(row.bytes);
        }
      });
  Layers layers;
  for (std::size_t layer = 0; layer < times.size(); ++layer) layers[names[layer]] = times[layer];
  return layers;
}

Layers layers_of_state(const std::filesystem::path& path) {
  using Json = nlohmann::json;
  Json state;
  try {
    std::ifstream file(path);
    state = Json::parse(file);
  } catch (const Json::exception&) {
    refuse_earlier_run(path, "is neither the whole state of a job nor a table of tasks");
  }
  Layers layers;
  try {
    for (const Json& layer : state.at("totals")) {
      layers[layer.at("name").get<std::string>()] = {layer.at("done").get<std::uint64_t>(),
                                                     layer.at("seconds").get<double>() * 1e9,
                                                     layer.at("bytes").get<double>()};
    }
  } catch (const Json::exception& error) {
    refuse_earlier_run(path, fmt::format("lacks what every state of a job has: {}", error.what()));
  }
  return layers;
}

}  // namespace

TaskTimes times_of_earlier_run(const MachineSpeed& speed, const std::string& path) {
  constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n", kJournal = "BASKJRNL";
  std::error_code ignored;
  const bool is_directory = std::filesystem::is_directory(path, ignored);
  const std::filesystem::path file = is_directory ? state_in(path) : std::filesystem::path(path);
  const std::string begin = first_bytes(file);
  if (begin == kJournal) refuse_journal(file);
  return {speed, fmt::format("the earlier run in '{}'", path),
          begin == kHdf5 ? layers_of_table(file.string()) : layers_of_state(file)};
}

}  // namespace bask
