#pragma once
// Ctrl-C (SIGINT) and SIGTERM as a stop token: the first asks to stop, the
// second ends the process at once with exit code 130.

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace longtake::client {

// One at a time. Create it before any other thread starts, since it blocks the
// signals for the calling thread and all that it starts later.
class Interrupts {
 public:
  // `on_first` runs on a thread of its own.
  explicit Interrupts(std::function<void()> on_first);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }

 private:
  void Listen(std::stop_token ended);

  const std::function<void()> on_first_;
  std::stop_source source_;
  sigset_t signals_;
  sigset_t before_;
  std::jthread listener_;
};

}  // namespace longtake::client
