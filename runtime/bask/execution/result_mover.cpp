#include <bask/core/bytes.hpp>
#include <bask/execution/result_mover.hpp>
#include <bask/safety/task_error.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace bask {
namespace {

SpillOutcome broken(const Error& error) {
  return {SpillOutcome::Kind::kBroken, {}, error};
}

SpillOutcome no_memory() {
  return broken(Error("spilled result", "there is no memory to read it into", ""));
}

}  // namespace

ResultMover::~ResultMover() {
  wait_until_still();
  const Held held(mutex_);
  for (const auto& [position, copy] : copies_) memory_.free(copy);
}

void ResultMover::wait_until_still() {
  const Held held(mutex_);
  while (moving_ != 0) still_.wait(mutex_);
}

void ResultMover::begin_move() {
  const Held held(mutex_);
  ++moving_;
}

void ResultMover::end_move() {
  const Held held(mutex_);
  if (--moving_ == 0) still_.notify_all();
}

void ResultMover::write(std::uint32_t place) {
  begin_move();
  const Value& value = results_.value(place);
  const ContiguousType* const contiguous = value.type()->contiguous;
  if (contiguous == nullptr) {
    return copies_in_memory_.take(
        results_.bytes(place), [this, place](CopyTickets::Ticket ticket) { write_encoded(place, ticket); });
  }
  const auto left = [this, place](const SpillOutcome& outcome) {
    hooks_.left(place, outcome);
    end_move();
  };
  try {
    memory_.spill_store().write(contiguous->bytes(value.object()), left);
  } catch (const Error& error) {
    left(broken(error));
  }
}

// The copy's memory is free before the gate hears of it, and so lets the next unit in.
void ResultMover::write_encoded(std::uint32_t place, CopyTickets::Ticket ticket) {
  const Value& value = results_.value(place);
  const auto encoded = std::make_shared<ByteWriter>();
  const auto left = [this, place, ticket, encoded](const SpillOutcome& outcome) {
    *encoded = ByteWriter();
    copies_in_memory_.end(ticket);
    hooks_.left(place, outcome);
    end_move();
  };
  try {
    encoded->reserve(results_.bytes(place));
    value.type()->encode(*encoded, value.object());
    memory_.spill_store().write(encoded->bytes(), left);
  } catch (const Error& error) {
    left(broken(error));
  } catch (...) {
    left(broken(Error("spilling a result", describe_current_exception(),
                      "look at the serialize() of its type, or raise --bask-memory-limit")));
  }
}

void ResultMover::settle(std::uint32_t place, const SpillOutcome& outcome) {
  const bool is_written = outcome.kind == SpillOutcome::Kind::kDone;
  Value& value = results_.value(place);
  if (is_written) {
    const Held held(mutex_);
    const SpilledCopy copy{outcome.extent, value.type()};
    if (results_.is_persisted(place)) {
      results_.persisted_at(place)->copy = copy;
    } else {
      copies_[place] = copy;
    }
    any_copy_.store(true, std::memory_order_relaxed);
  }
  const std::optional<ResultState::Place> now = results_.state(place).end_leaving(is_written);
  if (now == ResultState::kAway) return drop_from_memory(place);
  if (now) return;
  drop_from_memory(place);  // its last reader is gone
  if (is_written) forget_copy(place);
}

void ResultMover::drop_from_memory(std::uint32_t place) {
  results_.value(place).reset();
  memory_.ledger().give_back(results_.kind(place), results_.bytes(place));
}

std::optional<SpilledCopy> ResultMover::find_copy(std::uint32_t place) {
  {
    const Held held(mutex_);
    if (results_.is_persisted(place)) return results_.persisted_at(place)->copy;
    if (const auto found = copies_.find(place); found != copies_.end()) return found->second;
  }
  if (!results_.may_spill() || !results_.state(place).has_copy()) return std::nullopt;
  return SpilledCopy{.recipe = std::make_shared<const Recipe>(hooks_.recipe(place))};
}

void ResultMover::read(std::uint32_t place) {
  read(*find_copy(place), [this, place](Value value, const SpillOutcome& outcome) {
    hooks_.came(place, std::move(value), outcome);
  });
}

Value ResultMover::read_copy(std::uint32_t place) {
  const std::optional<SpilledCopy> copy = find_copy(place);
  Value read_back;
  if (!copy) return read_back;
  read(*copy, [&read_back](Value value, const SpillOutcome& outcome) {
    if (outcome.kind == SpillOutcome::Kind::kDone) read_back = std::move(value);
  });
  wait_until_still();
  return read_back;
}

void ResultMover::make_again(const SpilledCopy& copy, const Came& came) {
  Remaker& remaker = memory_.remaker(threads_);
  remaker.run([=, this, recipe = copy.recipe, &remaker] {
    Value value;
    SpillOutcome outcome;
    try {
      value = recipe->make();
      remaker.made(value.heap_bytes());
    } catch (const Error& error) {
      outcome = broken(error);
    }
    came(std::move(value), outcome);
    end_move();
  });
}

void ResultMover::read(const SpilledCopy& copy, const Came& came) {
  begin_move();
  if (copy.recipe != nullptr) return make_again(copy, came);
  if (copy.type->contiguous == nullptr) {
    return copies_in_memory_.take(copy.extent.bytes, [this, copy, came](CopyTickets::Ticket ticket) {
      read_encoded(copy, came, ticket);
    });
  }
  const auto value = std::make_shared<Value>();
  std::span<std::byte> into;
  try {
    copy.type->contiguous->reserve(*value, copy.extent.bytes);
    into = {copy.type->contiguous->grow(*value, copy.extent.bytes), copy.extent.bytes};
  } catch (...) {
    came({}, no_memory());
    return end_move();
  }
  memory_.spill_store().read(copy.extent, into, [=, this](const SpillOutcome& outcome) {
    came(std::move(*value), outcome);
    end_move();
  });
}

void ResultMover::read_encoded(const SpilledCopy& copy, const Came& came, CopyTickets::Ticket ticket) {
  const auto buffer = std::make_shared<std::vector<std::byte>>();
  const auto end = [this, ticket, buffer, came](Value value, const SpillOutcome& outcome) {
    *buffer = {};
    copies_in_memory_.end(ticket);
    came(std::move(value), outcome);
    end_move();
  };
  try {
    buffer->resize(copy.extent.bytes);
  } catch (...) {
    return end({}, no_memory());
  }
  memory_.spill_store().read(copy.extent, *buffer, [=, type = copy.type](SpillOutcome outcome) {
    Value value;
    try {
      ByteReader reader(*buffer);
      if (outcome.kind == SpillOutcome::Kind::kDone) value = type->decode(reader);
    } catch (...) {
      outcome = broken(Error("spilled result", describe_current_exception(),
                             "this is an error in the type's serialize()"));
    }
    end(std::move(value), outcome);
  });
}

bool ResultMover::forget_copy(std::uint32_t place) {
  const Held held(mutex_);
  std::optional<SpilledCopy> copy;
  if (results_.is_persisted(place)) {
    copy = std::exchange(results_.persisted_at(place)->copy, std::nullopt);
  } else if (const auto found = copies_.find(place); found != copies_.end()) {
    copy = found->second;
    copies_.erase(found);
  }
  if (copy) memory_.free(*copy);
  return copy.has_value();
}

std::optional<SpilledCopy> ResultMover::take_copy(std::uint32_t position) {
  std::optional<SpilledCopy> copy = find_copy(position);
  const Held held(mutex_);
  copies_.erase(position);
  if (copy && copy->recipe != nullptr) copy->recipe = copy->recipe->copy(recipe_inputs_);
  return copy;
}

}  // namespace bask
