#include "client/progress/progress_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace longtake::client {
namespace {

constexpr int kBarCells = 24;
// Less time than this says nothing about speed.
constexpr absl::Duration kLeastWindow = absl::Milliseconds(500);

std::string Bar(const JobProgress& p) {
  int64_t filled = 0;
  if (p.frames_total > 0) {
    filled =
        kBarCells * std::min(p.frames_done, p.frames_total) / p.frames_total;
  }
  const std::string done(static_cast<size_t>(filled), '#');
  return fmt::format("[{:-<{}}]", done, kBarCells);
}

std::string Counts(const ProgressFigures& f) {
  std::string text;
  if (f.progress.segments_total > 0) {
    text += fmt::format("  {}/{} segments", f.progress.segments_done,
                        f.progress.segments_total);
  }
  if (f.frames_per_second > 0) {
    text += fmt::format("  {:.1f} frames/s  {:.2f}x real time",
                        f.frames_per_second, f.realtime_factor);
  }
  if (f.remaining != absl::InfiniteDuration() &&
      f.remaining > absl::ZeroDuration()) {
    text += fmt::format("  {} to go", FormatClock(f.remaining));
  }
  return text;
}

}  // namespace

ProgressFigures ProgressMeter::Update(const JobProgress& progress,
                                      absl::Time now) {
  // A retried job may count fewer frames than before: measure anew.
  if (!samples_.empty() && progress.frames_done < samples_.back().frames) {
    samples_.clear();
  }
  // The time before the first frame is analysis, not rendering.
  if (progress.frames_done == 0) samples_.clear();
  samples_.push_back({now, progress.frames_done});
  // One sample as old as the window is kept, to measure across all of it.
  while (samples_.size() > 2 && now - samples_[1].at >= kWindow) {
    samples_.pop_front();
  }
  ProgressFigures figures;
  figures.progress = progress;
  const absl::Duration elapsed = now - samples_.front().at;
  const int64_t frames = progress.frames_done - samples_.front().frames;
  if (elapsed < kLeastWindow || frames <= 0) return figures;
  figures.frames_per_second =
      static_cast<double>(frames) / absl::ToDoubleSeconds(elapsed);
  figures.realtime_factor = figures.frames_per_second / rate_.AsDouble();
  if (progress.frames_total > 0) {
    const int64_t left =
        std::max<int64_t>(0, progress.frames_total - progress.frames_done);
    figures.remaining =
        absl::Seconds(static_cast<double>(left) / figures.frames_per_second);
  }
  return figures;
}

std::string FormatBar(const ProgressFigures& figures, int width) {
  std::string line = fmt::format("{:<8} {}{}", figures.progress.stage,
                                 Bar(figures.progress), Counts(figures));
  if (width > 0 && line.size() > static_cast<size_t>(width)) {
    line.resize(static_cast<size_t>(width));
  }
  return line;
}

std::string FormatPlain(const ProgressFigures& figures) {
  return fmt::format("{}{}", figures.progress.stage, Counts(figures));
}

std::string FormatClock(absl::Duration duration) {
  const int64_t seconds =
      static_cast<int64_t>(std::ceil(absl::ToDoubleSeconds(duration)));
  const int64_t hours = seconds / 3600;
  const int64_t minutes = seconds / 60 % 60;
  if (hours > 0) {
    return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
  }
  return fmt::format("{}:{:02}", minutes, seconds % 60);
}

}  // namespace longtake::client
