// The parts of a journal's writer, each alone: places of records, batches, and estimated costs.
#include <gtest/gtest.h>
#include <bask/journal/journal_cost.hpp>
#include <bask/journal/record_batch.hpp>
#include <bask/journal/record_places.hpp>

#include <string>
#include <vector>

namespace bask {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

RecordHead head_of(const std::string& payload) {
  return make_record_head(RecordKind::kEncoded, {1, 2}, 3, payload.size(), 4);
}

TEST(RecordPlaces, AreGivenInOrder) {
  RecordPlaces places(64);
  EXPECT_EQ(places.take(100), 64u);
  EXPECT_EQ(places.take_for_mark(8), 164u);
  EXPECT_EQ(places.take(8), 172u);
}

TEST(RecordPlaces, AreWholeUpToTheFirstThatIsStillWritten) {
  RecordPlaces places(64);
  const std::uint64_t first = places.take(10), second = places.take(10);
  places.begin_write(second);
  places.begin_write(first);
  EXPECT_EQ(places.whole_before(), first);
  EXPECT_FALSE(places.is_quiet());
  places.end_write(first);
  EXPECT_EQ(places.whole_before(), second);
  places.end_write(second);
  EXPECT_EQ(places.whole_before(), 84u);
  EXPECT_TRUE(places.is_quiet());
}

TEST(RecordPlaces, OfMarksAreNotWaitedFor) {
  RecordPlaces places(64);
  places.take(36);
  places.take_for_mark(50);
  EXPECT_EQ(places.appended_end(), 100u);
  places.note_synced(100);
  EXPECT_EQ(places.synced_to(), 100u);
  EXPECT_EQ(places.not_synced(), 50u);
}

TEST(RecordPlaces, KeepTheFurthestEnds) {
  RecordPlaces places(64);
  EXPECT_EQ(places.written_end(), 64u);
  places.note_written(200);
  places.note_written(100);
  EXPECT_EQ(places.written_end(), 200u);
  places.note_synced(200);
  places.note_synced(100);
  EXPECT_EQ(places.synced_to(), 200u);
}

TEST(RecordBatch, GathersNeighboursInOneExtent) {
  RecordBatch batch;
  const std::string one = "12345678", two = "123";
  const std::uint64_t each = sizeof(RecordHead) + 8;
  batch.append(head_of(one), 64, bytes_of(one));
  batch.append(head_of(two), 64 + each, bytes_of(two));
  batch.append(head_of(one), 1000, bytes_of(one));
  ASSERT_EQ(batch.extent_count(), 2u);
  EXPECT_EQ(batch.first_offset(), 64u);
  EXPECT_EQ(batch.extent(0).offset, 64u);
  EXPECT_EQ(batch.extent(0).bytes.size(), 2 * each);
  EXPECT_EQ(batch.extent(1).offset, 1000u);
  EXPECT_EQ(batch.extent(1).bytes.size(), each);
  EXPECT_EQ(batch.size(), 3 * each);
  EXPECT_GE(batch.held_bytes(), batch.size());
}

TEST(RecordBatch, FillsPayloadsUpWithZeros) {
  RecordBatch batch;
  const std::string payload = "123";
  batch.append(head_of(payload), 64, bytes_of(payload));
  const auto bytes = batch.extent(0).bytes.subspan(sizeof(RecordHead));
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
            payload + std::string(5, '\0'));
}

TEST(RecordBatch, BeginsAnewWhenCleared) {
  RecordBatch batch;
  batch.append(head_of(""), 64, {});
  batch.clear();
  EXPECT_TRUE(batch.is_empty());
  batch.append(head_of(""), 500, {});
  EXPECT_EQ(batch.extent_count(), 1u);
  EXPECT_EQ(batch.first_offset(), 500u);
}

TEST(RecordBatch, CountsWholeRecordsOfAnExtentThatWasCutOff) {
  RecordBatch batch;
  const std::string payload = "12345678";
  const std::uint64_t each = sizeof(RecordHead) + 8;
  for (int i = 0; i < 3; ++i) batch.append(head_of(payload), 64 + i * each, bytes_of(payload));
  const auto records = batch.extent(0).bytes;
  EXPECT_EQ(whole_records(records, 0), 0u);
  EXPECT_EQ(whole_records(records, each - 1), 0u);
  EXPECT_EQ(whole_records(records, each), each);
  EXPECT_EQ(whole_records(records, 2 * each + sizeof(RecordHead)), 2 * each);
  EXPECT_EQ(whole_records(records, 3 * each), 3 * each);
}

TEST(JournalCost, FollowsTheCallsAndTheSpeedOfTheFile) {
  JournalCost cost;
  const std::int64_t guessed = cost.of(8);
  EXPECT_GT(guessed, 100);
  EXPECT_LT(guessed, 2000);
  for (int i = 0; i < 1000; ++i) cost.appended(8, 5000);
  EXPECT_GT(cost.of(8), 4000);
  cost.written(64 << 20, 64'000'000'000);  // 1 µs for each byte
  EXPECT_GT(cost.of(1 << 20), 900'000'000);
  EXPECT_DOUBLE_EQ(cost.append_seconds(), 1000 * 5e-6);
}

TEST(JournalCost, OfAJournalFarBehindItsDiskIsMoreThanAnyResultIsWorth) {
  JournalCost cost;
  cost.synced(1 << 20, 1'000'000'000);  // 1 s for each MiB
  cost.set_not_synced(1 << 20);
  EXPECT_LT(cost.of(8), 1'000'000);
  cost.set_not_synced(3 << 20);
  EXPECT_GT(cost.of(8), std::int64_t{1} << 60);
  cost.set_not_synced(0);
  EXPECT_LT(cost.of(8), 1'000'000);
}

TEST(JournalCost, IsNotLearnedFromShortWrites) {
  JournalCost cost;
  const std::int64_t before = cost.of(1 << 20);
  for (int i = 0; i < 100; ++i) cost.written(1000, 1'000'000);
  for (int i = 0; i < 100; ++i) cost.synced(1000, 1'000'000);
  EXPECT_EQ(cost.of(1 << 20), before);
}

}  // namespace
}  // namespace bask
