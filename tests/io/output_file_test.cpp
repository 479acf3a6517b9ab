// Where files are written: devices and links, modes and owners, and files that killed processes leave.
#include "hdf5_files.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <bask/io/hdf5_parts.hpp>
#include <bask/io/hdf5_writer.hpp>
#include <bask/system/output_file.hpp>

#include <csignal>
#include <thread>

namespace bask {
namespace {

namespace fs = std::filesystem;
using namespace testing;

class Output : public Hdf5Files {
 protected:
  static void write(const std::string& path, double value, Hdf5Mode mode = Hdf5Mode::kReplace,
                    const std::string& name = "x") {
    Hdf5Writer writer(path, mode);
    writer.write_block(writer.create_dataset({.name = name, .shape = {1}}), Extents{0}, Extents{1}, &value);
    writer.finish();
  }
  static double value_in(const std::string& path, const std::string& name = "x") {
    return read_all<double>(describe_hdf5(path, name)).at(0);
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), {}));
  }
  mode_t mode_of(const std::string& name) const {
    struct stat status {};
    return ::stat(path(name).c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }
  // The id of a process that has ended.
  static pid_t ended_process() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
  }
  static std::string mark_of(pid_t process) {
    char host[256] = "";
    ::gethostname(host, sizeof(host) - 1);
    return std::string("bask-") + host + "-" + std::to_string(process) + "-0";
  }
};

TEST_F(Output, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0666), 0);
  fs::create_directory(path("directory"));
  fs::create_symlink("/dev/null", path("link"));
  for (const Hdf5Mode mode : {Hdf5Mode::kAdd, Hdf5Mode::kReplace}) {
    EXPECT_REFUSED(write("/dev/null", 1, mode),
                   "to_hdf5('/dev/null'): this is a device; name a regular file, or a new one");
    EXPECT_REFUSED(write(path("link"), 1, mode), "this is a device");
    EXPECT_REFUSED(write(path("pipe"), 1, mode), "this is a pipe");
    EXPECT_REFUSED(write(path("directory"), 1, mode), "this is a directory");
  }
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(entries(), 3U);
}

TEST_F(Output, IsWrittenToWhereALinkLeads) {
  fs::create_directory(path("elsewhere"));
  write(path("elsewhere/x.h5"), 1);
  fs::create_symlink("elsewhere/x.h5", path("link"));
  fs::create_symlink(path("link"), path("second"));
  write(path("second"), 2);
  EXPECT_TRUE(fs::is_symlink(path("link")) && fs::is_symlink(path("second")));
  EXPECT_EQ(value_in(path("elsewhere/x.h5")), 2);
  fs::create_symlink("elsewhere/new.h5", path("dangling"));
  write(path("dangling"), 3);
  EXPECT_EQ(value_in(path("elsewhere/new.h5")), 3);
  fs::create_symlink("circle", path("circle"));
  EXPECT_REFUSED(write(path("circle"), 3), "the link leads to itself");
  EXPECT_EQ(std::distance(fs::directory_iterator(path("elsewhere")), {}), 2);
}

TEST_F(Output, HasTheModeAndOwnerOfWhatItReplacesAndElseWhatUmaskLeaves) {
  const mode_t before = ::umask(027);
  write(path("new.h5"), 1);
  ::umask(before);
  EXPECT_EQ(mode_of("new.h5"), 0640U);
  ASSERT_EQ(::chmod(path("new.h5").c_str(), 0604), 0);
  constexpr uid_t kSomebody = 12345;
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::chown(path("new.h5").c_str(), kSomebody, kSomebody), 0);
  }
  for (const Hdf5Mode mode : {Hdf5Mode::kReplace, Hdf5Mode::kAdd}) {
    write(path("new.h5"), 2, mode);
    EXPECT_EQ(mode_of("new.h5"), 0604U);
    struct stat status {};
    ASSERT_EQ(::stat(path("new.h5").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, is_root ? kSomebody : ::geteuid());
    EXPECT_EQ(status.st_gid, is_root ? kSomebody : ::getegid());
  }
}

TEST_F(Output, OfAnotherProcessIsLeftAloneWhileItLives) {
  const std::string dead = mark_of(ended_process()), living = mark_of(::getppid());
  write_text(".x.h5." + dead, "left by a killed process");
  write_text(".y.h5." + dead, "left by one that wrote to another name");
  write_text(".x.h5." + living, "being written");
  write_text(".x.h5.notes", "a file of the user's");
  write_text(".x.h5.bask-elsewhere-1-0", "of another host");
  write_text(".x.h5.bask-elsewhere-1-1", "of another host, long ago");
  fs::last_write_time(path(".x.h5.bask-elsewhere-1-1"),
                      fs::file_time_type::clock::now() - std::chrono::hours(24 * 8));
  write(path("x.h5"), 1);
  EXPECT_FALSE(fs::exists(path(".x.h5." + dead)));
  EXPECT_FALSE(fs::exists(path(".x.h5.bask-elsewhere-1-1")));
  EXPECT_EQ(entries(), 5U);
}

TEST_F(Output, IsNobodysUnlessItsNameSaysSo) {
  for (const std::string name : {".x.h5.bask-", ".x.h5.bask--", ".x.h5.bask-host", ".x.h5.bask-host-x-0",
                                 ".x.h5.bask-host--1", ".x.h5.bask-bask-1-0"}) {
    write_text(name, "");
    EXPECT_FALSE(is_abandoned(path(name))) << name;
    fs::last_write_time(path(name), fs::file_time_type::clock::now() - std::chrono::hours(24 * 8));
    EXPECT_EQ(is_abandoned(path(name)), name == ".x.h5.bask-bask-1-0") << name;  // of a host called "bask"
  }
}

TEST_F(Output, IsLeftAloneWhileItIsLocked) {
  const OutputFile first(path("x.h5"), "first");
  // The lock counts, whichever process the name tells.
  const fs::path renamed = path(".x.h5." + mark_of(ended_process()));
  fs::rename(first.temporary(), renamed);
  EXPECT_FALSE(is_abandoned(renamed));
  write(path("x.h5"), 1);
  EXPECT_TRUE(fs::exists(renamed));
}

TEST_F(Output, IsRefusedWhenAnotherProgramHasChangedTheFileThatItAddsTo) {
  write(path("x.h5"), 1);
  Hdf5Writer writer(path("x.h5"), Hdf5Mode::kAdd);
  writer.create_dataset({.name = "y", .shape = {1}});
  write(path("x.h5"), 2);
  EXPECT_REFUSED(writer.finish(), "another program has changed the file meanwhile");
  EXPECT_EQ(value_in(path("x.h5")), 2);
  write_text("text", "no HDF5 file");
  EXPECT_REFUSED(write(path("text"), 1, Hdf5Mode::kAdd), "cannot add to the file that is there");
  write_text("empty", "");
  write(path("empty"), 4, Hdf5Mode::kAdd);
  EXPECT_EQ(value_in(path("empty")), 4);
}

// In a child process: the limit is that of a process, and HDF5 does more at its exit.
int exit_code_of_a_writer_with_a_full_disk(const std::string& path, bool is_chunked) {
  const pid_t child = ::fork();
  if (child != 0) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  constexpr rlim_t kMost = 200'000;
  const rlimit limit{kMost, kMost};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::signal(SIGXFSZ, SIG_IGN);
  const std::vector<double> all(100'000, 1.5);
  const std::string message = message_of([&] {
    Hdf5Writer writer(path, Hdf5Mode::kAdd);
    const auto id = writer.create_dataset(
        {.name = "many", .shape = {100'000}, .chunk_shape = is_chunked ? Extents{100} : Extents{}});
    writer.write_block(id, Extents{0}, Extents{100'000}, all.data());
    writer.finish();
  });
  const bool is_said = message.find("File too large") != std::string::npos &&
                       message.find("to_hdf5('" + path) != std::string::npos;
  if (!is_said) std::cerr << message << '\n';
  std::exit(is_said ? 0 : 1);  // HDF5 ends here
}

TEST_F(Output, ThatDoesNotFitEndsInOrder) {
  write(path("x.h5"), 1);
  for (const bool is_chunked : {true, false}) {
    EXPECT_EQ(exit_code_of_a_writer_with_a_full_disk(path("x.h5"), is_chunked), 0);
    EXPECT_EQ(value_in(path("x.h5")), 1);
    EXPECT_EQ(entries(), 1U);
  }
}

TEST_F(Output, KeepsWhatTheFileHasAndReplacesWhatHasTheSameName) {
  const auto add = [&](const std::string& name, double value, Hdf5Mode mode) {
    Hdf5Writer writer(path("x.h5"), mode);
    const auto lat = writer.create_dataset({.name = "lat", .shape = {1}, .dimensions = {"lat"}});
    writer.write_block(lat, Extents{0}, Extents{1}, &value);
    const auto id = writer.create_dataset({.name = name, .shape = {1}, .dimensions = {"lat"}});
    writer.write_block(id, Extents{0}, Extents{1}, &value);
    writer.finish();
  };
  add("u", 1, Hdf5Mode::kAdd);
  add("v", 2, Hdf5Mode::kAdd);
  EXPECT_EQ(value_in(path("x.h5"), "u"), 1);
  EXPECT_EQ(value_in(path("x.h5"), "v"), 2);
  EXPECT_EQ(value_in(path("x.h5"), "lat"), 2);
  for (const std::string name : {"u", "v"}) {  // the first writer has given both their coordinates
    EXPECT_EQ(describe_hdf5(path("x.h5"), name).coordinates, std::vector<std::string>{"/lat"});
  }
  EXPECT_REFUSED(
      Hdf5Writer(path("x.h5"), Hdf5Mode::kAdd).create_dataset({.name = "u", .shape = {2}}),
      "the file has a dataset of that name already, of shape (1,) and float64, not of shape (2,) and "
      "float64; give it another name, or have the file replaced: Hdf5Mode::kReplace");
  EXPECT_REFUSED(Hdf5Writer(path("x.h5"), Hdf5Mode::kAdd)
                     .create_dataset({.name = "u", .dtype = DType::kFloat32, .shape = {1}}),
                 "of shape (1,) and float64, not of shape (1,) and float32");
  add("w", 3, Hdf5Mode::kReplace);
  EXPECT_REFUSED(describe_hdf5(path("x.h5"), "u"), "there is no such dataset");
}

TEST_F(Output, IsWrittenAnewWhenNothingOfItWouldStay) {
  const std::vector<Hdf5DatasetSpec> specs{{.name = "g/x", .shape = {2}, .dimensions = {"t"}},
                                           {.name = "mask", .dtype = DType::kBool, .shape = {}}};
  Hdf5Writer writer(path("x.h5"));
  writer.set_attributes({{"title", "old"}});
  for (const auto& spec : specs) writer.create_dataset(spec);
  writer.finish();
  const std::vector<Hdf5Attribute> title{{"title", "new"}};
  const auto is_whole = [&](std::vector<Hdf5DatasetSpec> changed,
                            const std::vector<Hdf5Attribute>& attributes) {
    return is_replaced_whole(path("x.h5"), changed, attributes);
  };
  EXPECT_TRUE(is_whole(specs, title));
  EXPECT_TRUE(is_whole({specs[0], specs[1], {.name = "more", .shape = {1}}}, title));
  EXPECT_FALSE(is_whole(specs, {}));  // the title stays
  EXPECT_FALSE(is_whole({specs[0]}, title));
  EXPECT_FALSE(is_whole({{.name = "g/x", .shape = {3}}, specs[1]}, title));
  EXPECT_FALSE(is_whole({{.name = "g/x", .dtype = DType::kFloat32, .shape = {2}}, specs[1]}, title));
  EXPECT_FALSE(is_whole({{.name = "g/x", .shape = {2}, .append_axis = 0}, specs[1]}, title));
  EXPECT_FALSE(is_replaced_whole(path("none.h5"), specs, title));
}

TEST_F(Output, GrowsAlongAnUnlimitedAxis) {
  const auto append = [&](double value) {
    Hdf5Writer writer(path("x.h5"), Hdf5Mode::kAdd);
    const auto t =
        writer.create_dataset({.name = "time", .shape = {2}, .dimensions = {"time"}, .append_axis = 0});
    const auto x = writer.create_dataset({.name = "x",
                                          .shape = {2, 3},
                                          .chunk_shape = {4, 2},
                                          .compression = {Codec::kDeflate, 1, true},
                                          .dimensions = {"time", "lon"},
                                          .append_axis = 0});
    const std::vector<double> all{value, value + 1, value + 2, value + 3, value + 4, value + 5};
    writer.connect_dimensions();
    writer.write_block(t, Extents{0}, Extents{2}, all.data());
    writer.write_block(x, Extents{0, 0}, Extents{2, 3}, all.data());
    writer.finish();
  };
  for (const double value : {0.0, 6.0, 12.0}) append(value);
  const Hdf5Dataset x = describe_hdf5(path("x.h5"), "x");
  EXPECT_EQ(x.shape, (Extents{6, 3}));
  std::vector<double> expected(18);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(read_all<double>(x), expected);
  EXPECT_EQ(read_all<double>(describe_hdf5(path("x.h5"), "time")), (std::vector<double>{0, 1, 6, 7, 12, 13}));
  EXPECT_EQ(x.coordinates, (std::vector<std::string>{"/time", ""}));
  write(path("fixed.h5"), 1);
  EXPECT_REFUSED(Hdf5Writer(path("fixed.h5"), Hdf5Mode::kAdd)
                     .create_dataset({.name = "x", .shape = {1}, .append_axis = 0}),
                 "the dataset cannot grow along axis 0; write it with that axis unlimited");
  EXPECT_REFUSED(Hdf5Writer(path("x.h5"), Hdf5Mode::kAdd)
                     .create_dataset({.name = "x", .shape = {1, 4}, .append_axis = 0}),
                 "of shape (1, 3) and float64, not of shape (1, 4) and float64");
  EXPECT_REFUSED(Hdf5Writer(path("y.h5")).create_dataset({.name = "x", .shape = {1}, .append_axis = 1}),
                 "there is no axis 1 to grow in the shape (1,)");
}

TEST_F(Output, WritesABlockAgainForATaskThatIsRunAgain) {
  const double wrong[] = {9, 9}, right[] = {1, 2};
  Hdf5Writer writer(path("x.h5"));
  for (const auto& values : {wrong, right}) {
    const auto id = writer.dataset_for(
        {.name = "x/0", .shape = {2}, .chunk_shape = {2}, .compression = {Codec::kDeflate, 1, true}});
    writer.write_block(id, Extents{0}, Extents{2}, values);
  }
  writer.finish();
  EXPECT_EQ(read_all<double>(describe_hdf5(path("x.h5"), "x/0")), (std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace bask
