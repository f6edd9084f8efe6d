#pragma once
// How fast a job goes and when it will be done, from its progress over time.

#include <deque>
#include <string>

#include "absl/time/time.h"
#include "common/job/job_view.h"
#include "common/media_time/media_time.h"

namespace longtake::client {

struct ProgressFigures {
  JobProgress progress;
  double frames_per_second = 0;  // 0 = not known yet
  double realtime_factor = 0;
  absl::Duration remaining = absl::InfiniteDuration();  // infinite = not known
};

// One thread only.
class ProgressMeter {
 public:
  explicit ProgressMeter(FrameRate rate) : rate_(rate) {}

  // `now` does not go back. Speed is that of the last kWindow.
  ProgressFigures Update(const JobProgress& progress, absl::Time now);

  // The speed over everything that was seen to render, the time after the last
  // frame left out. No progress, no time to go.
  ProgressFigures Average() const;

  static constexpr absl::Duration kWindow = absl::Seconds(15);

 private:
  struct Sample {
    absl::Time at;
    int64_t frames = 0;
  };
  // Leaves what takes too little time to measure at zero.
  void SetSpeed(const Sample& from, const Sample& to,
                ProgressFigures* figures) const;

  const FrameRate rate_;
  Sample first_;      // no frame yet, or what there was when watching began
  Sample last_rise_;  // when frames_done last rose
  std::deque<Sample> samples_;
};

// One line, at most `width` characters: stage, bar, segments, frames a second,
// x real time, time to go. A narrow line loses bar, then words, then speed;
// segments and time to go stay longest.
std::string FormatBar(const ProgressFigures& figures, int width);
// The same without a bar, for logs.
std::string FormatPlain(const ProgressFigures& figures);
// "0:07", "12:34", "1:02:03".
std::string FormatClock(absl::Duration duration);

}  // namespace longtake::client
