#include "worker/quality/timing_check.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {
namespace {

double RateOf(FrameRate r) { return r.num > 0 && r.den > 0 ? r.AsDouble() : 0; }

}  // namespace

TimingCheck::TimingCheck(FrameRate grid, FrameRate tick_hz)
    : rate_(RateOf(grid)), tick_hz_(RateOf(tick_hz)) {}

double TimingCheck::Seconds(int64_t ticks) const {
  return tick_hz_ > 0 ? static_cast<double>(ticks) / tick_hz_ : 0;
}

FrameIndex TimingCheck::Add(int64_t ticks) {
  const FrameIndex count = found_.frames++;
  if (count == 0) {
    first_ticks_ = last_ticks_ = ticks;
    return last_place_ = 0;
  }
  if (ticks <= last_ticks_) ++found_.not_later;
  last_ticks_ = std::max(last_ticks_, ticks);
  if (rate_ <= 0 || tick_hz_ <= 0) return ++last_place_;
  // Places in doubles: exact far beyond a day at 120 pictures a second.
  const double at = Seconds(ticks - first_ticks_) * rate_;
  const auto place = static_cast<FrameIndex>(std::llround(at));
  const double error = std::abs(at - static_cast<double>(place)) / rate_;
  if (error > 1.001 / tick_hz_) ++found_.off_grid;
  found_.worst_error_ms = std::max(found_.worst_error_ms, 1000 * error);
  if (place > last_place_ + 1) {
    found_.missing += place - last_place_ - 1;
    if (found_.gap_seconds.size() < kMostPlaces) {
      found_.gap_seconds.push_back(
          Seconds(first_ticks_) + static_cast<double>(last_place_ + 1) / rate_);
    }
  }
  last_place_ = std::max(last_place_, place);
  return place;
}

TimingFindings TimingCheck::Findings() const {
  TimingFindings found = found_;
  found.begin_seconds = Seconds(first_ticks_);
  found.end_seconds = Seconds(last_ticks_) + (rate_ > 0 ? 1 / rate_ : 0);
  return found;
}

}  // namespace longtake::worker
