#include "hdf5_columns.hpp"

#include <hdf5.h>
#include <bask/io/hdf5_library.hpp>
#include <bask/system/replaced_file.hpp>

namespace results {
namespace {

// The file that is being written. All calls under bask::Hdf5Lock.
class ColumnFile {
 public:
  ColumnFile(std::string where, const std::string& path)
      : where_(std::move(where)),
        file_(check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT))),
        untimed_(check(H5Pcreate(H5P_DATASET_CREATE))),
        text_(check(H5Tcopy(H5T_C_S1))) {
    check(H5Pset_obj_track_times(untimed_.get(), false));
    check(H5Tset_size(text_.get(), H5T_VARIABLE));
    check(H5Tset_cset(text_.get(), H5T_CSET_UTF8));
  }

  void add(const std::string& name, const std::vector<std::int64_t>& values) {
    add(name, H5T_NATIVE_INT64, H5T_STD_I64LE, values.size(), values.data());
  }
  void add(const std::string& name, const std::vector<double>& values) {
    add(name, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, values.size(), values.data());
  }
  void add(const std::string& name, const std::vector<std::string>& values) {
    std::vector<const char*> texts;
    for (const std::string& value : values) texts.push_back(value.c_str());
    add(name, text_.get(), text_.get(), texts.size(), texts.data());
  }
  void flush() { check(H5Fflush(file_.get(), H5F_SCOPE_LOCAL)); }

 private:
  template <class Result>
  Result check(Result result) const {
    if (result < 0) bask::refuse_hdf5(where_, "cannot be written", "make room for it, and run it again");
    return result;
  }
  void add(const std::string& name, hid_t in_memory, hid_t in_file, hsize_t length, const void* values) {
    const bask::Hdf5Id space(check(H5Screate_simple(1, &length, nullptr)));
    const bask::Hdf5Id dataset(check(H5Dcreate2(file_.get(), name.c_str(), in_file, space.get(), H5P_DEFAULT,
                                                untimed_.get(), H5P_DEFAULT)));
    if (length != 0) check(H5Dwrite(dataset.get(), in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  }

  const std::string where_;
  const bask::Hdf5Id file_, untimed_, text_;
};

}  // namespace

void write_hdf5_columns(const std::string& app, const std::string& path,
                        const std::vector<Hdf5Column>& columns) {
  bask::ReplacedFile replaced(app, path);
  {
    const bask::Hdf5Lock lock;
    ColumnFile file(app + ": " + path, replaced.temporary());
    for (const Hdf5Column& column : columns) {
      std::visit([&](const auto& values) { file.add(column.name, values); }, column.values);
    }
    file.flush();
  }
  replaced.put_in_place();
}

}  // namespace results
