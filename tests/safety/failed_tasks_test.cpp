// Failed tasks in files: how many are kept, under which names, and what is refused.
#include <gtest/gtest.h>
#include <unistd.h>
#include <bask/bask.hpp>
#include <bask/core/archive.hpp>
#include <bask/safety/failed_tasks.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bask::failed_tasks_test {

struct Stubborn {
  std::string text = {};  // else it would be copied whole
  template <class Archive>
  void serialize(Archive& /*archive*/, unsigned /*version*/) {
    throw std::runtime_error("it does not like to be encoded");
  }
};

struct FailedTasksTest : testing::Test {
  FailedTasksTest()
      : path(std::filesystem::path(testing::TempDir()) / ("bask_failed_" + std::to_string(getpid())) /
             testing::UnitTest::GetInstance()->current_test_info()->name()) {
    FailedTasks::prepare(path);
  }
  ~FailedTasksTest() override { std::filesystem::remove_all(path.parent_path()); }

  static FailedTask task(const std::string& layer) {
    const Kernel& kernel = KernelRegistry::instance()[KernelId{0}];
    return {.layer = layer,
            .kernel = kernel.name,
            .kernel_hash = kernel.hash,
            .number = 17,
            .cause = "std::logic_error: why not",
            .annotations = {.priority = 3, .resources = {{"gpu", 0.5}}},
            .arguments = {std::byte{1}, std::byte{2}}};
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }
  static std::string refusal(const std::filesystem::path& file) {
    try {
      read_failed_task(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
      return error.what();
    }
    return "it was read";
  }
  std::filesystem::path path;
};

TEST_F(FailedTasksTest, AreReadAsTheyWereWritten) {
  FailedTasks kept(path, 2);
  Value words, numbers, nothing;
  words.emplace<std::vector<std::string>>(std::vector<std::string>{"a", "bc"});
  numbers.emplace<std::vector<double>>(std::vector<double>{0.5, 1});
  const std::vector<Input> inputs{{&words, false}, {&nothing, false}, {&numbers, false}};
  FailedTask failed = task("load");
  failed.key = {0x7f3a09c1ull << 32, 5};
  const std::filesystem::path file = path / "load-7f3a09c1-rank2.bask-task";
  EXPECT_TRUE(kept.keep(failed, inputs).ends_with(" --bask-replay=" + file.string()));
  const KeptTask read = read_failed_task(file);
  EXPECT_EQ(read.task.name, "load-7f3a09c1");
  EXPECT_EQ(read.task.rank, 2);
  EXPECT_EQ(read.task.number, 17u);
  EXPECT_EQ(read.task.cause, failed.cause);
  EXPECT_EQ(read.task.annotations, failed.annotations);
  EXPECT_EQ(read.task.arguments, failed.arguments);
  EXPECT_EQ(read.kernel, &KernelRegistry::instance()[KernelId{0}]);
  ASSERT_EQ(read.inputs.size(), 3u);
  EXPECT_EQ(read.inputs[0].get<std::vector<std::string>>(), (std::vector<std::string>{"a", "bc"}));
  EXPECT_FALSE(read.inputs[1].has_value());
  EXPECT_EQ(read.inputs[2].get<std::vector<double>>(), (std::vector<double>{0.5, 1}));
}

TEST_F(FailedTasksTest, AreTheFirstThreeOnly) {
  FailedTasks kept(path, 0);
  for (const char* layer : {"a", "b", "c", "d", "e"}) kept.keep(task(layer), {});
  EXPECT_EQ(files(), 3u);
  EXPECT_FALSE(std::filesystem::exists(path / "d-17-rank0.bask-task"));
}

TEST_F(FailedTasksTest, HaveNamesThatAFileMayHave) {
  FailedTasks kept(path, 0);
  const std::string command = kept.keep(task("../it's <my> layer"), {});
  EXPECT_TRUE(std::filesystem::exists(path / ".._it_s__my__layer-17-rank0.bask-task")) << command;
}

TEST_F(FailedTasksTest, AreGivenUpWithAWarningWhereAnInputCannotBeEncoded) {
  FailedTasks kept(path, 0);
  Value stubborn;
  stubborn.emplace<Stubborn>();
  const Input input{&stubborn, false};
  testing::internal::CaptureStderr();
  EXPECT_EQ(kept.keep(task("load"), {&input, 1}), "");
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(
      said.find("the failed task 'load-17' is not kept for a replay: std::runtime_error: it does not like"),
      std::string::npos)
      << said;
  EXPECT_EQ(files(), 0u);
}

TEST_F(FailedTasksTest, AreRefusedWhateverByteIsWrong) {
  FailedTasks kept(path, 0);
  Value numbers;
  numbers.emplace<std::vector<double>>(std::vector<double>{0.5, 1});
  const Input input{&numbers, false};
  kept.keep(task("load"), {&input, 1});
  const std::filesystem::path file = path / "load-17-rank0.bask-task";
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file));
  for (std::int64_t at = 0; at < size; ++at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(at);
    const int byte = bytes.get();
    bytes.seekp(at);
    bytes.put(static_cast<char>(byte ^ 0x10));
    bytes.close();
    const std::string said = refusal(file);
    const char* const expected = at < 8 ? "is no file of a failed task" : at < 16 ? "format" : "is corrupt";
    EXPECT_NE(said.find(expected), std::string::npos) << "byte " << at << ": " << said;
    bytes.open(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(at);
    bytes.put(static_cast<char>(byte));
  }
  EXPECT_EQ(refusal(file), "it was read");
}

TEST_F(FailedTasksTest, AreRefusedByAProgramWithoutTheirKernel) {
  FailedTasks kept(path, 0);
  FailedTask other = task("load");
  other.kernel = "load";
  other.kernel_hash = {1, 2};
  kept.keep(other, {});
  EXPECT_NE(refusal(path / "load-17-rank0.bask-task")
                .find("is of a task that calls 'load', which this program has not; replay it by '"),
            std::string::npos);
}

TEST_F(FailedTasksTest, NeedADirectoryInWhichFilesCanBeMade) {
  const std::filesystem::path file = path / "file";
  std::ofstream(file) << "text";
  try {
    FailedTasks::prepare(file / "below");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
    EXPECT_EQ(error.what(), "directory of failed tasks " + (file / "below").string() +
                                ": no file can be made in it: Not a directory; name a directory in which you "
                                "may write with --bask-failed-tasks");
  }
}

}  // namespace bask::failed_tasks_test
