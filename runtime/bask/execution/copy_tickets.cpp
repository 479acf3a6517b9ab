#include <bask/execution/copy_tickets.hpp>

#include <algorithm>
#include <utility>

namespace bask {

bool CopyTickets::try_take(std::uint64_t bytes, Ticket& ticket) {
  bytes = std::max<std::uint64_t>(bytes, 1);
  ticket.counted = ledger_.try_take(MemoryKind::kTransfer, bytes) ? bytes : 0;
  return ticket.counted != 0 || !std::exchange(any_beyond_, true);
}

void CopyTickets::take(std::uint64_t bytes, Begin begin) {
  Ticket ticket;
  {
    const Held held(mutex_);
    if (!waiting_.empty() || !try_take(bytes, ticket)) {
      waiting_.push_back({bytes, std::move(begin)});
      return;
    }
  }
  begin(ticket);
}

void CopyTickets::end(Ticket ticket) {
  if (ticket.counted != 0) ledger_.give_back(MemoryKind::kTransfer, ticket.counted);
  {
    const Held held(mutex_);
    if (ticket.counted == 0) any_beyond_ = false;
  }
  while (begin_next()) {
  }
}

bool CopyTickets::begin_next() {
  Begin begin;
  Ticket ticket;
  {
    const Held held(mutex_);
    if (waiting_.empty() || !try_take(waiting_.front().bytes, ticket)) return false;
    begin = std::move(waiting_.front().begin);
    waiting_.pop_front();
  }
  begin(ticket);
  return true;
}

}  // namespace bask
