// The page as a text, and with a state in it. What it draws is tested in a browser, by page_test.py.
#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/dashboard/page.hpp>

namespace bask {
namespace {

const std::string kPlaceOfState = "<script type=\"application/json\" id=\"state\">";

TEST(PageText, IsOneDocumentWithAnEmptyPlaceForTheState) {
  if (page_text().empty()) GTEST_SKIP() << "built without D3";
  EXPECT_TRUE(page_text().starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(page_text().ends_with("</html>\n"));
  const std::size_t place = page_text().find(kPlaceOfState + "</script>");
  ASSERT_NE(place, std::string_view::npos);
  EXPECT_EQ(page_text().find(kPlaceOfState, place + 1), std::string_view::npos);
}

TEST(PageText, HasItsPolicyItsStylesAndItsScriptsInside) {
  if (page_text().empty()) GTEST_SKIP() << "built without D3";
  EXPECT_NE(page_text().find("content=\"default-src 'none'; script-src 'sha256-"), std::string_view::npos);
  for (const char* left :
       {"@POLICY@", "@STYLE@", "@LIBRARY@", "@SCRIPT@", " src=\"", "<link rel=\"stylesheet"}) {
    EXPECT_EQ(page_text().find(left), std::string_view::npos) << left;
  }
}

TEST(PageWithState, CannotBeEndedByATextOfTheState) {
  if (page_text().empty()) GTEST_SKIP() << "built without D3";
  const std::string report = page_with_state(R"({"job": {"program": "</script><!-- a"}})");
  EXPECT_NE(report.find(kPlaceOfState + R"({"job": {"program": "\u003c/script>\u003c!-- a"}}</script>)"),
            std::string::npos);
  EXPECT_EQ(report.size(), page_text().size() + 39 + 2 * 5);
}

TEST(PageWithState, IsRefusedByABaskWithoutThePage) {
  if (!page_text().empty()) GTEST_SKIP() << "built with D3";
  try {
    page_with_state("{}");
    FAIL() << "it made a report of nothing";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "report: this Bask was built without the dashboard's page; build it where D3 is "
                 "(Debian: node-d3), or read state.json with bask-top");
  }
}

}  // namespace
}  // namespace bask
