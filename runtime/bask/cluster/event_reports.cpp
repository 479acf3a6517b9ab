#include <bask/cluster/event_reports.hpp>

#include <algorithm>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20}, kBetweenReports{500}, kLeastBetweenReports{100};
constexpr std::chrono::milliseconds kBetweenReportsForEachRank{
    1};  // rank 0 reads a thousand reports a second at most

}  // namespace

void EventReports::tick(TaskRunner* runner, Clock::time_point now) {
  if (now < next_look_) return;
  next_look_ = now + kBetweenLooks;
  look(runner);
  if (now - last_report_ < std::max(kBetweenReports, kBetweenReportsForEachRank * exchange_.size())) return;
  last_report_ = now;
  tell(runner);
}

void EventReports::run_ends(TaskRunner* runner, Clock::time_point now) {
  if (now - last_report_ < kLeastBetweenReports) return;
  last_report_ = now;
  tell(runner);
}

void EventReports::look(const TaskRunner* runner) {
  events_->look(standing_of(memory_.get(), runner));
}

void EventReports::tell(TaskRunner* runner) {
  look(runner);
  const Activity reason = runner == nullptr ? Activity::kWaitNothingLeft : runner->wait_reason();
  RankReport report = events_->collect(reason);
  if (runner != nullptr && any_thread_waits(report)) report.waiting = runner->waiting();
  exchange_.post_message(0, MessageKind::kEvents, 0, report);
}

}  // namespace bask
