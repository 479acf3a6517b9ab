#include <bask/plan/split.hpp>
#include <bask/plan/strip_reads.hpp>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace bask {
namespace {

template <class T>
std::uint32_t count(const std::vector<T>& items) {
  return static_cast<std::uint32_t>(items.size());
}

std::uint64_t argument_bytes(const TaskGraph& graph, TaskId task) {
  return graph.argument_begin[task.index + 1] - graph.argument_begin[task.index];
}

}  // namespace

Splitter::Splitter(const Plan& plan, const TaskGraph& graph, std::span<const std::uint32_t> rank_of_unit,
                   const SplitOptions& options)
    : plan_(plan),
      graph_(graph),
      rank_of_unit_(rank_of_unit),
      options_(options),
      sizes_(options.ranks),
      stamp_(options.ranks),
      constant_exports_(options.ranks),
      strip_exports_(options.ranks),
      holds_(options.ranks),
      cut_(options.ranks) {
  assert(rank_of_unit.size() == plan.units());
  place_units();
  if (!graph.constants.empty()) {
    find_constant_readings();
    number_constant_imports();
  }
  number_imports();
  for (std::vector<StripExport>& strips : strip_exports_) {
    std::ranges::sort(strips, {}, [](const StripExport& to) { return std::pair(to.rank, to.position); });
  }
  if (options.hold) {
    hold_targets();
  } else {
    place_targets();
  }
}

// ---- What is where: the constructor's sweeps. ----

void Splitter::place_units() {
  if (plan_.units() != plan_.tasks()) unit_of_.resize(plan_.tasks());
  places_.resize(plan_.units());
  for (std::uint32_t unit = 0; unit < plan_.units(); ++unit) {
    const std::uint32_t first = plan_.unit_begin[unit];
    const std::uint32_t end = plan_.unit_begin[unit + 1];
    PartSize& size = sizes_[rank_of_unit_[unit]];
    for (std::uint32_t position = first; position < end; ++position) {
      size.argument_bytes += argument_bytes(graph_, plan_.task[position]);
      if (!plan_.bytes.empty()) size.result_bytes += static_cast<std::uint64_t>(plan_.bytes[position]);
    }
    size.tasks += end - first;
    size.inputs += plan_.input_begin[end] - plan_.input_begin[first];
    places_[unit] = {rank_of_unit_[unit], size.units++, size.tasks - 1};
    if (!unit_of_.empty()) unit_of_[end - 1] = unit;
  }
}

// As make_plan lays out successors: each range starts one place late, and moves to its own as it is filled.
void Splitter::find_constant_readings() {
  constant_targets_.resize(graph_.constants.size());
  for (const Source target : plan_.targets) {
    if (target.is_constant()) ++constant_targets_[target.index()];
  }
  const auto for_each_reading = [&](const auto& take) {
    for (std::uint32_t unit = 0; unit < plan_.units(); ++unit) {
      const std::uint32_t end = plan_.input_begin[plan_.unit_begin[unit + 1]];
      for (std::uint32_t i = plan_.input_begin[plan_.unit_begin[unit]]; i < end; ++i) {
        const Source input = plan_.inputs[i];
        if (input.is_constant() && graph_.constants[input.index()].rank != rank_of_unit_[unit]) {
          take(input.index(), unit);
        }
      }
    }
  };
  std::vector<std::uint32_t>& begin = constant_reading_begin_;
  begin.assign(graph_.constants.size() + 2, 0);
  for_each_reading([&](std::uint32_t constant, std::uint32_t) { ++begin[constant + 2]; });
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  constant_readings_.resize(begin.back());
  for_each_reading(
      [&](std::uint32_t constant, std::uint32_t unit) { constant_readings_[begin[constant + 1]++] = unit; });
  begin.pop_back();
}

std::span<const std::uint32_t> Splitter::constant_readers_of(std::uint32_t constant) const {
  return {constant_readings_.data() + constant_reading_begin_[constant],
          constant_readings_.data() + constant_reading_begin_[constant + 1]};
}

void Splitter::number_constant_imports() {
  for (std::uint32_t constant = 0; constant < graph_.constants.size(); ++constant) {
    const std::uint32_t holder = graph_.constants[constant].rank;
    const float bytes = constant_bytes(graph_.constants[constant]);
    const bool read_on_rank_0 = !options_.hold && constant_targets_[constant] > 0;
    add_readers(constant_readers_, holder, constant_readers_of(constant), read_on_rank_0);
    cut_strips(Source::constant(constant), holder, constant_readers_.last());
    for (const Reader& reader : constant_readers_.of(constant)) {
      constant_exports_[holder].push_back({constant, reader.rank, sizes_[reader.rank].tasks + reader.import});
      sizes_[reader.rank].result_bytes += static_cast<std::uint64_t>(reader.bytes_of(bytes));
    }
  }
  constants_cut_ = constant_readers_.list.empty();
}

void Splitter::number_imports() {
  unit_readers_.begin.reserve(plan_.units() + 1);
  for (std::uint32_t unit = 0; unit < plan_.units(); ++unit) {
    PartSize& size = sizes_[rank_of_unit_[unit]];
    const bool read_on_rank_0 = !options_.hold && target_readings(unit) > 0;
    size.successors +=
        add_readers(unit_readers_, rank_of_unit_[unit], plan_.successors_of(unit), read_on_rank_0);
    size.exports += static_cast<std::uint32_t>(unit_readers_.of(unit).size());
    if (plan_.bytes.empty()) continue;
    cut_strips({plan_.unit_begin[unit + 1] - 1}, rank_of_unit_[unit], unit_readers_.last());
    for (const Reader& reader : unit_readers_.of(unit)) {
      sizes_[reader.rank].result_bytes += static_cast<std::uint64_t>(reader.bytes_of(result_bytes(unit)));
    }
  }
}

// Gives each rank that reads a producer, except its owner, an import. Returns the readings at the owner.
std::uint32_t Splitter::add_readers(Readers& readers, std::uint32_t owner,
                                    std::span<const std::uint32_t> units, bool read_on_rank_0) {
  const std::uint32_t first = readers.begin.back();
  std::uint32_t at_owner = 0;
  ++producers_;
  const auto add = [&](std::uint32_t rank) {
    if (stamp_[rank] == producers_) return;
    stamp_[rank] = producers_;
    readers.list.push_back({rank, 0, 0});
  };
  for (const std::uint32_t unit : units) {
    const std::uint32_t rank = rank_of_unit_[unit];
    if (rank == owner) {
      ++at_owner;
    } else {
      ++sizes_[rank].import_successors;
      add(rank);
    }
  }
  if (read_on_rank_0 && owner != 0) add(0);
  const std::span<Reader> added(readers.list.begin() + first, readers.list.end());
  if (added.size() > 1) std::ranges::sort(added, {}, &Reader::rank);
  for (Reader& reader : added) reader.import = sizes_[reader.rank].imports++;
  readers.begin.push_back(count(readers.list));
  return at_owner;
}

// The position of an import on a rank that is known to read it.
std::uint32_t Splitter::imported_at(const Readers& readers, std::uint32_t producer,
                                    std::uint32_t rank) const {
  const std::span<const Reader> all = readers.of(producer);
  if (all.size() == 1) return sizes_[rank].tasks + all.front().import;
  return sizes_[rank].tasks + std::ranges::lower_bound(all, rank, {}, &Reader::rank)->import;
}

void Splitter::place_targets() {
  targets_.reserve(plan_.targets.size());
  for (const Source target : plan_.targets) {
    if (target.is_constant()) {
      const bool is_here = graph_.constants[target.index()].rank == 0;
      targets_.push_back(is_here ? target : Source{imported_at(constant_readers_, target.index(), 0)});
    } else {
      const std::uint32_t unit = unit_at(target.index());
      const bool is_here = places_[unit].rank == 0;
      targets_.push_back({is_here ? places_[unit].position : imported_at(unit_readers_, unit, 0)});
    }
  }
}

void Splitter::hold_targets() {
  std::vector<std::uint32_t> first_of_constant(graph_.constants.size(), kNoIndex);
  where_held_.resize(plan_.targets.size());
  for (std::uint32_t target = 0; target < plan_.targets.size(); ++target) {
    const Source source = plan_.targets[target];
    if (source.is_constant()) {
      std::uint32_t& first = first_of_constant[source.index()];
      first = std::min(first, target);
      where_held_[target] = {graph_.constants[source.index()].rank, first};
    } else {
      const Place& place = places_[unit_at(source.index())];
      holds_[place.rank].push_back({place.position, target});
    }
  }
  for (std::uint32_t rank = 0; rank < options_.ranks; ++rank) {
    std::ranges::stable_sort(holds_[rank], {}, &Hold::position);
    const Hold* first = nullptr;
    for (const Hold& hold : holds_[rank]) {
      if (first == nullptr || first->position != hold.position) first = &hold;
      where_held_[hold.target] = {rank, first->target};
    }
  }
}

// ---- Cutting. ----

std::vector<PlanPart> Splitter::next(std::uint32_t units) {
  std::vector<PlanPart> parts(options_.ranks);
  next(units, parts);
  return parts;
}

void Splitter::next(std::uint32_t units, std::span<PlanPart> parts) {
  assert(parts.size() == options_.ranks);
  begin(parts);
  if (!constants_cut_) cut_constants(parts);
  const std::uint32_t end = next_unit_ + std::min(units, plan_.units() - next_unit_);
  for (; next_unit_ < end; ++next_unit_) cut_unit(next_unit_, parts);
  note_cut(parts);
}

void Splitter::begin(std::span<PlanPart> parts) const {
  for (std::uint32_t rank = 0; rank < options_.ranks; ++rank) {
    const PartSize& before = cut_[rank];
    PlanPart& part = parts[rank];
    part.first_task = before.tasks;
    part.first_unit = before.units;
    part.first_input = before.inputs;
    part.first_argument = before.argument_bytes;
    part.first_successor = before.successors;
    part.first_export = before.exports;
    part.first_import = before.imports;
    part.first_import_successor = before.import_successors;
    for (auto* array : {&part.group, &part.annotation, &part.uses, &part.waits_for, &part.successors,
                        &part.export_begin, &part.import_uses, &part.import_successors}) {
      array->clear();
    }
    part.task.clear();
    part.key.clear();
    part.bytes.clear();
    part.import_bytes.clear();
    part.argument_begin.clear();
    part.inputs.clear();
    part.arguments.clear();
    part.exports.clear();
    part.input_begin.assign(1, before.inputs);
    part.unit_begin.assign(1, before.tasks);
    part.successor_begin.assign(1, before.successors);
    if (sizes_[rank].exports > 0) part.export_begin.assign(1, before.exports);
    part.import_successor_begin.assign(1, before.import_successors);
  }
}

void Splitter::note_cut(std::span<const PlanPart> parts) {
  for (std::uint32_t rank = 0; rank < options_.ranks; ++rank) {
    PartSize& cut = cut_[rank];
    const PlanPart& part = parts[rank];
    cut.tasks += part.tasks();
    cut.units += part.units();
    cut.imports += part.imports();
    cut.inputs += count(part.inputs);
    cut.successors += count(part.successors);
    cut.exports += count(part.exports);
    cut.import_successors += count(part.import_successors);
    cut.argument_bytes += part.arguments.size();
  }
}

namespace {

// Ends an import: the readings since the last one was ended are its readings.
void end_import(PlanPart& part, std::uint32_t targets, bool has_bytes, float bytes) {
  const std::uint32_t end = part.first_import_successor + count(part.import_successors);
  part.import_uses.push_back(end - part.import_successor_begin.back() + targets);
  part.import_successor_begin.push_back(end);
  if (has_bytes) part.import_bytes.push_back(bytes);
}

}  // namespace

void Splitter::cut_constants(std::span<PlanPart> parts) {
  for (std::uint32_t constant = 0; constant < graph_.constants.size(); ++constant) {
    for (const std::uint32_t unit : constant_readers_of(constant)) {
      parts[places_[unit].rank].import_successors.push_back(places_[unit].unit);
    }
    for (const Reader& reader : constant_readers_.of(constant)) {
      end_import(parts[reader.rank], reader.rank == 0 && !options_.hold ? constant_targets_[constant] : 0,
                 sizes_[reader.rank].result_bytes != 0,
                 reader.bytes_of(constant_bytes(graph_.constants[constant])));
    }
  }
  constants_cut_ = true;
}

void Splitter::cut_unit(std::uint32_t unit, std::span<PlanPart> parts) {
  cut_tasks(unit, parts[places_[unit].rank]);
  cut_readers(unit, parts);
}

void Splitter::cut_tasks(std::uint32_t unit, PlanPart& part) {
  const std::uint32_t rank = places_[unit].rank;
  const std::uint32_t first = plan_.unit_begin[unit];
  const std::uint32_t end = plan_.unit_begin[unit + 1];
  std::uint32_t waits_for = plan_.waits_for[unit];
  for (std::uint32_t position = first; position < end; ++position) {
    for (const Source input : plan_.inputs_of(position)) {
      Source local = input;
      if (input.is_constant()) {
        if (graph_.constants[input.index()].rank != rank) {
          local = {imported_at(constant_readers_, input.index(), rank)};
          ++waits_for;
        }
      } else if (position != first) {  // inside a unit a task reads the one before
        local = {part.first_task + part.tasks() - 1};
      } else {
        const std::uint32_t producer = unit_at(input.index());
        const Place& place = places_[producer];
        local = {place.rank == rank ? place.position : imported_at(unit_readers_, producer, rank)};
      }
      part.inputs.push_back(local);
    }
    part.input_begin.push_back(part.first_input + count(part.inputs));
    const TaskId task = plan_.task[position];
    const std::byte* arguments = plan_.arguments + plan_.argument_begin[position];
    part.task.push_back(task);
    part.group.push_back(plan_.group[position]);
    if (!plan_.annotation.empty()) part.annotation.push_back(plan_.annotation[position]);
    part.argument_begin.push_back(part.first_argument + part.arguments.size());
    part.arguments.insert(part.arguments.end(), arguments, arguments + argument_bytes(graph_, task));
    part.uses.push_back(plan_.uses[position]);
    if (!plan_.bytes.empty()) part.bytes.push_back(plan_.bytes[position]);
  }
  part.unit_begin.push_back(part.first_task + part.tasks());
  part.waits_for.push_back(waits_for);
  if (!plan_.key.empty()) part.key.push_back(plan_.key[unit]);
}

void Splitter::cut_readers(std::uint32_t unit, std::span<PlanPart> parts) {
  const std::uint32_t rank = places_[unit].rank;
  const std::uint32_t targets = target_readings(unit);
  PlanPart& part = parts[rank];
  for (const std::uint32_t successor : plan_.successors_of(unit)) {
    const Place& place = places_[successor];
    (place.rank == rank ? part.successors : parts[place.rank].import_successors).push_back(place.unit);
  }
  const std::uint32_t end = part.first_successor + count(part.successors);
  std::uint32_t uses = end - part.successor_begin.back();
  part.successor_begin.push_back(end);
  const std::span<const Reader> readers = unit_readers_.of(unit);
  for (const Reader& reader : readers) {
    part.exports.push_back({reader.rank, sizes_[reader.rank].tasks + reader.import});
    end_import(parts[reader.rank], reader.rank == 0 && !options_.hold ? targets : 0,
               sizes_[reader.rank].result_bytes != 0, reader.bytes_of(result_bytes(unit)));
  }
  if (sizes_[rank].exports > 0) part.export_begin.push_back(part.first_export + count(part.exports));
  uses += static_cast<std::uint32_t>(readers.size());
  if (options_.hold || rank == 0) uses += targets;
  part.uses.back() = uses;
}

}  // namespace bask
