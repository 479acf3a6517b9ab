#include <gtest/gtest.h>
#include <bask/core/error.hpp>
#include <bask/events/event_log.hpp>
#include <bask/trace/lane_slices.hpp>
#include <bask/trace/protobuf_message.hpp>
#include <bask/trace/write_trace.hpp>

#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace bask {
namespace {

class TraceFiles : public testing::Test {
 protected:
  TraceFiles() { std::filesystem::create_directories(folder_); }
  ~TraceFiles() override { std::filesystem::remove_all(folder_); }
  RankEvents rank(std::uint32_t number) const {
    return {.rank = number, .host = "n1", .part = event_part_path(folder_ / "trace", number)};
  }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("bask-trace-test-" + std::to_string(getpid()));
};

Activity layer(unsigned number) {
  return static_cast<Activity>(static_cast<unsigned>(Activity::kFirstLayer) + number);
}

EventRecord task(std::int64_t begin_ns, std::int64_t end_ns, std::uint32_t number = 0) {
  return {.begin_ns = begin_ns, .end_ns = end_ns, .task = number, .run = 1, .activity = layer(0)};
}

// What the slices of these events are told as: "+0 +2 -3 -5".
std::string told(const std::vector<EventRecord>& events) {
  std::string all;
  LaneSlices slices({[&](const EventRecord& slice) { all += " +" + std::to_string(slice.begin_ns); },
                     [&](std::int64_t at_ns) { all += " -" + std::to_string(at_ns); }});
  for (const EventRecord& event : events) slices.add(event);
  slices.finish();
  return all;
}

TEST(LaneSlices, PutsAnEventThatEndsLaterAroundThoseInside) {
  EXPECT_EQ(told({task(2, 3), task(4, 5), task(0, 6), task(6, 7)}), " +0 +2 -3 +4 -5 -6 +6 -7");
}

TEST(LaneSlices, CutsAnEventThatOverlapsAnother) {
  EXPECT_EQ(told({task(0, 5), task(3, 8), task(8, 9)}), " +0 +3 -5 -5 +8 -9");
}

TEST(LaneSlices, NeverTellsATimeBeforeTheJobsStart) {
  EXPECT_EQ(told({task(-9, -5), task(-4, 2)}), " +0 -0 +0 -2");
}

TEST(LaneSlices, TellTimesThatNeverFallAlsoWhenAnEventComesFarTooLate) {
  std::vector<EventRecord> events;
  for (int i = 0; i < 1000; ++i) events.push_back(task(2 * i + 1, 2 * i + 2));
  events.push_back(task(0, 3000));
  std::int64_t last = 0, open = 0;
  const auto at = [&](std::int64_t ns) {
    EXPECT_GE(ns, last);
    last = ns;
  };
  LaneSlices slices({[&](const EventRecord& slice) { at(slice.begin_ns), ++open; },
                     [&](std::int64_t ns) { at(ns), --open; }});
  for (const EventRecord& event : events) slices.add(event);
  slices.finish();
  EXPECT_EQ(open, 0);
  EXPECT_EQ(last, 3000);
}

TEST(ProtobufMessage, IsTheEncodingOfItsDocumentation) {
  ProtobufMessage inner, outer;
  inner.number(1, 150).text(2, "testing").fixed64(3, 0x0102030405060708);
  outer.message(16, inner);
  EXPECT_EQ(outer.bytes(),
            std::string("\x82\x01\x15\x08\x96\x01\x12\x07testing\x19\x08\x07\x06\x05\x04\x03\x02\x01", 24));
}

TEST_F(TraceFiles, APartHasAllEventsAndNamesOfALog) {
  EventPart part("--bask-trace", rank(3).part);
  part.keep();
  EventLog log;
  log.set_reader(&part);
  EventLane& lane = log.lane("thread 0");
  const Activity load = log.layer("load");
  constexpr std::uint32_t kEvents = 3000;  // more than fit into a lane or a block
  for (std::uint32_t i = 0; i < kEvents; ++i)
    lane.write({.begin = lane.now(), .end = lane.now(), .bytes = i, .task = i, .run = 1, .activity = load});
  log.collect(kNoActivity);
  RankEvents read = rank(3);
  std::uint32_t next = 0;
  read_part(read, [&](std::uint32_t number, std::span<const EventRecord> events) {
    EXPECT_EQ(number, 0u);
    for (const EventRecord& event : events) {
      EXPECT_EQ(event.task, next);
      EXPECT_EQ(event.bytes, next++);
      EXPECT_LE(event.begin_ns, event.end_ns);
    }
  });
  EXPECT_EQ(next, kEvents);
  EXPECT_EQ(read.name_of(load), "load");
  EXPECT_EQ(read.name_of_lane(0), "thread 0");
  EXPECT_EQ(read.name_of(Activity::kWaitData), "wait: data");
  std::filesystem::resize_file(read.part, std::filesystem::file_size(read.part) - 50);  // its rank was killed
  next = 0;
  read_part(read, [&](std::uint32_t, std::span<const EventRecord> events) { next += events.size(); });
  EXPECT_EQ(next, 2048u);
}

TEST_F(TraceFiles, APartThatCannotBeMadeSaysWhyAndOneThatIsNotUsedIsRemoved) {
  try {
    const EventPart part("--bask-trace", folder_ / "none" / "trace.rank-0.part");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "--bask-trace: cannot write '" +
                                (folder_ / "none" / "trace.rank-0.part").string() +
                                "': No such file or directory; name a file in a directory that is there and "
                                "that all ranks may write to");
  }
  { const EventPart part("--bask-trace", rank(0).part); }
  EXPECT_FALSE(std::filesystem::exists(rank(0).part));
}

TEST_F(TraceFiles, EachArrowStandsAtBothEndsOrAtNone) {
  TaskLinks links("--bask-trace", folder_ / "links");
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  // 2 reads 0 twice, and 1; 3 reads 2; 4, which is not seen, reads 2; all tasks from 10 on read 5.
  links.add_run(7, 2000, [](const TaskLinks::Link& link) {
    link(2, 0), link(2, 1), link(2, 0), link(3, 2), link(4, 2);
    for (std::uint32_t reader = 10; reader < 2000; ++reader) link(reader, 5);
  });
  ASSERT_TRUE(links.open());
  for (std::uint32_t number = 0; number < 2000; ++number)
    if (number != 4) links.seen(7, number);
  std::vector<std::uint64_t> in, out;
  Arrows arrows, of_2;
  for (std::uint32_t number = 0; number < 2000; ++number) {
    links.arrows(7, number, arrows);
    if (number == 2) of_2 = arrows;
    in.insert(in.end(), arrows.in.begin(), arrows.in.end());
    out.insert(out.end(), arrows.out.begin(), arrows.out.end());
  }
  EXPECT_EQ(of_2.in.size(), 2u);
  EXPECT_EQ(of_2.out.size(), 1u);
  std::ranges::sort(in);
  std::ranges::sort(out);
  EXPECT_EQ(in, out);
  EXPECT_EQ(in.size(), 3 + TaskLinks::kMostArrows);
  EXPECT_EQ(std::ranges::adjacent_find(in), in.end());
  links.arrows(7, 2, arrows);  // it is shown once
  EXPECT_TRUE(arrows.in.empty() && arrows.out.empty());
  links.arrows(8, 2, arrows);  // no such run
  EXPECT_TRUE(arrows.in.empty() && arrows.out.empty());
}

TEST_F(TraceFiles, AJsonTraceTellsEachSliceWithItsPlace) {
  {
    EventPart part("--bask-trace", rank(1).part);
    part.keep();
    part.on_lane(0, "thread 0");
    part.on_layer(0, "a \"b\"");
    const Event event{.begin = 0,
                      .end = 0,
                      .bytes = 8,
                      .task = 5,
                      .run = 2,
                      .activity = layer(0),
                      .kind = EventKind::kTaskFailed};
    part.on_event(0, {1500, 4000, event});
    part.on_collected(0);
  }
  std::string text;
  std::vector<RankEvents> ranks{rank(0), rank(1)};  // rank 0 has left nothing
  write_trace(ranks, nullptr, *make_json_trace([&](std::string_view bytes) { text += bytes; }));
  EXPECT_NE(text.find(R"({"ph":"M","name":"process_name","pid":2,"args":{"name":"rank 1 on n1"}})"),
            text.npos);
  EXPECT_NE(text.find(R"({"ph":"X","name":"a \"b\"","cat":"task","pid":2,"tid":20001,"ts":1.500,"dur":2.500,)"
                      R"("args":{"task":5,"computation":2,"bytes":8,"outcome":"failed"}})"),
            text.npos)
      << text;
}

}  // namespace
}  // namespace bask
