// Which version a program is.
#include <gtest/gtest.h>
#include <bask/journal/program_version.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace bask {
namespace {

TEST(ProgramVersion, WithATagIsTheTags) {
  EXPECT_EQ(program_version("1.2"), program_version("1.2"));
  EXPECT_NE(program_version("1.2"), program_version("1.3"));
  EXPECT_NE(program_version("1.2"), program_version(""));
}

TEST(ProgramVersion, IsSaid) {
  std::printf("version %s.\n", to_hex(program_version("")).c_str());
}

std::string version_by(const std::string& launch) {
  const std::string command = launch + " '" + std::filesystem::canonical("/proc/self/exe").string() +
                              "' --gtest_filter=ProgramVersion.IsSaid";
  std::FILE* output = ::popen(command.c_str(), "r");
  if (output == nullptr) return "";
  std::string text;
  std::array<char, 256> line;
  while (std::fgets(line.data(), line.size(), output) != nullptr) text += line.data();
  ::pclose(output);
  const std::size_t begin = text.find("version ");
  return begin == std::string::npos ? text : text.substr(begin + 8, 32);
}

TEST(ProgramVersion, IsTheSameAtEveryStart) {
  const std::string here = to_hex(program_version(""));
  EXPECT_EQ(version_by(""), here);
  EXPECT_EQ(version_by("cd / && env -i LD_BIND_NOW=1"), here);
}

}  // namespace
}  // namespace bask
