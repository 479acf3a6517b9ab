// A program that this process starts: its files, variables, signals and end; and the name of this process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bask/system/child_process.hpp>
#include <bask/system/file_descriptor.hpp>
#include <bask/system/host_name.hpp>
#include <bask/system/launcher_variables.hpp>

#include <array>
#include <cerrno>
#include <csignal>

namespace bask {
namespace {

struct Ended {
  int status = -1;
  std::string output = {}, errors = {};
};

std::string text_of(const FileDescriptor& file) {
  std::string text(4096, '\0');
  text.resize(read_at(file, 0, std::as_writable_bytes(std::span(text))).bytes);
  return text;
}

Ended run(const std::string& script, ChildSpec spec = {}) {
  const FileDescriptor output = open_memory_file("output"), errors = open_memory_file("errors");
  spec.words = {"sh", "-c", script};
  spec.output = output.number();
  spec.errors = errors.number();
  const StartedChild child = start_child(spec);
  EXPECT_EQ(child.error, 0) << error_text(child.error);
  return {wait_for_end(child.pid).value_or(-1), text_of(output), text_of(errors)};
}

TEST(ChildProcess, WritesToItsTwoOutputs) {
  const Ended ended = run("echo one; echo two >&2; exit 3");
  EXPECT_EQ(ended.output, "one\n");
  EXPECT_EQ(ended.errors, "two\n");
  EXPECT_EQ(end_text(ended.status), "failed with code 3");
}

TEST(ChildProcess, ReadsItsInputOrNothing) {
  EXPECT_EQ(run("cat; echo end").output, "end\n");
  const FileDescriptor input = open_memory_file("input");
  const std::string text = "some\n";
  write_at(input, 0, std::as_bytes(std::span(text)));
  EXPECT_EQ(run("cat; echo end", {.input = input.number()}).output, "some\nend\n");
}

TEST(ChildProcess, HasThisProcesssVariablesOrThoseGiven) {
  ASSERT_EQ(setenv("BASK_TEST_VARIABLE", "mine", 1), 0);
  const std::string script = "echo \"$BASK_TEST_VARIABLE,$OTHER\"";
  EXPECT_EQ(run(script).output, "mine,\n");
  EXPECT_EQ(run(script, {.variables = std::vector<std::string>{"OTHER=x"}}).output, ",x\n");
  unsetenv("BASK_TEST_VARIABLE");
}

TEST(ChildProcess, GetsNoOtherFileOfThisProcess) {
  const FileDescriptor low = open_memory_file("secret");
  const FileDescriptor file(fcntl(low.number(), F_DUPFD, 100));  // without FD_CLOEXEC
  ASSERT_GE(file.number(), 100);
  EXPECT_EQ(run("[ ! -e /proc/self/fd/" + std::to_string(file.number()) + " ] && echo closed").output,
            "closed\n");
}

TEST(ChildProcess, BeginsWithoutBlockedOrIgnoredSignals) {
  sigset_t usr1, before;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &usr1, &before);
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(end_text(run("kill -USR1 $$; echo alive").status), "was ended by signal 10");
  EXPECT_EQ(end_text(run("kill -PIPE $$; echo alive").status), "was ended by signal 13");
  std::signal(SIGPIPE, previous);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(ChildProcess, HasAGroupOfItsOwnUnlessItIsNotToHaveOne) {
  const std::string group = "read -r pid name state parent group rest </proc/$$/stat; echo $group";
  EXPECT_EQ(run(group + "; [ $group = $$ ] || echo not its own").output.find("not"), std::string::npos);
  EXPECT_EQ(run(group, {.has_own_group = false}).output, std::to_string(getpgrp()) + "\n");
}

TEST(ChildProcess, ThatCannotBeStartedSaysWhy) {
  const FileDescriptor output = open_memory_file("output");
  const StartedChild child =
      start_child({.words = {"no-such-program-here"}, .output = output.number(), .errors = output.number()});
  EXPECT_EQ(child.pid, -1);
  EXPECT_EQ(error_text(child.error), "No such file or directory");
}

TEST(ChildProcess, WhoseEndSomebodyElseHasTakenIsTold) {
  const FileDescriptor output = open_memory_file("output");
  const StartedChild child =
      start_child({.words = {"true"}, .output = output.number(), .errors = output.number()});
  EXPECT_EQ(wait_for_end(child.pid), 0);
  EXPECT_EQ(wait_for_end(child.pid), std::nullopt);
}

TEST(LauncherVariables, AreThoseThatMakeAProgramARank) {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "PMI2_RANK", "HYDI_CONTROL_FD",
                           "MPI_LOCALRANKID", "PALS_RANKID"}) {
    EXPECT_TRUE(is_of_mpi_launcher(name)) << name;
  }
  for (const char* name :
       {"PATH", "OMPI", "OMPI_ALLOW_RUN_AS_ROOT", "I_MPI_FABRICS", "SLURM_PROCID", "MPIR_CVAR_NOLOCAL"}) {
    EXPECT_FALSE(is_of_mpi_launcher(name)) << name;
  }
}

TEST(HostName, IsWhatTheSystemSays) {
  utsname system{};
  ASSERT_EQ(uname(&system), 0);
  EXPECT_EQ(host_name(), system.nodename);
}

}  // namespace
}  // namespace bask
