#include <hwloc.h>
#include <bask/system/affinity.hpp>

#include <algorithm>
#include <memory>

namespace bask {
namespace {

struct Topology {
  hwloc_topology_t handle = nullptr;
  bool loaded = false;
  Topology() {
    if (hwloc_topology_init(&handle) != 0) return;
    // Only cores and hardware threads are needed, and they are found quickly.
    hwloc_topology_set_all_types_filter(handle, HWLOC_TYPE_FILTER_KEEP_NONE);
    hwloc_topology_set_type_filter(handle, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL);
    loaded = hwloc_topology_load(handle) == 0;
  }
  ~Topology() {
    if (handle != nullptr) hwloc_topology_destroy(handle);
  }
};

struct BitmapFree {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, BitmapFree>;

Topology& topology() {
  static Topology one;
  return one;
}

}  // namespace

const CoreMask& CoreMask::of_process() {
  static const CoreMask mask;
  return mask;
}

CoreMask::CoreMask() {
  const Topology& here = topology();
  const Bitmap mask(hwloc_bitmap_alloc());
  if (here.loaded && hwloc_get_cpubind(here.handle, mask.get(), HWLOC_CPUBIND_PROCESS) == 0) {
    const int cores = hwloc_get_nbobjs_by_type(here.handle, HWLOC_OBJ_CORE);
    machine_cores_ = static_cast<unsigned>(std::max(cores, 1));
    for (int core = 0; core < cores; ++core) {
      const Bitmap both(hwloc_bitmap_dup(
          hwloc_get_obj_by_type(here.handle, HWLOC_OBJ_CORE, static_cast<unsigned>(core))->cpuset));
      hwloc_bitmap_and(both.get(), both.get(), mask.get());
      const int first = hwloc_bitmap_first(both.get());
      if (first >= 0) first_pu_.push_back(static_cast<unsigned>(first));
    }
  }
  if (first_pu_.empty()) first_pu_.push_back(0);
}

bool CoreMask::pin_this_thread(unsigned cpu) {
  const Bitmap one(hwloc_bitmap_alloc());
  hwloc_bitmap_only(one.get(), cpu);
  return topology().loaded && hwloc_set_cpubind(topology().handle, one.get(), HWLOC_CPUBIND_THREAD) == 0;
}

}  // namespace bask
