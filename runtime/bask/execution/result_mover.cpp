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

}  // namespace

ResultMover::~ResultMover() {
  wait_until_still();
  const Held held(mutex_);
  for (const auto& [position, copy] : copies_) {
    if (copy) memory_.spill_file().free(copy->extent);
  }
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

std::optional<SpilledCopy>& ResultMover::copy_of(std::uint32_t place) {
  return results_.is_persisted(place) ? results_.persisted_at(place)->copy : copies_[place];
}

void ResultMover::write(std::uint32_t place) {
  begin_move();
  const Value& value = results_.value(place);
  const auto encoded = std::make_shared<ByteWriter>();
  const auto left = [this, place, encoded](const SpillOutcome& outcome) {
    hooks_.left(place, outcome);
    end_move();
  };
  try {
    SpillFile& file = memory_.spill_file();
    if (const ContiguousType* const contiguous = value.type()->contiguous)
      return file.write(contiguous->bytes(value.object()), left);
    value.type()->encode(*encoded, value.object());
    file.write(encoded->bytes(), left);
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
    copy_of(place) = {outcome.extent, value.type()};
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
  const auto value = std::make_shared<Value>();
  const auto buffer = std::make_shared<std::vector<std::byte>>();
  std::span<std::byte> into;
  try {
    if (const ContiguousType* const contiguous = copy.type->contiguous) {
      contiguous->reserve(*value, copy.extent.bytes);
      into = {contiguous->grow(*value, copy.extent.bytes), copy.extent.bytes};
    } else {
      buffer->resize(copy.extent.bytes);
      into = *buffer;
    }
  } catch (...) {
    came({}, broken(Error("spilled result", "there is no memory to read it into", "")));
    return end_move();
  }
  memory_.spill_file().read(copy.extent, into, [=, this](SpillOutcome outcome) {
    try {
      if (outcome.kind == SpillOutcome::Kind::kDone && copy.type->contiguous == nullptr) {
        ByteReader reader(*buffer);
        *value = copy.type->decode(reader);
      }
    } catch (...) {
      outcome = broken(Error("spilled result", describe_current_exception(),
                             "this is an error in the type's serialize()"));
    }
    came(std::move(*value), outcome);
    end_move();
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
  if (copy && copy->recipe == nullptr) memory_.spill_file().free(copy->extent);
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
