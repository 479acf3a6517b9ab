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

void Switchboard::on_value(std::uint32_t, MessageKind kind, std::uint32_t run, std::uint32_t position,
                           Value value) {
  try {
    if (kind == MessageKind::kStolenResult)
      return parts_->worker.on_stolen_result(run, position, std::move(value));
    parts_->worker.on_value(run, position, std::move(value));
  } catch (const std::exception& error) {
    end_job(parts_->exchange, error.what());
  }
}

void Switchboard::on_settled(unsigned thread) {
  parts_->worker.on_settled(thread);
}

void Switchboard::on_broken(const std::string& cause) {
  end_job(parts_->exchange, "messages cannot be exchanged any more: " + cause, kLostExitCode);
}

void Switchboard::hand_over(std::uint32_t from, MessageKind kind, std::uint32_t run,
                            std::span<const std::byte> body) {
  Worker& worker = parts_->worker;
  Coordinator* const coordinator = parts_->coordinator;
  ByteReader reader(body);
  switch (kind) {
    case MessageKind::kResult:
      return worker.on_result(run, body);
    case MessageKind::kBeginRun:
      return worker.on_begin_run(run, decode_message<BeginRun>(reader));
    case MessageKind::kPart:
      return worker.on_part(run, decode_part(body));
    case MessageKind::kProgress:
      return coordinator->on_progress(from, run, decode_message<RankProgress>(reader));
    case MessageKind::kFailed:
      return coordinator->on_failed(from, run, decode_message<Failed>(reader));
    case MessageKind::kDone:
      return coordinator->on_done(from, run, decode_message<Done>(reader));
    case MessageKind::kDry:
      return coordinator->on_dry(from, run);
    case MessageKind::kRefused:
      return coordinator->on_refused(from, run, decode_message<Steal>(reader));
    case MessageKind::kSteal:
      return worker.on_steal(run, decode_message<Steal>(reader));
    case MessageKind::kStolen:
      return worker.on_stolen(run, body);
    case MessageKind::kStolenResult:
      return worker.on_stolen_result(run, body);
    case MessageKind::kCancel:
      return worker.on_cancel(run);
    case MessageKind::kStop:
      return worker.on_stop(run, decode_message<Stop>(reader));
    case MessageKind::kEndRun:
      return worker.on_end_run(run);
    case MessageKind::kDrop:
      return worker.on_drop(run, decode_message<Drop>(reader));
    case MessageKind::kStopAsked:
      return parts_->signals.on_asked(decode_message<Signal>(reader).number);
    case MessageKind::kCall:
      return parts_->calls.on_call(decode_message<Call>(reader));
    case MessageKind::kReturn:
      return parts_->calls.on_return(from, decode_message<Return>(reader));
    case MessageKind::kReport:
      return parts_->exchange.post_message(0, MessageKind::kReported, run, Reported{worker.report()});
    case MessageKind::kReported:
      return log_job_line(LogLevel::kWarning, fmt::format("rank {} ({}): {}", from, parts_->hosts[from],
                                                          decode_message<Reported>(reader).text));
    case MessageKind::kHeartbeat:
      return;
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
