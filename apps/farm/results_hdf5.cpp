#include "results_file.hpp"

#include <hdf5.h>
#include <bask/io/hdf5_library.hpp>
#include <bask/system/replaced_file.hpp>

#include <functional>
#include <vector>

namespace farm {
namespace {

using Rows = std::vector<std::size_t>;  // positions of the commands that have a result

// The HDF5 file that is being written. All calls under bask::Hdf5Lock.
class Table {
 public:
  Table(const std::filesystem::path& path, const std::filesystem::path& temporary, const FarmLog& log)
      : where_("farm: " + path.string()), log_(log), file_(make(temporary)) {
    for (std::size_t i = 0; i < log.records.size(); ++i) {
      if (log.records[i].result) rows_.push_back(i);
    }
    const hsize_t count = rows_.size();
    space_ = bask::Hdf5Id(check(H5Screate_simple(1, &count, nullptr)));
  }

  void add_numbers(const std::string& name, const std::function<std::int64_t(const CommandResult&)>& value) {
    std::vector<std::int64_t> column;
    for (const std::size_t row : rows_) column.push_back(value(*log_.records[row].result));
    write(name, H5T_NATIVE_INT64, H5T_STD_I64LE, column.data());
  }
  void add_seconds(const std::string& name, const std::string& units,
                   const std::function<std::int64_t(const CommandResult&)>& nanoseconds) {
    std::vector<double> column;
    for (const std::size_t row : rows_) {
      column.push_back(static_cast<double>(nanoseconds(*log_.records[row].result)) * 1e-9);
    }
    const bask::Hdf5Id dataset = write(name, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, column.data());
    const bask::Hdf5Id type = text_type(), scalar(check(H5Screate(H5S_SCALAR)));
    const bask::Hdf5Id attribute(
        check(H5Acreate2(dataset.get(), "units", type.get(), scalar.get(), H5P_DEFAULT, H5P_DEFAULT)));
    const char* const text = units.c_str();
    check(H5Awrite(attribute.get(), type.get(), &text));
  }
  void add_texts(const std::string& name,
                 const std::function<std::string(const Command&, const CommandResult&)>& value) {
    std::vector<std::string> texts;
    std::vector<const char*> column;
    for (const std::size_t row : rows_) texts.push_back(value(log_.commands[row], *log_.records[row].result));
    for (const std::string& text : texts) column.push_back(text.c_str());
    const bask::Hdf5Id type = text_type();
    write(name, type.get(), type.get(), column.data());
  }
  void close() { check(H5Fflush(file_.get(), H5F_SCOPE_LOCAL)); }

 private:
  template <class Result>
  Result check(Result result) const {
    if (result < 0) bask::refuse_hdf5(where_, "cannot be written", "make room for it, and run farm again");
    return result;
  }
  bask::Hdf5Id make(const std::filesystem::path& path) const {
    return bask::Hdf5Id(check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)));
  }
  bask::Hdf5Id text_type() const {
    bask::Hdf5Id type(check(H5Tcopy(H5T_C_S1)));
    check(H5Tset_size(type.get(), H5T_VARIABLE));
    check(H5Tset_cset(type.get(), H5T_CSET_UTF8));
    return type;
  }
  bask::Hdf5Id write(const std::string& name, hid_t in_memory, hid_t in_file, const void* column) const {
    bask::Hdf5Id dataset(check(
        H5Dcreate2(file_.get(), name.c_str(), in_file, space_.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    if (!rows_.empty()) check(H5Dwrite(dataset.get(), in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, column));
    return dataset;
  }

  const std::string where_;
  const FarmLog& log_;
  Rows rows_;
  bask::Hdf5Id file_, space_;
};

}  // namespace

void write_results_hdf5(const FarmLog& log, const std::filesystem::path& path) {
  bask::ReplacedFile file("farm", path);
  using Result = const CommandResult&;
  {
    const bask::Hdf5Lock lock;
    Table table(path, file.temporary(), log);
    table.add_numbers("number", [](Result r) { return std::int64_t{r.number}; });
    table.add_texts("name", [](const Command& command, Result) { return command.name; });
    table.add_texts("command", [](const Command& command, Result) { return command.text; });
    table.add_texts("state", [](const Command&, Result r) { return name_of(r.state); });
    table.add_numbers("exit_code", [](Result r) { return std::int64_t{r.exit_code}; });
    table.add_numbers("signal", [](Result r) { return std::int64_t{r.signal}; });
    table.add_numbers("attempt", [](Result r) { return std::int64_t{r.attempt}; });
    table.add_numbers("tries", [](Result r) { return std::int64_t{r.tries}; });
    table.add_seconds("start", "seconds since 1970-01-01T00:00:00Z", [](Result r) { return r.start_ns; });
    table.add_seconds("end", "seconds since 1970-01-01T00:00:00Z", [](Result r) { return r.end_ns; });
    table.add_seconds("seconds", "s", [](Result r) { return r.end_ns - r.start_ns; });
    table.add_texts("host", [](const Command&, Result r) { return r.host; });
    table.add_numbers("rank", [](Result r) { return std::int64_t{r.rank}; });
    table.add_numbers("peak_memory_bytes",
                      [](Result r) { return static_cast<std::int64_t>(r.peak_memory_bytes); });
    table.add_seconds("user_seconds", "s", [](Result r) { return r.user_ns; });
    table.add_seconds("system_seconds", "s", [](Result r) { return r.system_ns; });
    table.close();
  }
  file.put_in_place();
}

}  // namespace farm
