#include "client/progress/progress_printer.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "client/report/print.h"

namespace longtake::client {
namespace {

constexpr int kFallbackWidth = 80;
constexpr char kClearLine[] = "\r\033[K";

int WidthOf(FILE* out) {
  winsize size = {};
  if (::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 1) {
    // The last column would make some terminals wrap.
    return size.ws_col - 1;
  }
  return kFallbackWidth - 1;
}

}  // namespace

ProgressPrinter::ProgressPrinter(Options options)
    : options_(options), meter_(options.rate) {}

ProgressPrinter::~ProgressPrinter() {
  absl::MutexLock lock(&mutex_);
  ClearLine();
  std::fflush(options_.out);
}

void ProgressPrinter::ClearLine() {
  if (!line_shown_) return;
  std::fputs(kClearLine, options_.out);
  line_shown_ = false;
}

void ProgressPrinter::Show(const JobProgress& progress, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const ProgressFigures figures = meter_.Update(progress, now);
  if (options_.terminal) {
    Print(options_.out, fmt::format("{}{}", kClearLine,
                                    FormatBar(figures, WidthOf(options_.out))));
    line_shown_ = true;
  } else {
    if (progress.frames_done == 0) return;
    const bool new_stage = progress.stage != last_stage_;
    if (!new_stage && now - last_plain_ < options_.plain_interval) return;
    Print(options_.out, fmt::format("{}\n", FormatPlain(figures)));
    last_plain_ = now;
  }
  last_stage_ = progress.stage;
  std::fflush(options_.out);
}

void ProgressPrinter::ShowEnd(const JobProgress& progress, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  (void)meter_.Update(progress, now);
  if (options_.terminal || progress.frames_done == 0) return;
  ProgressFigures figures = meter_.Average();
  figures.progress = progress;
  Print(options_.out,
        fmt::format("{}{}\n", FormatPlain(figures),
                    figures.frames_per_second > 0 ? "  on average" : ""));
  std::fflush(options_.out);
}

void ProgressPrinter::Say(const std::string& text) {
  absl::MutexLock lock(&mutex_);
  ClearLine();
  Print(options_.out, fmt::format("{}\n", text));
  std::fflush(options_.out);
}

bool IsTerminal(FILE* out) {
  const char* kind = std::getenv("TERM");
  return ::isatty(::fileno(out)) == 1 && kind != nullptr &&
         std::strcmp(kind, "dumb") != 0;
}

}  // namespace longtake::client
