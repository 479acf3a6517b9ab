#include <bask/core/error.hpp>
#include <bask/dashboard/page.hpp>

namespace bask {

std::string page_with_state(std::string_view state) {
  constexpr std::string_view kPlace = "<script type=\"application/json\" id=\"state\">";
  const std::string_view page = page_text();
  const std::size_t place = page.find(kPlace);
  if (place == std::string_view::npos) {
    throw Error("report", "this Bask was built without the dashboard's page",
                "build it where D3 is (Debian: node-d3), or read state.json with bask-top");
  }
  const std::size_t after = place + kPlace.size();
  std::string report;
  report.reserve(page.size() + state.size() + state.size() / 16);
  report += page.substr(0, after);
  for (const char character : state) {  // a `<`, which in JSON stands in texts alone, could end the script
    if (character == '<') {
      report += "\\u003c";
    } else {
      report += character;
    }
  }
  report += page.substr(after);
  return report;
}

}  // namespace bask
