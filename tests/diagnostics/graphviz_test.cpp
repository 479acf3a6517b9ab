// The program `dot`, real and fake.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/diagnostics/graphviz.hpp>

#include "../system/directory_test.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace bask {
namespace {

namespace fs = std::filesystem;

// While a test runs, PATH names only a directory of its own.
class GraphvizTest : public DirectoryTest {
 protected:
  void SetUp() override {
    DirectoryTest::SetUp();
    path_ = std::getenv("PATH");
    ::setenv("PATH", directory_.c_str(), 1);
  }
  void TearDown() override {
    ::setenv("PATH", path_.c_str(), 1);
    DirectoryTest::TearDown();
  }

  void feign_dot(const std::string& script) const {
    std::ofstream(directory_ / "dot") << "#!/bin/sh\n" << script;
    fs::permissions(directory_ / "dot", fs::perms::owner_all);
  }

  // The file that is written for `text`, or the error.
  std::string outcome(const std::string& text, const std::string& format = "svg") const {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(std::tmpfile(), &std::fclose);
    try {
      run_graphviz(text, format, ::fileno(output.get()));
    } catch (const Error& error) {
      return error.what();
    }
    std::string written(1 << 20, '\0');
    std::rewind(output.get());
    written.resize(std::fread(written.data(), 1, written.size(), output.get()));
    return written;
  }

  std::string path_;
};

TEST_F(GraphvizTest, IsMissedWithAdvice) {
  EXPECT_EQ(
      outcome("digraph {}"),
      "visualize: there is no program 'dot' in PATH, which draws the picture; install graphviz (Debian: apt "
      "install graphviz), or write a .dot file and draw it elsewhere");
}

TEST_F(GraphvizTest, GetsTheTextAndTheFormat) {
  feign_dot("echo \"$@\"; while read -r line; do echo \"$line\"; done\n");
  EXPECT_EQ(outcome("digraph {\n}\n"), "-Tsvg\ndigraph {\n}\n");
}

TEST_F(GraphvizTest, TakesMoreTextThanAPipeHolds) {
  feign_dot("echo read nothing\n");
  EXPECT_EQ(outcome(std::string(1 << 20, ' ')), "read nothing\n");
}

TEST_F(GraphvizTest, IsQuotedWhenItFails) {
  feign_dot("echo 'Error: syntax error in line 1' >&2; exit 3\n");
  EXPECT_EQ(
      outcome("nonsense"),
      "visualize: 'dot' failed with code 3: Error: syntax error in line 1; write a .dot file, which needs no "
      "Graphviz, and draw it elsewhere");
  feign_dot("kill -9 $$\n");
  EXPECT_EQ(outcome("digraph {}"),
            "visualize: 'dot' was ended by signal 9; write a .dot file, which needs no Graphviz, and draw it "
            "elsewhere");
}

TEST_F(GraphvizTest, IsNotQuotedAtAnyLength) {
  feign_dot("i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1\n");
  EXPECT_LT(outcome("digraph {}").size(), 600u);
}

}  // namespace
}  // namespace bask
