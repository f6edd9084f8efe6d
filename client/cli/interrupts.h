#pragma once
// Ctrl-C (SIGINT), SIGTERM and a terminal that is closed (SIGHUP, unless it is
// ignored already) as a stop token: the first asks to stop, the second ends the
// process at once with exit code 130.

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace longtake::client {

// One at a time in a process. Handlers and a pipe rather than blocked signals:
// libraries start threads before main, which would take a blocked signal with
// its default action.
class Interrupts {
 public:
  // `on_first` runs on a thread of its own.
  explicit Interrupts(std::function<void()> on_first);
  // Puts back what the signals did before.
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }

 private:
  void Listen();

  const std::function<void()> on_first_;
  std::stop_source source_;
  int read_end_ = -1;
  int write_end_ = -1;
  struct sigaction before_int_ = {};
  struct sigaction before_term_ = {};
  struct sigaction before_hup_ = {};
  std::jthread listener_;
};

}  // namespace longtake::client
