#include "client/progress/progress_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace longtake::client {
namespace {

constexpr int kMostBarCells = 24;
constexpr int kLeastBarCells = 8;
// The bar changes by so many cells at a time, not with every digit beside it.
constexpr int kBarStep = 4;
// Less time than this says nothing about speed.
constexpr absl::Duration kLeastWindow = absl::Milliseconds(500);

std::string Bar(const JobProgress& p, int cells) {
  int64_t filled = 0;
  if (p.frames_total > 0) {
    filled = cells * std::min(p.frames_done, p.frames_total) / p.frames_total;
  }
  const std::string done(static_cast<size_t>(filled), '#');
  return fmt::format("[{:-<{}}]", done, cells);
}

// How much is said beside the bar.
enum class Wording { kFull, kShort, kEssential };

std::string Speed(const ProgressFigures& f, Wording wording) {
  if (f.frames_per_second <= 0 || wording == Wording::kEssential) return "";
  const bool full = wording == Wording::kFull;
  return fmt::format("  {:.1f} {}  {:.2f}x{}", f.frames_per_second,
                     full ? "frames/s" : "fps", f.realtime_factor,
                     full ? " real time" : "");
}

std::string Counts(const ProgressFigures& f, Wording wording) {
  std::string text;
  if (f.progress.segments_total > 0) {
    text += fmt::format("  {}/{} {}", f.progress.segments_done,
                        f.progress.segments_total,
                        wording == Wording::kFull ? "segments" : "seg");
  }
  text += Speed(f, wording);
  if (f.remaining != absl::InfiniteDuration() &&
      f.remaining > absl::ZeroDuration()) {
    text += fmt::format("  {} to go", FormatClock(f.remaining));
  }
  return text;
}

// The line with the widest bar that fits `width`; empty where none does.
std::string LineWithBar(const ProgressFigures& f, Wording wording, int width) {
  const std::string stage = fmt::format("{:<8} ", f.progress.stage);
  const std::string counts = Counts(f, wording);
  const size_t beside = stage.size() + 2 + counts.size();
  const int left = width - static_cast<int>(beside);
  const int cells = std::min(kMostBarCells, left) / kBarStep * kBarStep;
  if (cells < kLeastBarCells) return "";
  return stage + Bar(f.progress, cells) + counts;
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
  const Sample sample = {now, progress.frames_done};
  if (samples_.empty()) first_ = last_rise_ = sample;
  if (sample.frames > last_rise_.frames) last_rise_ = sample;
  samples_.push_back(sample);
  // One sample as old as the window is kept, to measure across all of it.
  while (samples_.size() > 2 && now - samples_[1].at >= kWindow) {
    samples_.pop_front();
  }
  ProgressFigures figures;
  figures.progress = progress;
  SetSpeed(samples_.front(), sample, &figures);
  if (figures.frames_per_second > 0 && progress.frames_total > 0) {
    const int64_t left =
        std::max<int64_t>(0, progress.frames_total - progress.frames_done);
    figures.remaining =
        absl::Seconds(static_cast<double>(left) / figures.frames_per_second);
  }
  return figures;
}

ProgressFigures ProgressMeter::Average() const {
  ProgressFigures figures;
  SetSpeed(first_, last_rise_, &figures);
  return figures;
}

void ProgressMeter::SetSpeed(const Sample& from, const Sample& to,
                             ProgressFigures* figures) const {
  const absl::Duration elapsed = to.at - from.at;
  const int64_t frames = to.frames - from.frames;
  if (elapsed < kLeastWindow || frames <= 0) return;
  figures->frames_per_second =
      static_cast<double>(frames) / absl::ToDoubleSeconds(elapsed);
  figures->realtime_factor = figures->frames_per_second / rate_.AsDouble();
}

std::string FormatBar(const ProgressFigures& figures, int width) {
  constexpr Wording kFromLongest[] = {Wording::kFull, Wording::kShort,
                                      Wording::kEssential};
  // Speed is worth more than a bar: the bar goes before it does.
  for (const Wording wording : kFromLongest) {
    std::string line = LineWithBar(figures, wording, width);
    if (wording == Wording::kShort && line.empty()) {
      line = figures.progress.stage + Counts(figures, wording);
    }
    if (!line.empty() && line.size() <= static_cast<size_t>(width)) return line;
  }
  return (figures.progress.stage + Counts(figures, Wording::kEssential))
      .substr(0, static_cast<size_t>(std::max(width, 0)));
}

std::string FormatPlain(const ProgressFigures& figures) {
  return figures.progress.stage + Counts(figures, Wording::kFull);
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
