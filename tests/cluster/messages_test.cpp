// Messages, parts of plans and stolen units as bytes: they come back as they were, and truncated or corrupt
// bytes give an Error or some other message, never a crash.
#include <gtest/gtest.h>
#include <bask/cluster/messages.hpp>

#include <functional>
#include <random>

namespace bask::messages_test {

using Decode = std::function<void(std::span<const std::byte>)>;

// The bytes in memory of exactly their size, so that a sanitizer sees every read beyond them.
Buffer exactly(std::span<const std::byte> bytes) {
  return Buffer(bytes.begin(), bytes.end());
}

void expect_errors_when_truncated(std::span<const std::byte> bytes, const Decode& decode) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(decode(exactly(bytes.first(size))), Error) << size << " of " << bytes.size() << " bytes";
  }
}

void expect_no_crash_when_corrupt(std::span<const std::byte> bytes, const Decode& decode) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    Buffer corrupt = exactly(bytes);
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
      corrupt[random() % corrupt.size()] = static_cast<std::byte>(random());
    }
    try {
      decode(corrupt);
    } catch (const Error&) {
    }
  }
}

template <class Message>
Buffer encoded(const Message& message) {
  ByteWriter writer;
  encode_message(writer, message);
  return writer.take();
}
template <class Message>
Message decoded(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  Message message = decode_message<Message>(reader);
  reader.expect_end();
  return message;
}

// The encoding is canonical, so equal bytes mean equal messages.
template <class Message>
Message survived(const Message& message) {
  const Buffer bytes = encoded(message);
  const Message copy = decoded<Message>(bytes);
  EXPECT_EQ(encoded(copy), bytes);
  const Decode decode = [](std::span<const std::byte> some) { decoded<Message>(some); };
  expect_errors_when_truncated(bytes, decode);
  expect_no_crash_when_corrupt(bytes, decode);
  return copy;
}

BeginRun begin_run() {
  BeginRun begin;
  begin.size = {1, 2, 3, 4, 5, 6, 7, 8};
  begin.constants = 9;
  begin.held = {{1, std::uint64_t{1} << 40}, {2, 3}};
  begin.exports = {{1, 2, 3}};
  begin.holds = {{4, 5}, {6, 7}};
  begin.groups = {{"constant", kNoIndex}, {"increment", 3}};
  begin.annotations = {
      {}, {.priority = -3, .retries = 2, .resources = {{"gpu", 0.5}, {"disk", 2}}}, {.memory = 3_TiB}};
  begin.balance = true;
  return begin;
}

TEST(Messages, OfARunsBeginningSurvive) {
  const BeginRun sent = begin_run(), got = survived(sent);
  EXPECT_EQ(got.size, sent.size);
  EXPECT_EQ(got.constants, 9u);
  ASSERT_EQ(got.held.size(), 2u);
  EXPECT_EQ(got.held[0].held, std::uint64_t{1} << 40);
  EXPECT_EQ(got.exports, sent.exports);
  EXPECT_EQ(got.holds, sent.holds);
  ASSERT_EQ(got.groups.size(), 2u);
  EXPECT_EQ(got.groups[1].layer, "increment");
  EXPECT_EQ(got.groups[0].kernel, kNoIndex);
  EXPECT_EQ(got.annotations, sent.annotations);
  EXPECT_TRUE(got.balance);
  EXPECT_FALSE(survived(BeginRun{}).balance);
}

TEST(Messages, OfHowARunGoesSurvive) {
  const RankProgress progress = survived(RankProgress{{1, 2, 3}, 4, 5, 6, 7, MemoryStanding::kDiskFull});
  EXPECT_EQ(progress.done_by_group, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(progress.left, 4u);
  EXPECT_EQ(progress.ready, 5u);
  EXPECT_EQ(progress.running, 6u);
  EXPECT_EQ(progress.too_long, 7u);
  EXPECT_EQ(progress.memory, MemoryStanding::kDiskFull);
  EXPECT_EQ(survived(Stop{std::int64_t{1} << 40}).patience_ns, std::int64_t{1} << 40);
  const Failed failed = survived(Failed{{7}, "std::domain_error: x < 0"});
  EXPECT_EQ(failed.task.index, 7u);
  EXPECT_EQ(failed.cause, "std::domain_error: x < 0");
  const std::vector<GroupMeasure> measured{{}, {6, 7, 8, 9}};
  const MemoryUse memory{.limit = 1ull << 40,
                         .held = 2,
                         .peak = 3,
                         .peak_by_kind = {1, 2, 3, 4, 5, 6, 7, 8},
                         .spilled = 4,
                         .read_back = 5,
                         .made_again = 55,
                         .lost_ns = 6,
                         .resident_peak = 7,
                         .scratch = "/tmp"};
  const Done done = survived(Done{{1, 2}, memory, 4, 5, measured});
  EXPECT_EQ(done.measured, measured);
  EXPECT_EQ(done.done_by_group.size(), 2u);
  EXPECT_EQ(done.memory, memory);
  EXPECT_EQ(done.results_in, 4u);
  EXPECT_EQ(done.bytes_in, 5u);
}

TEST(Messages, OutsideOfRunsSurvive) {
  EXPECT_EQ(survived(Steal{3}).thief, 3u);
  EXPECT_EQ(survived(Drop{{1, 2}}).held, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(survived(Call{2, Buffer(3)}).arguments.size(), 3u);
  const Return answer = survived(Return{"no", Buffer(2)});
  EXPECT_EQ(answer.error, "no");
  EXPECT_EQ(answer.value.size(), 2u);
  EXPECT_EQ(survived(Reported{.text = "waiting", .waiting = {}}).text, "waiting");
  EXPECT_EQ(survived(Signal{10}).number, 10);
}

PlanPart plan_part() {
  PlanPart part;
  part.first_task = 1;
  part.task = {{5}, {6}, {7}};
  part.group = {1, 2, 1};
  part.argument_begin = {10, 13, 13};
  part.annotation = {0, 1, 0};
  part.input_begin = {2, 3, 5, 5};
  part.uses = {1, 2, 3};
  part.first_input = 2;
  part.inputs = {Source::constant(4), {0}, {1}};
  part.first_argument = 10;
  part.arguments = {std::byte{1}, std::byte{2}, std::byte{3}};
  part.first_unit = 1;
  part.unit_begin = {1, 2, 4};
  part.waits_for = {0, 2};
  part.key = {{1, 2}, {}};
  part.successor_begin = {0, 1, 1};
  part.export_begin = {0, 0, 1};
  part.first_successor = 7;
  part.successors = {2};
  part.first_export = 8;
  part.exports = {{1, 9}};
  part.first_import = 9;
  part.import_uses = {1};
  part.import_successor_begin = {3, 4};
  part.first_import_successor = 3;
  part.import_successors = {2};
  return part;
}

TEST(PlanParts, SurviveAtAnyPlaceInAParcel) {
  const PlanPart part = plan_part();
  const Buffer bytes = encode_part(part);
  for (std::size_t offset = 0; offset < 9; ++offset) {
    Buffer parcel(offset);
    parcel.insert(parcel.end(), bytes.begin(), bytes.end());
    const PlanPart copy = decode_part(std::span(parcel).subspan(offset));
    EXPECT_EQ(encode_part(copy), bytes);
    EXPECT_EQ(copy.task, part.task);
    EXPECT_EQ(copy.key, part.key);
    EXPECT_EQ(copy.argument_begin, part.argument_begin);
    EXPECT_EQ(copy.inputs, part.inputs);
    EXPECT_EQ(copy.exports, part.exports);
    EXPECT_EQ(copy.arguments, part.arguments);
    EXPECT_EQ(copy.first_import_successor, 3u);
    EXPECT_EQ(copy.first_argument, 10u);
  }
  EXPECT_TRUE(decode_part(encode_part(PlanPart{})).empty());
}

TEST(PlanParts, AreRefusedWhenTruncatedOrCorrupt) {
  const Buffer bytes = encode_part(plan_part());
  expect_errors_when_truncated(bytes, decode_part);
  expect_no_crash_when_corrupt(bytes, decode_part);
  Buffer longer = bytes;
  longer.push_back({});
  EXPECT_THROW(decode_part(longer), Error);
}

struct UnitOfTwoSteps {
  UnitOfTwoSteps() {
    number.emplace<int>(5);
    text.emplace<std::string>("a text that is longer than what lies inside of a string");
    stolen.victim = 3;
    stolen.unit = 17;
    stolen.key = {8, 9};
    stolen.recompute_cost_ns = 1234.5F;
    stolen.steps.push_back({{4}, 1, 0, {0, 1}, Buffer(5)});
    stolen.steps.push_back({{9}, 2, 1, {0 | StolenUnit::Step::kStepBit}, {}});
    stolen.inputs = {&number, &text};
  }
  Value number, text;
  StolenUnit stolen;
};

TEST(StolenUnits, SurviveWithTheValuesTheyNeed) {
  const UnitOfTwoSteps sent;
  const Buffer bytes = encode_stolen_unit(sent.stolen);
  const StolenUnit got = decode_stolen_unit(bytes);
  EXPECT_EQ(encode_stolen_unit(got), bytes);
  EXPECT_EQ(got.victim, 3u);
  EXPECT_EQ(got.unit, 17u);
  EXPECT_EQ(got.key, sent.stolen.key);
  EXPECT_EQ(got.recompute_cost_ns, 1234.5F);
  ASSERT_EQ(got.steps.size(), 2u);
  EXPECT_EQ(got.steps[0].inputs, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(got.steps[0].arguments, Buffer(5));
  EXPECT_EQ(got.steps[1].task.index, 9u);
  EXPECT_EQ(got.steps[1].group, 2u);
  EXPECT_EQ(got.steps[1].annotation, 1u);
  ASSERT_EQ(got.inputs.size(), 2u);
  EXPECT_EQ(got.inputs[0]->get<int>(), 5);
  EXPECT_EQ(got.inputs[1]->get<std::string>(), sent.text.get<std::string>());
}

TEST(StolenUnits, KeepTheirValuesWhenTheyAreMoved) {
  const UnitOfTwoSteps sent;
  StolenUnit got = decode_stolen_unit(encode_stolen_unit(sent.stolen));
  const StolenUnit moved = std::move(got);
  EXPECT_EQ(moved.inputs[1]->get<std::string>(), sent.text.get<std::string>());
}

TEST(StolenUnits, AreRefusedWhenTruncatedOrCorrupt) {
  const UnitOfTwoSteps sent;
  const Buffer bytes = encode_stolen_unit(sent.stolen);
  expect_errors_when_truncated(bytes, decode_stolen_unit);
  expect_no_crash_when_corrupt(bytes, decode_stolen_unit);
}

TEST(Messages, OfRandomBytesAreErrorsOrMessages) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    Buffer bytes(random() % 200);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % (random() % 2 == 0 ? 4 : 256));
    const auto attempt = [&](const Decode& decode) {
      try {
        decode(bytes);
      } catch (const Error&) {
      }
    };
    attempt(decode_part);
    attempt(decode_stolen_unit);
    attempt(decoded<BeginRun>);
    attempt(decoded<Done>);
  }
}

}  // namespace bask::messages_test
