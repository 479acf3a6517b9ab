#include <bask/cluster/switchboard.hpp>

#include <fmt/format.h>
#include <bask/cluster/coordinator.hpp>
#include <bask/cluster/end_job.hpp>
#include <bask/cluster/farewell.hpp>
#include <bask/cluster/heartbeats.hpp>
#include <bask/cluster/rank_calls.hpp>
#include <bask/cluster/stop_signals.hpp>
#include <bask/cluster/worker.hpp>
#include <bask/launch/start_watch.hpp>

#include <utility>

namespace bask {

void Switchboard::on_message(std::uint32_t from, MessageKind kind, std::uint32_t run,
                             std::span<const std::byte> body) {
  try {
    hand_over(from, kind, run, body);
    if (is_turning_point(kind)) news_.bring();
  } catch (const std::exception& error) {
    end_job(parts_->exchange, fmt::format("a message of kind {} from rank {} cannot be followed: {}",
                                          static_cast<int>(kind), from, error.what()));
  }
}

void Switchboard::on_value(std::uint32_t from, MessageKind kind, std::uint32_t run, std::uint32_t position,
                           Value value) {
  if (parts_->farewell.has_said_goodbye()) return;
  try {
    parts_->worker.on_value(from, kind, run, position, std::move(value));
  } catch (const std::exception& error) {
    end_job(parts_->exchange, error.what());
  }
}

void Switchboard::on_settled(unsigned thread) {
  if (!parts_->farewell.has_said_goodbye()) parts_->worker.on_settled(thread);
}

void Switchboard::on_broken(const std::string& cause) {
  end_job(parts_->exchange, "messages cannot be exchanged any more: " + cause, kLostExitCode);
}

void Switchboard::hand_over(std::uint32_t from, MessageKind kind, std::uint32_t run,
                            std::span<const std::byte> body) {
  // What is on its way at the end belongs to runs that are over. Nobody would wait for an answer.
  if (parts_->farewell.has_said_goodbye() && kind != MessageKind::kBye) return;
  switch (kind) {
    case MessageKind::kBeginRun:
    case MessageKind::kPart:
    case MessageKind::kResult:
    case MessageKind::kAnnounced:
    case MessageKind::kFetch:
    case MessageKind::kCredit:
    case MessageKind::kSteal:
    case MessageKind::kStolen:
    case MessageKind::kStolenResult:
    case MessageKind::kCancel:
    case MessageKind::kStop:
    case MessageKind::kEndRun:
    case MessageKind::kDrop:
    case MessageKind::kReport:
    case MessageKind::kDiskFull:
      return parts_->worker.on_message(from, kind, run, body);
    case MessageKind::kProgress:
    case MessageKind::kFailed:
    case MessageKind::kDone:
    case MessageKind::kDry:
    case MessageKind::kRefused:
      return parts_->coordinator->on_message(from, kind, run, body);
    case MessageKind::kEvents:
      if (parts_->on_events) parts_->on_events(from, decode_message<RankReport>(body));
      return;
    case MessageKind::kStopAsked:
      return parts_->signals.on_asked(decode_message<Signal>(body).number);
    case MessageKind::kCall:
      return parts_->calls.on_call(decode_message<Call>(body));
    case MessageKind::kReturn:
      return parts_->calls.on_return(from, decode_message<Return>(body));
    case MessageKind::kReported:
      return log_job_line(LogLevel::kWarning,
                          fmt::format("rank {} ({}): {}", from, parts_->hosts[from],
                                      parts_->coordinator->text_of(run, decode_message<Reported>(body))));
    case MessageKind::kHeartbeat:
      return parts_->heartbeats.heard(from, body);
    case MessageKind::kShutdown:
      return parts_->farewell.begin();
    case MessageKind::kBye:
      parts_->farewell.on_bye(from);
      return parts_->heartbeats.excuse(from);
    default:
      throw Error("message", "there is no such kind", "this is an error in the runtime");
  }
}

}  // namespace bask
