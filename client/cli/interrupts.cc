#include "client/cli/interrupts.h"

#include <unistd.h>

#include <ctime>
#include <utility>

#include "client/report/report.h"

namespace longtake::client {
namespace {

// How soon the end of the command is seen by the listener.
constexpr timespec kPollEvery = {0, 50'000'000};

}  // namespace

Interrupts::Interrupts(std::function<void()> on_first)
    : on_first_(std::move(on_first)) {
  ::sigemptyset(&signals_);
  ::sigaddset(&signals_, SIGINT);
  ::sigaddset(&signals_, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  listener_ = std::jthread([this](std::stop_token ended) { Listen(ended); });
}

Interrupts::~Interrupts() {
  listener_.request_stop();
  listener_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupts::Listen(std::stop_token ended) {
  while (!ended.stop_requested()) {
    if (::sigtimedwait(&signals_, nullptr, &kPollEvery) < 0) continue;
    if (source_.stop_requested()) ::_exit(kExitInterrupted);
    source_.request_stop();
    on_first_();
  }
}

}  // namespace longtake::client
