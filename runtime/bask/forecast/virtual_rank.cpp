#include <bask/forecast/virtual_rank.hpp>
#include <bask/forecast/virtual_result.hpp>

#include <algorithm>
#include <utility>

namespace bask {

VirtualRank::VirtualRank(VirtualRun& run, std::uint32_t number, Part part, const RunnerOptions& options)
    : run_(run),
      number_(number),
      strips_(part.strips),
      credits_(static_cast<std::uint32_t>(run.links.size()), part.push_credit),
      ledger_(options.memory->ledger()),
      runner_(std::move(part.shell), part.constants, options, *this),
      measured_(runner_.plan()->groups.size()) {
  done_.threads = options.threads;
  for (unsigned thread = options.threads; thread-- > 0;) free_threads_.push_back(thread);
}

// ---- Units. ----

double VirtualRank::duration_of(std::uint32_t unit) const {
  const PlanStore& plan = runner_.plan();
  double ns = run_.speed.unit_ns;
  for (std::uint32_t position = plan.first_of(unit); position <= plan.last_of(unit); ++position)
    ns += run_.task_ns[plan->task[position].index];
  return ns;
}

void VirtualRank::go_on() {
  return_credit();
  runner_.feed(0);
  while (!free_threads_.empty()) {
    const unsigned thread = free_threads_.back();
    const auto begun = runner_.begin_unit(thread);
    if (!begun) return;
    free_threads_.pop_back();
    begin(thread, *begun);
  }
}

void VirtualRank::begin(unsigned thread, const TaskRunner::BegunUnit& begun) {
  const auto ns = static_cast<std::int64_t>(duration_of(begun.unit));
  const auto taken_ns = static_cast<std::int64_t>(std::exchange(taken_ns_, 0));
  run_.clock.after(ns + taken_ns, [this, thread, begun, ns] { end(thread, begun, ns); });
}

// The thread goes on with what it has just made ready, as a real one does.
void VirtualRank::end(unsigned thread, const TaskRunner::BegunUnit& begun, std::int64_t ns) {
  const PlanStore& plan = runner_.plan();
  runner_.end_unit(begun, thread);
  ++done_.units;
  done_.tasks += plan.last_of(begun.unit) - plan.first_of(begun.unit) + 1;
  done_.busy_ns += ns;
  GroupMeasure& measure = measured_[plan.group_of(begun.unit)];
  ++measure.units;
  measure.ns += static_cast<std::uint64_t>(ns);
  if (const auto next = runner_.begin_unit(thread)) {
    begin(thread, *next);
  } else {
    free_threads_.push_back(thread);
    if (runner_.progress().units_left() == 0) runner_.fetch_rest();
  }
  go_on();
}

// ---- What goes out: as WorkerRun does it. ----

std::uint64_t VirtualRank::bytes_for(const Export& to, std::uint64_t whole) const {
  const StripExport* const strip = find_strip(strips_, to);
  return strip != nullptr ? strip->bytes : whole;
}

void VirtualRank::send_constants(std::span<const ConstantExport> exports) {
  for (const ConstantExport& sent : exports) {
    const Export to{sent.rank, sent.position};
    const std::uint32_t place = runner_.place_of_constant(sent.constant);
    const std::uint64_t bytes = bytes_for(to, runner_.bytes_of_constant(sent.constant));
    const bool is_here = runner_.begin_send(place);
    if (is_here && credits_.take(to.rank, bytes)) {
      post(to, place, {bytes, bytes});
    } else {
      if (is_here) runner_.sent(place);
      announce(to, place, bytes);
    }
  }
}

void VirtualRank::send(std::uint32_t position, const Value& value, std::span<const Export> exports) {
  for (const Export& to : exports) {
    // Parts of exchanges are nowhere in memory as far as the runtime knows.
    const std::uint64_t whole = value.heap_bytes(), bytes = bytes_for(to, whole);
    if (whole == 0 || credits_.take(to.rank, bytes)) {
      post(to, position, {bytes, whole == 0 ? 0 : bytes});
    } else {
      announce(to, position, bytes);
      runner_.let_go(position);
    }
  }
}

// The thread that has made the result goes on, or is free, before it moves.
void VirtualRank::post(const Export& to, std::uint32_t place, const Message& message) {
  done_.bytes_out += message.bytes;
  run_.clock.after(0, [this, to, place, message] { leaves(to, place, message); });
}

void VirtualRank::leaves(const Export& to, std::uint32_t place, const Message& message) {
  const std::int64_t gone = move(message.bytes);
  run_.clock.at(gone, [this, place] {
    runner_.sent(place);
    go_on();
  });
  run_.clock.at(gone + static_cast<std::int64_t>(run_.speed.message_ns),
                [this, to, message] { rank(to.rank).arrives(number_, to.position, message); });
}

double VirtualRank::beside_threads(double ns, double cpu_ns) {
  if (!free_threads_.empty() || done_.threads == 0) return ns;
  taken_ns_ += cpu_ns;
  return ns + cpu_ns / done_.threads;
}

// Returns when this rank has done its part of moving so many bytes.
std::int64_t VirtualRank::move(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  return run_.links[number_].serve(
      beside_threads(size * run_.speed.moved_ns_per_byte, size * run_.speed.moved_cpu_ns_per_byte));
}

void VirtualRank::announce(const Export& to, std::uint32_t place, std::uint64_t bytes) {
  run_.clock.after(static_cast<std::int64_t>(run_.speed.message_ns), [this, to, place, bytes] {
    rank(to.rank).announced({number_, place}, to.position, bytes);
  });
}

void VirtualRank::serve(std::uint32_t place) {
  const auto found = asked_.find(place);
  const Export to = found->second;
  asked_.erase(found);
  const std::uint64_t bytes = bytes_for(to, runner_.value_at(place).heap_bytes());
  post(to, place, {bytes, bytes});
}

void VirtualRank::fetch(std::uint32_t position) {
  const Export at = announced_at_.at(position);
  announced_at_.erase(position);
  run_.clock.after(static_cast<std::int64_t>(run_.speed.message_ns), [this, at, position] {
    VirtualRank& owner = rank(at.rank);
    owner.asked_.emplace(at.position, Export{number_, position});
    owner.runner_.bring(at.position);
    owner.go_on();
  });
}

// ---- What comes in. ----

void VirtualRank::arrives(std::uint32_t from, std::uint32_t position, const Message& message) {
  run_.clock.at(move(message.bytes), [this, from, position, message] { arrived(from, position, message); });
}

// How many of these bytes lie in memory that the rank has not used before: the system clears it first.
std::uint64_t VirtualRank::touch(std::uint64_t bytes) {
  const std::uint64_t peak = ledger_.peak();
  std::uint64_t& touched = run_.touched[number_];
  if (peak <= touched) return 0;
  return std::min(bytes, peak - std::exchange(touched, peak));
}

void VirtualRank::arrived(std::uint32_t from, std::uint32_t position, const Message& message) {
  done_.bytes_in += message.bytes;
  const bool was_asked_for = runner_.arrived(position, virtual_value(message.held));
  const double cleared_ns = static_cast<double>(touch(message.held)) * run_.speed.cleared_ns_per_byte;
  run_.links[number_].serve(beside_threads(cleared_ns, cleared_ns));
  if (!was_asked_for) credits_.owe(from, message.held);
  go_on();
}

void VirtualRank::announced(const Export& at, std::uint32_t position, std::uint64_t bytes) {
  announced_at_.emplace(position, at);
  runner_.announced(position, bytes);
  if (runner_.progress().units_left() == 0) runner_.fetch_rest();
  go_on();
}

void VirtualRank::return_credit() {
  if (!credits_.owes() || !runner_.has_spare_memory()) return;
  credits_.pay([&](std::uint32_t from, std::uint64_t results) {
    run_.clock.after(static_cast<std::int64_t>(run_.speed.message_ns),
                     [this, from, results] { rank(from).credits_.add(number_, results); });
  });
}

}  // namespace bask
