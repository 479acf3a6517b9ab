// messages.hpp: all messages between ranks, and their bytes.
// Runs on: every rank. Threads: any; messages are plain data.
//
// A parcel is a row of messages. Each begins with a MessageHead of 12 bytes: the size of the body that
// follows (4 bytes), the kind (2), two bytes of zero, and the number of the message's run (4; 0: none).
// Numbers are in the machine's byte order: all ranks run the same binary on the same kind of machine.
// Bodies, with sizes in bytes:
//
//   kResult       position (4), number of the value's type (4), the value as `encode` writes it
//   kBulk         BulkHead (24), and for kResult position and type (8); the bytes follow as a bulk transfer
//   kPart         see encode_part: first numbers (32 + 8), then each vector of PlanPart: its size (8) and its
//                 elements, padded to a multiple of 8
//   all others    the members of the structure below, in order, as `encode` writes them
#pragma once

#include <bask/cluster/message_encoding.hpp>
#include <bask/core/memory_use.hpp>
#include <bask/events/rank_report.hpp>
#include <bask/execution/memory_standing.hpp>
#include <bask/execution/stolen_unit.hpp>
#include <bask/graph/group_measure.hpp>
#include <bask/graph/plan_part.hpp>
#include <bask/transport/transport.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace bask {

enum class MessageKind : std::uint16_t {
  kBeginRun = 1,  ///< 0 -> all: BeginRun
  kPart,          ///< 0 -> one: PlanPart
  kResult,        ///< any -> any: the value of an import
  kAnnounced,     ///< any -> any: Announced; the value of an import can be had
  kFetch,         ///< any -> any: Fetch; there is room for the value
  kCredit,        ///< any -> any: Credit; results that came are accounted for
  kBulk,          ///< any -> any: a message whose body is too large for a parcel
  kProgress,      ///< all -> 0: RankProgress
  kFailed,        ///< all -> 0: Failed
  kDone,          ///< all -> 0: Done
  kCancel,        ///< 0 -> all: no body; no further task starts
  kStop,          ///< 0 -> all: Stop; no further unit starts, results that would be lost are kept
  kEndRun,        ///< 0 -> all: no body; all ranks are done
  kDrop,          ///< 0 -> all: Drop
  kCall,          ///< 0 -> all: Call, a function to be called outside of any run
  kReturn,        ///< all -> 0: Return
  kHeartbeat,     ///< 0 -> all, all -> 0: Heartbeat; no body where nobody looks at events
  kShutdown,      ///< 0 -> all: no body
  kBye,           ///< all -> 0, then 0 -> all: no body; nothing more comes from this rank
  kReport,        ///< 0 -> all: no body; tell what this rank waits for
  kReported,      ///< all -> 0: Reported
  kDry,           ///< all -> 0: no body; this rank has nothing to run
  kSteal,         ///< 0 -> one: Steal
  kRefused,       ///< all -> 0: Steal; there is nothing worth stealing
  kStolen,        ///< any -> any: see encode_stolen_unit
  kStolenResult,  ///< any -> any: as kResult, with a stolen unit's number for the position
  kDiskFull,      ///< 0 -> one: no body; no rank moves while the disk of this one is full: it gives up
  kEvents,        ///< all -> 0: RankReport; what this rank's threads have done
  kStopAsked,     ///< any -> 0: Signal; this rank was sent a signal and asks for a stop
};

struct MessageHead {
  std::uint32_t size;
  std::uint16_t kind;
  std::uint16_t zero;
  std::uint32_t run;
};
static_assert(sizeof(MessageHead) == 12);

/// A body of `size` bytes that comes as bulk transfer number `stream`.
struct BulkHead {
  std::uint64_t size;
  std::uint32_t stream;
  std::uint32_t run;
  std::uint16_t kind;
  std::uint16_t is_value;  ///< the bytes of a contiguous value, not an encoded body
  std::uint32_t zero;
};
static_assert(sizeof(BulkHead) == 24);

/// Comes before the bytes of a value.
struct ResultHead {
  std::uint32_t position;
  std::uint32_t type;
};

/// A constant that a rank holds: constant number `constant` of the graph is the rank's held result `held`.
struct HeldConstant {
  std::uint32_t constant;
  std::uint64_t held;
};

/// A group of tasks; `kernel` is the kernel's number.
struct GroupName {
  std::string layer;
  std::uint32_t kernel;
  bool sized = false;
  std::uint64_t scratch = 0;
  auto members() { return std::tie(layer, kernel, sized, scratch); }
};

struct BeginRun {
  PartSize size;
  std::uint32_t constants = 0;  ///< how many the graph has
  std::vector<HeldConstant> held;
  std::vector<ConstantExport> exports;  ///< of constants that this rank holds
  std::vector<StripExport> strips;      ///< exports of this rank that go as strips, by where they go
  std::vector<Hold> holds;              ///< results that stay here, each under Worker::held_number
  std::vector<GroupName> groups;
  std::vector<Annotations> annotations;
  bool balance = false;
  /// How many bytes of results may be on their way from one rank to another before the receiver has taken
  /// them into account; 0: any number, as all results fit into the memory of each rank.
  std::uint64_t push_credit = 0;
  auto members() {
    return std::tie(size, constants, held, exports, strips, holds, groups, annotations, balance, push_credit);
  }
};

/// A result is there, and too large to be sent unasked: it has `bytes`, and is at `place` on its rank.
struct Announced {
  std::uint32_t position = 0;  ///< of the import
  std::uint32_t place = 0;
  std::uint64_t bytes = 0;
  auto members() { return std::tie(position, place, bytes); }
};

/// The result at `place` is to be sent: it is the import at `position`.
struct Fetch {
  std::uint32_t position = 0;
  std::uint32_t place = 0;
  auto members() { return std::tie(position, place); }
};

/// The receiver has taken so many results into account.
struct Credit {
  std::uint64_t results = 0, parts = 0;  ///< that were sent: so many of them are paid for
  auto members() { return std::tie(results, parts); }
};

struct RankProgress {
  std::vector<std::uint64_t> done_by_group;
  std::uint32_t left = 0;      ///< units to do
  std::uint32_t ready = 0;     ///< units that could be run now
  std::uint32_t running = 0;   ///< units that are running
  std::uint32_t too_long = 0;  ///< units that were not begun, as they would not end in time
  MemoryStanding memory = MemoryStanding::kIdle;
  auto members() { return std::tie(done_by_group, left, ready, running, too_long, memory); }
};

struct Failed {
  TaskId task;        ///< kNoIndex: not from a task
  std::string cause;  ///< type and text of what was thrown, a few KiB at most
  // See TaskFailure.
  bool timed_out = false;
  std::string replay = {};
  auto members() { return std::tie(task.index, cause, timed_out, replay); }
};

/// All units of this rank's part are done, or it has stopped.
struct Done {
  std::vector<std::uint64_t> done_by_group;
  MemoryUse memory;
  std::uint64_t results_in = 0;             ///< from other ranks
  std::uint64_t bytes_in = 0;               ///< of these
  std::vector<GroupMeasure> measured = {};  ///< by group
  auto members() { return std::tie(done_by_group, memory, results_in, bytes_in, measured); }
};

/// Within this time running units are to end, and results to be kept.
struct Stop {
  std::int64_t patience_ns = 0;
  auto members() { return std::tie(patience_ns); }
};

struct Signal {
  std::int32_t number = 0;
  auto members() { return std::tie(number); }
};

/// The rank that receives this is to give ready units to rank `thief`.
struct Steal {
  std::uint32_t thief;
  auto members() { return std::tie(thief); }
};

/// Results that no later run will read. A rank frees them once all runs up to the message's run number have
/// begun or ended on it: a run that reads such a result shares it from its beginning on.
struct Drop {
  std::vector<std::uint64_t> held;
  auto members() { return std::tie(held); }
};

struct Call {
  std::uint32_t kernel;
  std::vector<std::byte> arguments;
  auto members() { return std::tie(kernel, arguments); }
};

struct Return {
  std::string error;  ///< what was thrown; empty: `value` is the result
  std::vector<std::byte> value;
  auto members() { return std::tie(error, value); }
};

struct Reported {
  std::string text;
  RankWaiting waiting;
  auto members() { return std::tie(text, waiting); }
};

/// A stolen unit (sizes in bytes): victim (4), unit (4), key (16), recompute cost (4); the number of steps
/// (8); for each step its task, group and annotation (4 each), inputs and arguments, as `encode` writes them;
/// the number of inputs (8); for each input its type (4), and the value as `encode` writes it.
Buffer encode_stolen_unit(const StolenUnit& stolen);
/// Throws: Error for truncated or corrupt bytes.
StolenUnit decode_stolen_unit(std::span<const std::byte> bytes);

Buffer encode_part(const PlanPart& part);
PlanPart decode_part(std::span<const std::byte> bytes);

}  // namespace bask
