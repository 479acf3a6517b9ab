// The table of --bask-tasks: what is written is read again, and what is refused as none.
#include "hdf5_files.hpp"

#include <bask/io/task_table.hpp>

namespace bask {
namespace {

using namespace testing;

class TaskTableFiles : public Hdf5Files {
 protected:
  std::string written(std::size_t rows, std::uint32_t layer = 1) const {
    const std::string name = path("tasks.h5");
    TaskTable table("writing", name);
    for (std::size_t row = 0; row < rows; ++row) {
      table.add({.begin_ns = 7,
                 .duration_ns = static_cast<std::int64_t>(row),
                 .bytes = 8,
                 .layer = layer,
                 .outcome = row == 0 ? TaskOutcome::kFailed : TaskOutcome::kDone});
    }
    table.finish(std::vector<std::string>{"first", "mean – µ"}, std::vector<std::string>{"node"});
    return name;
  }
  // Why the table is refused.
  static std::string refusal(const std::string& name) {
    return message_of([&] { read_task_table("reading", name, [](auto) {}); });
  }
  // The table, changed with the library itself.
  template <class F>
  std::string changed(const F& change) const {
    const std::string name = written(3);
    const Hdf5Lock lock;
    const Hdf5Id file(H5Fopen(name.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    change(file.get());
    return name;
  }
};

TEST_F(TaskTableFiles, GivesTheRowsThatWereWrittenInStretches) {
  std::vector<TaskRow> rows;
  const auto layers = read_task_table("reading", written(10'000), [&](std::span<const TaskRow> some) {
    EXPECT_LT(some.size(), 5000u);
    rows.insert(rows.end(), some.begin(), some.end());
  });
  EXPECT_EQ(layers, (std::vector<std::string>{"first", "mean – µ"}));
  ASSERT_EQ(rows.size(), 10'000u);
  EXPECT_EQ(rows[0].outcome, TaskOutcome::kFailed);
  for (std::size_t row = 1; row < rows.size(); ++row) {
    EXPECT_EQ(rows[row].duration_ns, static_cast<std::int64_t>(row));
    EXPECT_EQ(rows[row].begin_ns, 7);
    EXPECT_EQ(rows[row].bytes, 8u);
    EXPECT_EQ(rows[row].layer, 1u);
    EXPECT_EQ(rows[row].outcome, TaskOutcome::kDone);
  }
}

TEST_F(TaskTableFiles, ThatHasNoRowsGivesItsLayers) {
  EXPECT_EQ(read_task_table("reading", written(0), [](auto) { FAIL(); }).size(), 2u);
}

TEST_F(TaskTableFiles, IsRefusedWhenItIsOfAnotherFormat) {
  const std::string name = changed([](hid_t file) {
    const Hdf5Id format(H5Aopen(file, "format", H5P_DEFAULT));
    const int later = 2;
    H5Awrite(format.get(), H5T_NATIVE_INT, &later);
  });
  EXPECT_EQ(refusal(name),
            "reading: '" + name +
                "' is a table of format 2, and this Bask reads format 1; run with --bask-tasks "
                "again, with this version of Bask");
}

TEST_F(TaskTableFiles, IsRefusedWhenItIsCutOff) {
  const std::string name = written(10'000);
  std::filesystem::resize_file(name, std::filesystem::file_size(name) / 2);
  const std::string message = refusal(name);
  EXPECT_NE(message.find("' cannot be opened: "), std::string::npos) << message;
  EXPECT_NE(message.find("the file is not whole: copy it again, or run with --bask-tasks again"),
            std::string::npos)
      << message;
}

TEST_F(TaskTableFiles, IsRefusedWhenItIsAnotherFileOfHdf5) {
  const std::string kFix = "; give a file that --bask-tasks has written";
  const std::string no_format = changed([](hid_t file) { H5Adelete(file, "format"); });
  EXPECT_EQ(refusal(no_format),
            "reading: '" + no_format + "' is no table of tasks: it has no attribute 'format'" + kFix);
  const std::string no_rows = changed([](hid_t file) { H5Ldelete(file, "tasks", H5P_DEFAULT); });
  EXPECT_EQ(refusal(no_rows),
            "reading: '" + no_rows + "' is no table of tasks: it has no dataset 'tasks'" + kFix);
  const std::string no_names = changed([](hid_t file) { H5Ldelete(file, "layers", H5P_DEFAULT); });
  EXPECT_EQ(refusal(no_names),
            "reading: '" + no_names + "' is no table of tasks: it has no dataset 'layers'" + kFix);
}

TEST_F(TaskTableFiles, IsRefusedWhenItsRowsLackAMember) {
  const std::string name = changed([](hid_t file) {
    H5Ldelete(file, "tasks", H5P_DEFAULT);
    const Hdf5Id type(H5Tcreate(H5T_COMPOUND, 4));
    H5Tinsert(type.get(), "computation", 0, H5T_NATIVE_UINT32);
    const hsize_t length = 3;
    const Hdf5Id space(H5Screate_simple(1, &length, nullptr));
    const Hdf5Id rows(
        H5Dcreate2(file, "tasks", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  });
  EXPECT_EQ(refusal(name), "reading: '" + name +
                               "' is no table of tasks: its rows have no 'task'; give a file that "
                               "--bask-tasks has written");
}

TEST_F(TaskTableFiles, IsRefusedWhenARowIsOfALayerWithoutAName) {
  const std::string name = written(3, 2);
  EXPECT_EQ(refusal(name), "reading: '" + name +
                               "' is no table of tasks: a row is of layer 2, and it names 2; give a file "
                               "that --bask-tasks has written");
}

}  // namespace
}  // namespace bask
