#include <bask/core/error.hpp>

#include <exception>
#include <utility>

namespace bask {
namespace {

std::string joined(const std::string& where, const std::string& happened, const std::string& fix) {
  std::string text = where;
  if (!where.empty()) text += ": ";
  text += happened;
  if (!fix.empty()) text += "; ";
  return text += fix;
}

}  // namespace

Error::Error(std::string where, std::string happened, std::string fix, ExitCode exit_code)
    : std::runtime_error(""),  // its text would be shared by all copies
      where_(std::move(where)),
      happened_(std::move(happened)),
      fix_(std::move(fix)),
      text_(joined(where_, happened_, fix_)),
      exit_code_(exit_code) {}

std::string message_with_causes(const std::exception& error) {
  std::string text = error.what();
  const auto* nested = dynamic_cast<const std::nested_exception*>(&error);
  if (nested == nullptr || nested->nested_ptr() == nullptr) return text;
  try {
    nested->rethrow_nested();
  } catch (const std::exception& cause) {
    text += ": caused by " + message_with_causes(cause);
  } catch (...) {
    text += ": caused by something that is not a std::exception";
  }
  return text;
}

}  // namespace bask
