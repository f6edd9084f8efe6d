#include "common/process/stop_signals.h"

#include <pthread.h>

#include <cerrno>

namespace longtake {
namespace {

// A handler has no other way to the thread that waits; set before handlers are.
pthread_t waiting_thread;

void HandOn(int signal) {
  const int saved = errno;
  pthread_kill(waiting_thread, signal);
  errno = saved;
}

sigset_t StopSet() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

void SetAction(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace

sigset_t HoldStopSignals() {
  const sigset_t signals = StopSet();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waiting_thread = pthread_self();
  SetAction(HandOn);
  return signals;
}

void ReleaseStopSignals() {
  const sigset_t signals = StopSet();
  SetAction(SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace longtake
