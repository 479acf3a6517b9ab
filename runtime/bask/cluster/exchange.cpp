#include <bask/cluster/exchange.hpp>

#include <bask/core/error.hpp>
#include <bask/safety/task_error.hpp>

#include <memory>
#include <utility>

namespace bask {
namespace {

constexpr std::size_t kMostBody = Transport::kMostParcelBytes - sizeof(MessageHead);
// Results up to this size are copied into parcels; above it a transfer of their own is quicker.
constexpr std::size_t kMostCopied = 8 * 1024;

constexpr int kMostParcelsARound = 64;  // so that no thread holds the lock for long

// Messages that come now and then while all is well.
// After one of them a waiting thread need not look again at once.
bool is_routine(MessageKind kind) {
  return kind == MessageKind::kHeartbeat || kind == MessageKind::kProgress || kind == MessageKind::kDry ||
         kind == MessageKind::kSteal || kind == MessageKind::kRefused || kind == MessageKind::kEvents;
}

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

void write(Buffer& buffer, std::span<const std::byte> bytes) {
  append_bytes(buffer, bytes.data(), bytes.size());
}

}  // namespace

Exchange::Exchange(Transport& transport, MessageHandler& handler, std::shared_ptr<MemoryLedger> ledger)
    : transport_(transport),
      handler_(handler),
      ledger_(std::move(ledger)),
      outboxes_(transport.size()),
      parcels_from_(transport.size()) {}

void Exchange::broken() {
  handler_.on_broken(describe_current_exception());
  std::terminate();  // not reached
}

void Exchange::list(Outbox& outbox, std::uint32_t to) {
  if (outbox.is_listed) return;
  outbox.is_listed = true;
  const Held held(listed_lock_);
  listed_.push_back(to);
  any_listed_.store(true, std::memory_order_release);
}

void Exchange::append(std::uint32_t to, const MessageHead& head, std::span<const std::byte> first,
                      std::span<const std::byte> second) {
  Outbox& outbox = outboxes_[to];
  const Held held(outbox.lock);
  if (outbox.open.size() + sizeof(head) + first.size() + second.size() > Transport::kMostParcelBytes) {
    outbox.full.push_back(std::move(outbox.open));
    outbox.open = {};
  }
  if (outbox.open.capacity() == 0) outbox.open.reserve(Transport::kMostParcelBytes);
  list(outbox, to);
  write(outbox.open, bytes_of(head));
  write(outbox.open, first);
  write(outbox.open, second);
}

void Exchange::append_bulk(std::uint32_t to, BulkHead head, std::span<const std::byte> first, BulkPost post) {
  bulk_posted_.fetch_add(post.bytes.size(), std::memory_order_relaxed);
  {
    const Held held(outboxes_[to].lock);
    head.stream = post.stream = outboxes_[to].next_stream++ % Transport::kStreams;
  }
  post.to = to;
  const auto size = static_cast<std::uint32_t>(sizeof(head) + first.size());
  append(to, {size, static_cast<std::uint16_t>(MessageKind::kBulk), 0, head.run}, bytes_of(head), first);
  const Held held(bulk_lock_);
  bulk_posts_.push_back(std::move(post));
  any_bulk_.store(true, std::memory_order_release);
}

std::shared_ptr<void> Exchange::take_memory(std::uint64_t bytes) const {
  if (ledger_ == nullptr) return nullptr;
  ledger_->take(MemoryKind::kTransfer, bytes);
  return {nullptr, [ledger = ledger_, bytes](void*) { ledger->give_back(MemoryKind::kTransfer, bytes); }};
}

// Keeps bodies in the order of their heads.
void Exchange::append_own(MessageKind kind, std::uint32_t run, Buffer body) {
  const BulkHead head{body.size(), 0, run, static_cast<std::uint16_t>(kind), 0, 0};
  const Held order(own_order_);
  {
    const Held held(bulk_lock_);
    own_bulk_.push_back(std::move(body));
  }
  append(rank(), {sizeof(head), static_cast<std::uint16_t>(MessageKind::kBulk), 0, run}, bytes_of(head), {});
}

void Exchange::post(std::uint32_t to, MessageKind kind, std::uint32_t run, std::span<const std::byte> body) {
  if (body.size() > kMostBody) return post_buffer(to, kind, run, Buffer(body.begin(), body.end()));
  append(to, {static_cast<std::uint32_t>(body.size()), static_cast<std::uint16_t>(kind), 0, run}, body, {});
}

void Exchange::post_buffer(std::uint32_t to, MessageKind kind, std::uint32_t run, Buffer body) {
  if (body.size() <= kMostCopied) return post(to, kind, run, body);
  if (to == rank()) return append_own(kind, run, std::move(body));
  const auto owned = std::make_shared<Buffer>(std::move(body));  // std::function wants copies
  const std::shared_ptr<void> memory = take_memory(owned->size());
  const BulkHead head{owned->size(), 0, run, static_cast<std::uint16_t>(kind), 0, 0};
  append_bulk(to, head, {}, {to, 0, *owned, [owned, memory] {}});
}

bool Exchange::post_result(const Export& to, MessageKind kind, std::uint32_t run, const Value& value) {
  const ValueType& type = *value.type();
  const ContiguousType* contiguous = type.contiguous;
  const bool may_be_large = contiguous != nullptr && to.rank != rank();
  if (may_be_large && contiguous->bytes(value.object()).size() > kMostCopied) return false;
  thread_local ByteWriter writer;
  writer.clear();
  writer.write_raw(ResultHead{to.position, type.number()});
  type.encode(writer, value.object());
  if (writer.size() <= kMostBody) {
    post(to.rank, kind, run, writer.bytes());
  } else {
    post_buffer(to.rank, kind, run, writer.take());
  }
  return true;
}

void Exchange::post_large_result(const Export& to, MessageKind kind, std::uint32_t run, const Value& value,
                                 std::function<void()> sent) {
  const ResultHead result{to.position, value.type()->number()};
  const std::span<const std::byte> bytes = value.type()->contiguous->bytes(value.object());
  const BulkHead head{bytes.size(), 0, run, static_cast<std::uint16_t>(kind), 1, 0};
  append_bulk(to.rank, head, bytes_of(result), {to.rank, 0, bytes, std::move(sent)});
}

void Exchange::flush_as_wanted() {
  while (flush_wanted_.load(std::memory_order_relaxed)) {
    if (!lock_.try_lock()) {
      want_flush();
      if (!lock_.try_lock()) return;  // the thread that holds the lock flushes when it lets go
    }
    flush_wanted_.exchange(false, std::memory_order_acq_rel);  // before flush(): no later wish is lost
    {
      const Held held(lock_, std::adopt_lock);
      flush_or_break();
    }
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
}

bool Exchange::make_progress(unsigned thread) {
  try {
    rounds_.store(rounds_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    flush();
    bool moved = receive_parcels();
    moved |= transport_.progress();
    handler_.on_settled(thread);
    flush();
    return moved;
  } catch (...) {
    broken();
  }
}

void Exchange::flush_or_break() {
  try {
    flush();
  } catch (...) {
    broken();
  }
}

bool Exchange::receive_parcels() {
  bool moved = false;
  for (int round = 0; round < kMostParcelsARound; ++round) {
    const std::optional<Parcel> parcel = transport_.receive();
    if (!parcel) break;
    ++parcels_from_[parcel->from];
    ++traffic_.parcels_in;
    traffic_.bytes_in += parcel->bytes.size();
    moved |= read_parcel(parcel->from, parcel->bytes);
  }
  return moved;
}

void Exchange::send(std::uint32_t to, Buffer& parcel) {
  ++traffic_.parcels_out;
  traffic_.bytes_out += parcel.size();
  if (to != rank()) {
    parcel = transport_.send(to, std::move(parcel));
    return;
  }
  const Buffer own = std::move(parcel);
  parcel = {};
  read_parcel(to, own);
}

void Exchange::flush() {
  while (any_listed_.load(std::memory_order_acquire)) {
    std::uint32_t to = 0;
    {
      const Held held(listed_lock_);
      if (listed_.empty()) break;
      to = listed_.back();
      listed_.pop_back();
      any_listed_.store(!listed_.empty(), std::memory_order_relaxed);
    }
    flush_outbox(to);
  }
  if (any_bulk_.load(std::memory_order_acquire)) flush_bulk();
}

void Exchange::flush_outbox(std::uint32_t to) {
  Outbox& outbox = outboxes_[to];
  Buffer last = std::move(spare_);
  std::vector<Buffer> full;
  {
    const Held held(outbox.lock);
    last.swap(outbox.open);
    if (!outbox.full.empty()) full.swap(outbox.full);
    outbox.is_listed = false;
  }
  for (Buffer& parcel : full) send(to, parcel);
  send(to, last);
  spare_ = std::move(last);
}

void Exchange::flush_bulk() {
  std::vector<BulkPost> posts;
  {
    const Held held(bulk_lock_);
    posts.swap(bulk_posts_);
    any_bulk_.store(false, std::memory_order_relaxed);
  }
  for (BulkPost& post : posts) {
    ++traffic_.bulk_out;
    traffic_.bytes_out += post.bytes.size();
    transport_.send_bulk(post.to, post.stream, post.bytes, [this, post] {
      bulk_posted_.fetch_sub(post.bytes.size(), std::memory_order_relaxed);
      post.sent();
    });
  }
}

bool Exchange::read_parcel(std::uint32_t from, std::span<const std::byte> bytes) {
  bool is_news = false;
  ByteReader reader(bytes);
  while (reader.remaining() != 0) {
    const auto head = reader.read_raw<MessageHead>();
    const std::span<const std::byte> body = reader.read(head.size);
    const auto kind = static_cast<MessageKind>(head.kind);
    is_news |= !is_routine(kind);
    if (kind == MessageKind::kBulk) {
      begin_bulk(from, body);
    } else {
      handler_.on_message(from, kind, head.run, body);
    }
  }
  return is_news;
}

void Exchange::begin_bulk(std::uint32_t from, std::span<const std::byte> body) {
  ByteReader reader(body);
  const auto head = reader.read_raw<BulkHead>();
  if (from == rank()) {
    Buffer own;
    {
      const Held held(bulk_lock_);
      own = std::move(own_bulk_.front());
      own_bulk_.pop_front();
    }
    return handler_.on_message(from, static_cast<MessageKind>(head.kind), head.run, own);
  }
  ++traffic_.bulk_in;
  ++bulk_coming_;
  traffic_.bytes_in += head.size;
  if (head.is_value != 0) return begin_value(from, head, reader.read_raw<ResultHead>());
  const auto buffer = std::make_shared<Buffer>();
  const std::shared_ptr<void> memory = take_memory(head.size);
  buffer->reserve(head.size);
  const auto grow = [buffer](std::size_t more) {
    buffer->resize(buffer->size() + more);
    return buffer->data() + buffer->size() - more;
  };
  transport_.receive_bulk(from, head.stream, head.size, {grow, [this, from, head, buffer, memory] {
                                                           assert_held();
                                                           --bulk_coming_;
                                                           handler_.on_message(
                                                               from, static_cast<MessageKind>(head.kind),
                                                               head.run, *buffer);
                                                         }});
}

void Exchange::begin_value(std::uint32_t from, const BulkHead& head, const ResultHead& result) {
  const ContiguousType* type = TypeRegistry::instance()[result.type].contiguous;
  if (type == nullptr) throw Error("decode", "a value cannot come in pieces", "the bytes are corrupt");
  const auto value = std::make_shared<Value>();
  type->reserve(*value, head.size);
  const auto grow = [value, type, so_far = std::size_t{0}](std::size_t more) mutable {
    so_far += more;  // `more` need not be whole elements
    return type->grow(*value, so_far) + so_far - more;
  };
  const auto done = [this, from, head, result, value, type] {
    assert_held();
    --bulk_coming_;
    type->check(*value);
    handler_.on_value(from, static_cast<MessageKind>(head.kind), head.run, result.position,
                      std::move(*value));
  };
  transport_.receive_bulk(from, head.stream, head.size, {grow, done});
}

bool Exchange::is_quiet() const {
  assert_held();
  return !any_listed_.load() && !any_bulk_.load() && bulk_posted_.load() == 0 && bulk_coming_ == 0 &&
         !transport_.is_sending();
}

}  // namespace bask
