#include "client/cli/interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "client/report/report.h"

namespace longtake::client {
namespace {

constexpr char kSignalled = 's';
constexpr char kEnd = 'e';

// A handler has no other way to its object.
std::atomic<int> pipe_for_handler{-1};

void OnSignal(int) {
  const int saved = errno;
  const int fd = pipe_for_handler.load();
  if (fd >= 0) (void)!::write(fd, &kSignalled, 1);
  errno = saved;
}

}  // namespace

Interrupts::Interrupts(std::function<void()> on_first)
    : on_first_(std::move(on_first)) {
  int ends[2] = {-1, -1};
  // Without a pipe Ctrl-C keeps its default action.
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  read_end_ = ends[0];
  write_end_ = ends[1];
  pipe_for_handler.store(write_end_);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_int_);
  ::sigaction(SIGTERM, &action, &before_term_);
  ::sigaction(SIGHUP, &action, &before_hup_);
  // nohup: to outlive the terminal is what was asked for.
  if (before_hup_.sa_handler == SIG_IGN) {
    ::sigaction(SIGHUP, &before_hup_, nullptr);
  }
  listener_ = std::jthread([this] { Listen(); });
}

Interrupts::~Interrupts() {
  if (write_end_ < 0) return;
  ::sigaction(SIGINT, &before_int_, nullptr);
  ::sigaction(SIGTERM, &before_term_, nullptr);
  ::sigaction(SIGHUP, &before_hup_, nullptr);
  pipe_for_handler.store(-1);
  (void)!::write(write_end_, &kEnd, 1);
  listener_.join();
  ::close(read_end_);
  ::close(write_end_);
}

void Interrupts::Listen() {
  while (true) {
    char what = 0;
    const ssize_t n = ::read(read_end_, &what, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n != 1 || what == kEnd) return;
    if (source_.stop_requested()) ::_exit(kExitInterrupted);
    source_.request_stop();
    on_first_();
  }
}

}  // namespace longtake::client
