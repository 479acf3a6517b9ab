#include <bask/numerics_text.hpp>
#include <bask/rank_session.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <bask/at_exit.hpp>
#include <bask/client_setup.hpp>
#include <bask/cluster/messages.hpp>
#include <bask/cluster/node.hpp>
#include <bask/collections/array/kernels/blas.hpp>
#include <bask/collections/array/kernels/strips.hpp>
#include <bask/core/error.hpp>
#include <bask/core/log.hpp>
#include <bask/core/version.hpp>
#include <bask/events/ticks.hpp>
#include <bask/graph/kernel.hpp>
#include <bask/job_watch.hpp>
#include <bask/journal/job_checkpoint.hpp>
#include <bask/launch/rank_map.hpp>
#include <bask/launch/start_watch.hpp>
#include <bask/safety/crash_report.hpp>
#include <bask/safety/interrupt.hpp>
#include <bask/start_meeting.hpp>
#include <bask/system/affinity.hpp>
#include <bask/system/host_name.hpp>
#include <bask/transport/mpi_transport.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

namespace bask {
namespace {

constexpr std::chrono::milliseconds kTimeToLeaveTasks{500}, kTimeForGoodbyes{10'000};
constexpr std::chrono::milliseconds kTimeToSync{60'000};  // a rank's journal, on a slow file system

RankInfo info_of(const Options& options, const std::string& error, int rank) {
  const CoreMask& cores = CoreMask::of_process();
  return {.rank = rank,
          .host = host_name(),
          .cpus = cores.cpus(),
          .machine_cores = cores.machine_cores(),
          .memory = memory_facts(options),
          .registry_hash = program_hash(),
          .wanted_threads = options.threads,
          .version = kVersion,
          .vector_loops = static_cast<int>(strips::instruction_set_in_use()),
          .blas = blas::name(),
          .error = error,
          .started_ns = std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1)};
}

// A time of the system's clock on the steady clock: of several readings the one that took the least time, as
// others may have been interrupted.
std::int64_t on_steady_clock(std::int64_t system_ns) {
  constexpr int kReadings = 8;
  std::int64_t shortest_ns = 0, difference_ns = 0;
  for (int reading = 0; reading < kReadings; ++reading) {
    const std::int64_t before_ns = steady_ns();
    const auto now = std::chrono::system_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
    const std::int64_t took_ns = steady_ns() - before_ns;
    if (reading != 0 && took_ns >= shortest_ns) continue;
    shortest_ns = took_ns;
    difference_ns = before_ns + took_ns / 2 - now;
  }
  return system_ns + difference_ns;
}

// What the threads of this rank do, on the clock that began when rank 0 was here.
std::shared_ptr<EventLog> events_of(const Options& options, const RankInfo& rank, const RankInfo& rank0,
                                    std::unique_ptr<EventPart> part) {
  if (!wants_events(options)) return nullptr;
  std::shared_ptr<EventLog> events = make_event_log(std::move(part), on_steady_clock(rank0.started_ns));
  if (rank.host == rank0.host) events->share_clock_of_rank0();
  return events;
}

NodeOptions node_options(const Options& options, const RankShare& share, const std::vector<RankInfo>& infos,
                         int rank) {
  NodeOptions node{.threads = static_cast<unsigned>(share.threads),
                   .pin = options.pin,
                   .cpus = share.cpus,
                   .memory = rank_memory(options, share.memory_limit),
                   .resources = options.resources,
                   .backoff = {.crowded = share.oversubscribed},
                   .silence_limit = options.heartbeat_timeout,
                   .stall_limit = options.stall_timeout,
                   .hosts = {},
                   .isolate_all = options.isolate == Isolate::kAll,
                   .slow_task = options.slow_task,
                   .task_timeout = options.task_timeout,
                   .failed_tasks = failed_tasks(options, rank)};
  // Where ranks share cores, and there are too few of them, the system places threads better than we do.
  if (options.pin == Pin::kAuto && share.ranks_sharing_cores > 1 && share.cpus.empty()) node.pin = Pin::kOff;
  for (const RankInfo& info : infos) node.hosts.push_back(info.host);
  return node;
}

std::vector<RankSummary> summaries(const std::vector<RankInfo>& infos, const RankMap& map) {
  std::vector<RankSummary> ranks;
  for (std::size_t rank = 0; rank < infos.size(); ++rank) {
    ranks.push_back({infos[rank].host, static_cast<unsigned>(infos[rank].cpus.size()),
                     static_cast<unsigned>(map.shares[rank].threads), map.shares[rank].memory_limit,
                     map.shares[rank].memory_margin});
  }
  return ranks;
}

// What lives from MPI_Init to MPI_Finalize. Members are destroyed in reverse order.
class Session {
 public:
  Session(const Options& options, const Launch& launch)
      : launch_(launch), start_timeout_(options.start_timeout) {
    watch_.emplace(start_timeout_, launch_, host_name());
    // Where there are more ranks than cores, Open MPI would yield the core in every progress call, which
    // takes three times as long. Bask's own idle threads yield by themselves.
    setenv("OMPI_MCA_mpi_yield_when_idle", "0", 0);
    environment_.emplace(boost::mpi::threading::serialized, false);
    if (environment_->thread_level() < boost::mpi::threading::serialized) {
      throw Error("MPI", "it was built without MPI_THREAD_SERIALIZED", "use an MPI that has it",
                  ExitCode::kUsage);
    }
  }

  /// MPI_Finalize waits for every rank, so the watch guards it, too.
  ~Session() {
    set_mpi_user(nullptr);
    if (!watch_) watch_.emplace(start_timeout_, launch_, host_name());
    watch_->enter("at the end, in MPI_Finalize", {});
  }

  /// All ranks tell each other who they are. Throws: Error, the same on all ranks, when they cannot work
  /// together.
  void meet(const Options& options, const std::string& error, const Launch& launch) {
    install_crash_report(world().rank(), host_name());  // again: libraries may have taken its signals
    check_world_size(launch, world().size());
    const std::string problem = error.empty() ? prepare(options) : error;
    meeting_.emplace(world(), *watch_);
    infos_ =
        meeting_->all_gather("the exchange of hosts and cores", info_of(options, problem, world().rank()));
    check_same_binary(infos_);
    check_all_can_start(infos_);
    map_ = make_rank_map(infos_, options.rank0);
    strips::use_instruction_set(strips::InstructionSet{common_vector_loops(infos_)});
    blas::set_name_in_job(blas_of_job(infos_));
    const RankShare& share = map_.shares[static_cast<std::size_t>(world().rank())];
    keep_to({share.memory_limit, share.memory_margin});
    std::vector<std::string> names;
    for (const RankInfo& info : infos_) names.push_back(fmt::format("rank {} ({})", info.rank, info.host));
    meeting_->set_names(std::move(names));
    begin_checkpoint(options);
  }
  void start(const Options& options) {
    const auto rank = static_cast<std::size_t>(world().rank());
    if (rank == 0) {
      for (const std::string& warning : map_.warnings) log_job_line(LogLevel::kWarning, warning);
      log_job_line(LogLevel::kInfo, describe(infos_, map_));
      log_job_line(LogLevel::kInfo, numerics_text());
    }
    // Making communicators waits for all ranks but cannot tell which one is missing; this meeting can.
    static_cast<void>(meeting_->all_gather("the meeting before communicators are made", 0));
    meeting_->enter("the making of communicators");
    transport_ = make_mpi_transport(world());
    NodeOptions node = node_options(options, map_.shares[rank], infos_, world().rank());
    node.recorder = checkpoint_.here();
    node.isolated = checkpoint_.isolated();
    node.end = checkpoint_.end();
    node.events = events_of(options, infos_[rank], infos_.front(), std::move(event_part_));
    node.memory->set_events(node.events);
    if (rank == 0) {
      const ClientInfo info = info_of_ranks(options, ranks(), false);
      job_watch_ = JobWatch::make(options, info, node.events, false);
      if (job_watch_ != nullptr) {
        node.on_events = [this](std::uint32_t from, RankReport report) {
          job_watch_->record().add(from, std::move(report));
        };
      }
    }
    node_.emplace(*transport_, std::move(node));
    node_->share_mpi();
    meeting_->enter("the first heartbeats");
    node_->wait_for_first_words([&](std::uint32_t from) { meeting_->rank_arrived(from); });
    meeting_.reset();
    watch_.reset();
  }

  /// For an error on this rank alone, when the other ranks have started already. Calls MPI without the
  /// exchange's lock, because the lock's holder may be stuck in MPI or be this thread. That is safe:
  /// MPI_Abort only asks the launcher to end all ranks, and needs nothing that another thread's call leaves
  /// half done.
  [[noreturn]] void abort(int exit_code) {
    environment_->abort(exit_code);
    std::_Exit(exit_code);
  }

  /// The same while tasks are running; brings the results that were kept to the disk first.
  [[noreturn]] void leave(int exit_code) {
    if (node_) checkpoint_.give_up(exit_code, node_->size());
    if (job_watch_ != nullptr) job_watch_->end(exit_code);
    abort(exit_code);
  }

  bool is_rank_0() { return world().rank() == 0; }
  Node& node() { return *node_; }
  std::vector<RankSummary> ranks() const { return summaries(infos_, map_); }
  JobCheckpoint& checkpoint() { return checkpoint_; }
  JobWatch* job_watch() { return job_watch_.get(); }

  /// Rank 0: ends the other ranks, in order where they let it.
  void close(const Options& options, int exit_code, ComputationCount computations) {
    if (closed_ || !node_) return;
    closed_ = true;
    const auto time = checkpoint_.here() == nullptr ? kTimeForGoodbyes : kTimeToSync;
    const bool are_gone =
        node_->shut_down(node_->coordinator().may_be_inside_tasks() ? kTimeToLeaveTasks : time);
    if (job_watch_ != nullptr) job_watch_->end(exit_code);
    if (are_gone) return checkpoint_.finish(options, exit_code, computations);
    checkpoint_.give_up(exit_code, node_->size());
    log_job_line(LogLevel::kDebug,
                 "some ranks do not end, perhaps as they are inside tasks: the job is aborted");
    node_->abort(exit_code);
  }

 private:
  // Rank 0 opens the journal's directory, and each rank its own journal there. If one rank cannot, none keeps
  // a journal. Throws: Error, the same on all ranks.
  void begin_checkpoint(const Options& options) {
    const auto rank = static_cast<std::uint32_t>(world().rank());
    const std::string told = meeting_->broadcast_text("the opening of the journal by rank 0", [&] {
      const Buffer start = encode_message(checkpoint_.begin(options));
      return std::string(reinterpret_cast<const char*>(start.data()), start.size());
    });
    const auto start = decode_message<JobStart>(std::as_bytes(std::span(told)));
    const unsigned threads = static_cast<unsigned>(std::max(map_.shares[rank].threads, 1));
    const std::string problem = checkpoint_.join(start, options, rank, threads);
    const std::vector<std::string> problems = meeting_->all_gather("the opening of the journal", problem);
    const auto first = std::ranges::find_if(problems, [](const std::string& text) { return !text.empty(); });
    if (first == problems.end()) return;
    const auto where = static_cast<std::size_t>(first - problems.begin());
    checkpoint_.go_on_without_journal(fmt::format("rank {} ({}): {}", where, infos_[where].host, *first),
                                      options, rank == 0);
  }

  // Starts the log. Returns what is wrong with it, or with what this rank has of its node; or nothing.
  std::string prepare(const Options& options) {
    try {
      set_up_log({options.log_level, options.log_file, world().rank(), world().size(), host_name()});
      check_directories(options);
      event_part_ = make_event_part(options, static_cast<std::uint32_t>(world().rank()));
      return {};
    } catch (const Error& refused) {
      return refused.what();
    }
  }

  boost::mpi::communicator& world() {
    if (!world_) world_.emplace();
    return *world_;
  }

  const Launch launch_;
  const std::chrono::nanoseconds start_timeout_;
  std::optional<StartWatch> watch_;  // until the node stands, and from its end on
  std::optional<boost::mpi::environment> environment_;
  std::optional<boost::mpi::communicator> world_;
  std::optional<StartMeeting> meeting_;
  std::vector<RankInfo> infos_;
  RankMap map_;
  std::unique_ptr<EventPart> event_part_;  // until the events of this rank begin
  JobCheckpoint checkpoint_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<JobWatch> job_watch_;  // of rank 0, where somebody looks
  std::optional<Node> node_;
  bool closed_ = false;
};

// The session of this process, global so that the handler of std::exit finds it.
std::unique_ptr<Session>& session() {
  static std::unique_ptr<Session> one;
  return one;
}

// For std::exit in a task or a function of client.run: the other ranks wait for its result, so this rank must
// not wait for them.
void end_at_once(int exit_code) {
  if (session() != nullptr) session()->leave(exit_code);
}

void end_in_order(int exit_code) {
  if (session() == nullptr) return;
  if (!session()->is_rank_0()) session()->leave(exit_code);
  session()->close({}, exit_code, {.begun = 1});  // how many computations have finished is not known
  session().reset();
}

}  // namespace

int run_ranks(const Options& options, const std::string& error, const Launch& launch,
              const std::function<int(Client&)>& program) {
  session() = std::make_unique<Session>(options, launch);
  const AtExit at_exit({.in_order = end_in_order, .at_once = end_at_once});
  Session& here = *session();
  try {
    here.meet(options, error, launch);
  } catch (const Error& refused) {  // the same on all ranks: rank 0 prints it
    const int code =
        here.is_rank_0() ? report_errors([&]() -> int { throw; }) : static_cast<int>(refused.exit_code());
    session().reset();
    return code;
  }
  try {
    here.start(options);
  } catch (...) {  // the system allows no more threads, say
    here.abort(report_errors([]() -> int { throw; }));
  }
  if (!here.is_rank_0()) {
    here.node().serve();
    session().reset();
    return static_cast<int>(ExitCode::kDone);
  }
  ComputationCount computations;
  std::optional<Client> client;
  std::optional<Interruptible> interruptible;
  // With a checkpoint, a signal between computations stops the next one.
  if (!options.checkpoint.empty()) interruptible.emplace();
  int code = report_errors([&] {
    client.emplace(options, here.node(), here.ranks(), &here.checkpoint(), here.job_watch());
    return program(*client);
  });
  if (client) {
    client->finish(code);
    computations = {client->computations(), client->computations_done()};
  }
  client.reset();
  code = seen_exit_code(code, options);
  here.close(options, code, computations);
  session().reset();
  return code;
}

}  // namespace bask
