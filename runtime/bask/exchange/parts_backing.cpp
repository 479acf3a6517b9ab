#include <bask/core/mutex.hpp>
#include <bask/exchange/parts_backing.hpp>

#include <utility>

namespace bask {
namespace {

struct OfProcess {
  Mutex mutex;
  std::shared_ptr<PartsBacking> backing BASK_GUARDED_BY(mutex);
};

OfProcess& backing_of_process() {
  static OfProcess& instance = *new OfProcess;  // never destroyed: parts in static objects outlive it
  return instance;
}

}  // namespace

void PartsBacking::set_of_process(std::shared_ptr<PartsBacking> backing) {
  OfProcess& of = backing_of_process();
  const Held held(of.mutex);
  of.backing = std::move(backing);
}

std::shared_ptr<PartsBacking> PartsBacking::of_process() {
  OfProcess& of = backing_of_process();
  const Held held(of.mutex);
  return of.backing;
}

}  // namespace bask
