#include <hdf5.h>
#include <bask/io/task_table.hpp>

#include <cstddef>
#include <utility>

namespace bask {
namespace {

constexpr const char* kName = "tasks";
constexpr const char* kAnotherPlace = "name a file on a disk with room";
constexpr int kFormat = 1;

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

}  // namespace bask
