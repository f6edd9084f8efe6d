#pragma once
// Shows a job's progress to a person: one line that renews itself on a
// terminal, a line now and then elsewhere.

#include <cstdio>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/progress/progress_meter.h"

namespace longtake::client {

// Thread-safe.
class ProgressPrinter {
 public:
  struct Options {
    FILE* out = stderr;  // borrowed
    bool terminal = false;
    FrameRate rate;
    absl::Duration plain_interval = absl::Seconds(10);
  };
  explicit ProgressPrinter(Options options);
  // Ends the renewed line.
  ~ProgressPrinter();

  // Not on a terminal, the first line comes with the first frame: a job that
  // can't begin leaves its reason alone on the screen.
  void Show(const JobProgress& progress, absl::Time now);
  // The job has ended; not on a terminal, tells its average speed.
  void ShowEnd(const JobProgress& progress, absl::Time now);
  // A line of its own.
  void Say(const std::string& text);

 private:
  void ClearLine() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  ProgressMeter meter_ ABSL_GUARDED_BY(mutex_);
  bool line_shown_ ABSL_GUARDED_BY(mutex_) = false;
  std::string last_stage_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_plain_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// True where `out` is a terminal that can renew a line.
bool IsTerminal(FILE* out);

}  // namespace longtake::client
