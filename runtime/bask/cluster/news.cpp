#include <bask/cluster/news.hpp>

namespace bask {

bool is_turning_point(MessageKind kind) {
  switch (kind) {
    case MessageKind::kEndRun:
    case MessageKind::kCancel:
    case MessageKind::kStop:
    case MessageKind::kStopAsked:
    case MessageKind::kDone:
    case MessageKind::kFailed:
    case MessageKind::kCall:
    case MessageKind::kReturn:
    case MessageKind::kShutdown:
    case MessageKind::kBye:
      return true;
    default:
      return false;
  }
}

}  // namespace bask
