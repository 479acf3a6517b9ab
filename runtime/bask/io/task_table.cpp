#include <fmt/format.h>
#include <hdf5.h>
#include <bask/io/task_table.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace bask {
namespace {

constexpr const char* kName = "tasks";
constexpr const char* kAnotherPlace = "name a file on a disk with room";
constexpr int kFormat = 1;
constexpr std::size_t kRowsAtOnce = 4096;

Hdf5Id outcome_type() {
  Hdf5Id type(H5Tenum_create(H5T_NATIVE_INT8));
  const auto add = [&](const char* name, TaskOutcome outcome) { H5Tenum_insert(type.get(), name, &outcome); };
  add("done", TaskOutcome::kDone);
  add("failed", TaskOutcome::kFailed);
  add("retried", TaskOutcome::kRetried);
  return type;
}

// A row as it is in memory, which is how it is in the file.
Hdf5Id row_type() {
  Hdf5Id type(H5Tcreate(H5T_COMPOUND, sizeof(TaskRow)));
  const auto add = [&](const char* name, std::size_t offset, hid_t of) {
    H5Tinsert(type.get(), name, offset, of);
  };
  add("computation", offsetof(TaskRow, computation), H5T_NATIVE_UINT32);
  add("task", offsetof(TaskRow, task), H5T_NATIVE_UINT32);
  add("layer", offsetof(TaskRow, layer), H5T_NATIVE_UINT32);
  add("rank", offsetof(TaskRow, rank), H5T_NATIVE_UINT32);
  add("thread", offsetof(TaskRow, thread), H5T_NATIVE_INT32);
  add("begin_ns", offsetof(TaskRow, begin_ns), H5T_NATIVE_INT64);
  add("duration_ns", offsetof(TaskRow, duration_ns), H5T_NATIVE_INT64);
  add("bytes", offsetof(TaskRow, bytes), H5T_NATIVE_UINT64);
  add("outcome", offsetof(TaskRow, outcome), outcome_type().get());
  return type;
}

}  // namespace

TaskTable::TaskTable(std::string where, const std::string& path) : where_(std::move(where)) {
  const Hdf5Lock lock;
  file_ = Hdf5Id(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  if (!file_) refuse_hdf5(where_, "cannot create the file", kAnotherPlace);
  type_ = row_type();
  const hsize_t no_rows = 0, any = H5S_UNLIMITED, chunk = kRowsAtOnce;
  const Hdf5Id space(H5Screate_simple(1, &no_rows, &any)), creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_chunk(creation.get(), 1, &chunk);
  dataset_ = Hdf5Id(
      H5Dcreate2(file_.get(), kName, type_.get(), space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
  if (!dataset_) refuse_hdf5(where_, "cannot make the table", kAnotherPlace);
  const Hdf5Id scalar(H5Screate(H5S_SCALAR));
  const Hdf5Id format(
      H5Acreate2(file_.get(), "format", H5T_NATIVE_INT, scalar.get(), H5P_DEFAULT, H5P_DEFAULT));
  checked_write(H5Awrite(format.get(), H5T_NATIVE_INT, &kFormat), where_, "cannot write an attribute");
}

TaskTable::~TaskTable() {
  const Hdf5Lock lock;
  dataset_.close();
  file_.close();
}

void TaskTable::add(const TaskRow& row) {
  rows_.push_back(row);
  if (rows_.size() == kRowsAtOnce) write_rows();
}

void TaskTable::write_rows() {
  if (rows_.empty()) return;
  const Hdf5Lock lock;
  const hsize_t begin = written_, count = rows_.size(), end = begin + count;
  checked_write(H5Dset_extent(dataset_.get(), &end), where_, "the table cannot grow");
  const Hdf5Id place(H5Dget_space(dataset_.get())), memory(H5Screate_simple(1, &count, nullptr));
  H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, &begin, nullptr, &count, nullptr);
  checked_write(H5Dwrite(dataset_.get(), type_.get(), memory.get(), place.get(), H5P_DEFAULT, rows_.data()),
                where_, "cannot write the table");
  written_ = end;
  rows_.clear();
}

void TaskTable::write_names(const char* name, std::span<const std::string> names) {
  const hsize_t count = names.size();
  const Hdf5Id type(H5Tcopy(H5T_C_S1)), space(H5Screate_simple(1, &count, nullptr));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  const Hdf5Id dataset(
      H5Dcreate2(file_.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  if (!dataset) refuse_hdf5(where_, std::string("cannot make the dataset '") + name + "'", kAnotherPlace);
  std::vector<const char*> texts;
  for (const std::string& text : names) texts.push_back(text.c_str());
  if (texts.empty()) return;
  checked_write(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()), where_,
                "cannot write names");
}

void TaskTable::finish(std::span<const std::string> layers, std::span<const std::string> hosts) {
  write_rows();
  const Hdf5Lock lock;
  write_names("layers", layers);
  write_names("hosts", hosts);
  type_.close();
  dataset_.close();
  checked_write(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), where_, "cannot write the file");
  file_.close();
}

namespace {

// All calls of HDF5 below are made under the lock.
struct ReadTable {
  const std::string& where;
  const std::string& path;
  Hdf5Id file = {};

  [[noreturn]] void refuse(const std::string& why, const std::string& fix) const {
    H5Eclear2(H5E_DEFAULT);
    throw Error(where, fmt::format("'{}' {}", path, why), fix, ExitCode::kUsage);
  }
  [[noreturn]] void refuse_damaged(const std::string& why) const {
    refuse(why + hdf5_error_text(), "the file is not whole: copy it again, or run with --bask-tasks again");
  }
  [[noreturn]] void refuse_no_table(const std::string& why) const {
    refuse("is no table of tasks: " + why, "give a file that --bask-tasks has written");
  }
};

// 0: there is none.
int format_of(hid_t file) {
  int format = 0;
  if (H5Aexists(file, "format") <= 0) return 0;
  const Hdf5Id attribute(H5Aopen(file, "format", H5P_DEFAULT)), space(H5Aget_space(attribute.get()));
  if (H5Sget_simple_extent_npoints(space.get()) != 1) return 0;
  return H5Aread(attribute.get(), H5T_NATIVE_INT, &format) < 0 ? 0 : format;
}

void open_table(ReadTable& table) {
  table.file = Hdf5Id(H5Fopen(table.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!table.file) table.refuse_damaged("cannot be opened: ");
  const int format = format_of(table.file.get());
  if (format == 0) table.refuse_no_table("it has no attribute 'format'");
  if (format != kFormat) {
    table.refuse(fmt::format("is a table of format {}, and this Bask reads format {}", format, kFormat),
                 "run with --bask-tasks again, with this version of Bask");
  }
}

// A dataset of one axis; its length.
hsize_t open_column(const ReadTable& table, const char* name, Hdf5Id& dataset) {
  if (H5Lexists(table.file.get(), name, H5P_DEFAULT) > 0)
    dataset = Hdf5Id(H5Dopen2(table.file.get(), name, H5P_DEFAULT));
  if (!dataset) table.refuse_no_table(fmt::format("it has no dataset '{}'", name));
  const Hdf5Id space(H5Dget_space(dataset.get()));
  hsize_t length = 0;
  if (H5Sget_simple_extent_ndims(space.get()) != 1)
    table.refuse_no_table(fmt::format("'{}' has not one axis", name));
  H5Sget_simple_extent_dims(space.get(), &length, nullptr);
  return length;
}

std::vector<std::string> read_names(const ReadTable& table, const char* name) {
  Hdf5Id dataset;
  const hsize_t length = open_column(table, name, dataset);
  const Hdf5Id type(H5Tcopy(H5T_C_S1)), space(H5Screate_simple(1, &length, nullptr));
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  std::vector<char*> texts(length);
  if (length != 0 && H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()) < 0)
    table.refuse_damaged(fmt::format("has '{}' that cannot be read: ", name));
  std::vector<std::string> names;
  for (const char* text : texts) names.emplace_back(text == nullptr ? "" : text);
  if (length != 0) H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, texts.data());
  return names;
}

// HDF5 would leave out what the file does not have.
void require_members(const ReadTable& table, hid_t stored, hid_t wanted) {
  if (H5Tget_class(stored) != H5T_COMPOUND) table.refuse_no_table("its rows are no compounds");
  for (int member = 0; member < H5Tget_nmembers(wanted); ++member) {
    char* const name = H5Tget_member_name(wanted, static_cast<unsigned>(member));
    const std::string text = name;
    H5free_memory(name);
    if (H5Tget_member_index(stored, text.c_str()) < 0)
      table.refuse_no_table(fmt::format("its rows have no '{}'", text));
  }
}

}  // namespace

std::vector<std::string> read_task_table(const std::string& where, const std::string& path,
                                         const std::function<void(std::span<const TaskRow>)>& give) {
  const Hdf5Lock lock;
  ReadTable table{where, path};
  open_table(table);
  std::vector<std::string> layers = read_names(table, "layers");
  Hdf5Id dataset;
  const hsize_t length = open_column(table, kName, dataset);
  const Hdf5Id type = row_type(), stored(H5Dget_type(dataset.get())), place(H5Dget_space(dataset.get()));
  require_members(table, stored.get(), type.get());
  std::vector<TaskRow> rows;
  for (hsize_t begin = 0, count = 0; begin < length; begin += count) {
    count = std::min<hsize_t>(length - begin, kRowsAtOnce);
    rows.resize(count);
    const Hdf5Id memory(H5Screate_simple(1, &count, nullptr));
    H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, &begin, nullptr, &count, nullptr);
    if (H5Dread(dataset.get(), type.get(), memory.get(), place.get(), H5P_DEFAULT, rows.data()) < 0)
      table.refuse_damaged(fmt::format("has rows from {} on that cannot be read: ", begin));
    for (const TaskRow& row : rows) {
      if (row.layer >= layers.size())
        table.refuse_no_table(fmt::format("a row is of layer {}, and it names {}", row.layer, layers.size()));
    }
    give(rows);
  }
  return layers;
}

}  // namespace bask
