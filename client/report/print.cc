#include "client/report/print.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace longtake::client {

void Print(FILE* out, const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), out);
}

Status FlushStandardOutput() {
  const bool lost = std::ferror(stdout) != 0;
  if (std::fflush(stdout) == 0 && !lost) return OkStatus();
  return ResourceExhausted(
      "standard output could not be written: make room where it goes");
}

void FillStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // open gives the lowest free number: with those below filled, this one.
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
      (void)::open("/dev/null", O_RDWR);
    }
  }
}

}  // namespace longtake::client
