#include <fmt/format.h>
#include <bask/core/error.hpp>
#include <bask/forecast/machine_speed.hpp>
#include <bask/system/replaced_file.hpp>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace bask {

const std::vector<NamedSpeed>& named_speeds() {
  static const std::vector<NamedSpeed> speeds{
      {"unit_ns", &MachineSpeed::unit_ns},
      {"task_ns", &MachineSpeed::task_ns},
      {"touched_ns_per_byte", &MachineSpeed::touched_ns_per_byte},
      {"operation_ns", &MachineSpeed::operation_ns},
      {"function_ns", &MachineSpeed::function_ns},
      {"uniform_number_ns", &MachineSpeed::uniform_number_ns},
      {"random_number_ns", &MachineSpeed::random_number_ns},
      {"multiply_add_ns", &MachineSpeed::multiply_add_ns},
      {"message_ns", &MachineSpeed::message_ns},
      {"moved_ns_per_byte", &MachineSpeed::moved_ns_per_byte},
      {"moved_cpu_ns_per_byte", &MachineSpeed::moved_cpu_ns_per_byte},
      {"cleared_ns_per_byte", &MachineSpeed::cleared_ns_per_byte},
      {"written_ns_per_byte", &MachineSpeed::written_ns_per_byte},
      {"written_cpu_ns_per_byte", &MachineSpeed::written_cpu_ns_per_byte},
      {"read_back_ns_per_byte", &MachineSpeed::read_back_ns_per_byte},
      {"read_back_cpu_ns_per_byte", &MachineSpeed::read_back_cpu_ns_per_byte}};
  return speeds;
}

MachineSpeed read_machine_speed(const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    return Error("--bask-machine", fmt::format("'{}' {}", path, why),
                 "have --bask-profile-machine=FILE make one on a node of the cluster", ExitCode::kUsage);
  };
  std::ifstream file(path);
  if (!file) throw refuse("cannot be read");
  MachineSpeed speed;
  try {
    const nlohmann::json read = nlohmann::json::parse(file);
    for (const NamedSpeed& named : named_speeds()) speed.*named.ns = read.at(named.name).get<double>();
  } catch (const nlohmann::json::exception& error) {
    throw refuse(fmt::format("is not the speed of a machine: {}", error.what()));
  }
  for (const NamedSpeed& named : named_speeds()) {
    if (!(speed.*named.ns >= 0) || !std::isfinite(speed.*named.ns))
      throw refuse(fmt::format("says {} for {}", speed.*named.ns, named.name));
  }
  return speed;
}

void write_machine_speed(const std::string& path, const MachineSpeed& speed, const std::string& machine) {
  nlohmann::ordered_json written{{"machine", machine}};
  for (const NamedSpeed& named : named_speeds()) written[named.name] = speed.*named.ns;
  ReplacedFile file("--bask-profile-machine", path);
  file.write(written.dump(2) + "\n");
  file.put_in_place();
}

}  // namespace bask
