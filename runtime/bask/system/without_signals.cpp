#include <bask/system/without_signals.hpp>

#include <pthread.h>

namespace bask {

WithoutSignals::WithoutSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before_);
}

WithoutSignals::~WithoutSignals() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace bask
