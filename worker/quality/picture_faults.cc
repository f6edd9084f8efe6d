#include "worker/quality/picture_faults.h"

#include <algorithm>
#include <utility>

namespace longtake::worker {
namespace {

// So many pictures beside a run tell whether there was motion.
constexpr size_t kFlank = 4;
// A keyframe draws a still picture anew: everywhere a little differently, and
// nowhere much.
constexpr double kRefreshMean = 1.5;
constexpr double kRefreshPatch = 8;

double Seconds(const PictureRecord& record) {
  return static_cast<double>(record.stamp.time_us) * 1e-6;
}

// Of one number of each; 0 of none.
double Median(const std::vector<PictureChange>& changes,
              float PictureChange::*part) {
  if (changes.empty()) return 0;
  std::vector<float> values;
  for (const PictureChange& change : changes) values.push_back(change.*part);
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

// Whether a run is the picture before it, shown again, by those at one side.
bool InMotion(const std::vector<PictureChange>& side, double most_mean) {
  return Median(side, &PictureChange::patch) >= kMovingPatch &&
         most_mean <= kRepeatShare * Median(side, &PictureChange::mean);
}

void AddSpan(const PictureSpan& span, std::vector<PictureSpan>* spans) {
  if (spans->size() < kMostPlaces) spans->push_back(span);
}

}  // namespace

PictureFaults::PictureFaults(double seconds_each) : each_(seconds_each) {}

void PictureFaults::AddBlack(const PictureRecord& record, double at) {
  const bool black = static_cast<double>(record.dark_share) >= kBlackShare;
  if (black) {
    ++found_.black;
    if (!black_) {
      AddSpan({at, at + each_}, &found_.black_spans);
    } else if (found_.black_spans.size() < kMostPlaces) {
      found_.black_spans.back().end_seconds = at + each_;
    }
  }
  black_ = black;
}

void PictureFaults::Judge(const Run& run) {
  const PictureSpan span = {run.begin, run.end};
  if (span.seconds() >= kLeastStillSeconds) {
    // Else a face that has come to rest.
    if (2 * run.still < run.pictures) return;
    found_.still_seconds += span.seconds();
    AddSpan(span, &found_.still_spans);
    return;
  }
  if (!InMotion(run.before, run.most_mean) ||
      !InMotion(run.after, run.most_mean)) {
    return;
  }
  found_.duplicates += run.pictures;
  for (const double place : run.places) {
    if (found_.duplicate_seconds.size() < kMostPlaces) {
      found_.duplicate_seconds.push_back(place);
    }
  }
}

bool PictureFaults::Repeats(const PictureChange& change) const {
  return recent_.size() == kFlank &&
         static_cast<double>(change.patch) < kRepeatPatch &&
         static_cast<double>(change.mean) <=
             kRepeatShare * Median(recent_, &PictureChange::mean);
}

void PictureFaults::EndRun() {
  if (!run_) return;
  if (waiting_) Judge(*waiting_);
  waiting_ = std::exchange(run_, std::nullopt);
}

void PictureFaults::AddStill(const PictureRecord& record, double at) {
  const PictureChange& change = record.change;
  if (!change.known) return;
  // Black pictures are alike; they are counted as what they are.
  if (black_) {
    EndRun();
    return;
  }
  const bool still = static_cast<double>(change.patch) < kStillPatch;
  if (still || Repeats(change)) {
    if (!run_) {
      run_.emplace();
      run_->begin = at - each_;
      run_->before = recent_;
    }
    run_->end = at + each_;
    ++run_->pictures;
    run_->still += still ? 1 : 0;
    run_->most_mean =
        std::max(run_->most_mean, static_cast<double>(change.mean));
    if (run_->places.size() < kMostPlaces) run_->places.push_back(at);
    refreshed_ = false;
    return;
  }
  const bool refresh = record.stamp.key &&
                       static_cast<double>(change.patch) < kRefreshPatch &&
                       static_cast<double>(change.mean) < kRefreshMean;
  if (run_ && refresh && !refreshed_) {
    refreshed_ = true;
    return;
  }
  refreshed_ = false;
  EndRun();
  if (waiting_) {
    waiting_->after.push_back(change);
    if (waiting_->after.size() == kFlank) {
      Judge(*std::exchange(waiting_, std::nullopt));
    }
  }
  recent_.push_back(change);
  if (recent_.size() > kFlank) recent_.erase(recent_.begin());
}

void PictureFaults::Add(const PictureRecord& record) {
  const double at = Seconds(record);
  AddBlack(record, at);
  AddStill(record, at);
}

PictureFindings PictureFaults::Finish() {
  if (waiting_) Judge(*std::exchange(waiting_, std::nullopt));
  if (run_) Judge(*std::exchange(run_, std::nullopt));
  return std::move(found_);
}

}  // namespace longtake::worker
