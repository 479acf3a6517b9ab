#include "report.hpp"

#include <iomanip>
#include <ostream>

namespace taskbench {

void print_json(std::ostream& out, const Result& result) {
  const Measurement& measured = result.measurement;
  const Workload& workload = measured.workload;
  out << std::setprecision(6) << R"({"runner": ")" << result.runner << R"(", "type": ")"
      << name_of(workload.pattern.type) << R"(", "width": )" << workload.pattern.width << R"(, "steps": )"
      << workload.pattern.steps << R"(, "radix": )" << workload.pattern.radix << R"(, "kernel": ")"
      << name_of(workload.work.kernel) << R"(", "iter": )" << workload.work.iterations << R"(, "output": )"
      << workload.output_bytes << R"(, "cores": )" << measured.cores << R"(, "tasks": )"
      << measured.count.tasks << R"(, "seconds": )" << measured.seconds << R"(, "granularity_us": )"
      << measured.granularity_us() << R"(, "flops_per_s": )" << measured.flops_per_s();
  if (measured.count.bytes != 0) out << R"(, "bytes_per_s": )" << measured.bytes_per_s();
  if (result.metg) {
    out << R"(, "metg_us": )" << result.metg->metg_us << R"(, "peak_flops_per_s": )"
        << result.metg->peak_flops_per_s << R"(, "efficiency": )"
        << measured.flops_per_s() / result.metg->peak_flops_per_s;
  }
  if (result.ratio_to_mpi) out << R"(, "ratio_to_mpi": )" << *result.ratio_to_mpi;
  out << "}" << std::endl;
}

void print_table_head(std::ostream& out, const Columns& columns) {
  out << std::left << std::setw(7) << "runner" << std::setw(20) << "type" << std::right << std::setw(7)
      << "width" << std::setw(9) << "steps" << std::setw(8) << "iter" << std::setw(10) << "tasks"
      << std::setw(10) << "seconds" << std::setw(11) << "us/task" << std::setw(10) << "GFLOP/s"
      << std::setw(8) << "GB/s";
  if (columns.metg) out << std::setw(10) << "peak" << std::setw(10) << "METG us";
  if (columns.ratio) out << std::setw(8) << "x mpi";
  out << std::endl;
}

void print_table_line(std::ostream& out, const Columns& columns, const Result& result) {
  const Measurement& measured = result.measurement;
  const Workload& workload = measured.workload;
  out << std::left << std::setw(7) << result.runner << std::setw(20) << name_of(workload.pattern.type)
      << std::right << std::setw(7) << workload.pattern.width << std::setw(9) << workload.pattern.steps
      << std::setw(8) << workload.work.iterations << std::setw(10) << measured.count.tasks << std::fixed
      << std::setprecision(4) << std::setw(10) << measured.seconds << std::setprecision(3) << std::setw(11)
      << measured.granularity_us() << std::setprecision(2) << std::setw(10) << measured.flops_per_s() * 1e-9
      << std::setw(8) << measured.bytes_per_s() * 1e-9;
  if (columns.metg) {
    out << std::setw(10) << result.metg->peak_flops_per_s * 1e-9 << std::setprecision(3) << std::setw(10)
        << result.metg->metg_us;
  }
  if (columns.ratio) {
    out << std::setprecision(2) << std::setw(8);
    result.ratio_to_mpi ? out << *result.ratio_to_mpi : out << "-";
  }
  out << std::defaultfloat << std::endl;
}

}  // namespace taskbench
