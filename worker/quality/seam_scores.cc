#include "worker/quality/seam_scores.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace longtake::worker {
namespace {

constexpr size_t kAround = static_cast<size_t>(kSeamSurroundings);

double Median(std::vector<float> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return static_cast<double>(values.size() % 2 == 1
                                 ? values[half]
                                 : (values[half - 1] + values[half]) / 2);
}

}  // namespace

SeamScores::SeamScores(SeamPlaces places) : places_(std::move(places)) {}

void SeamScores::Add(FrameIndex place, const PictureRecord& record) {
  while (next_ < places_.frames.size() && places_.frames[next_] < place) {
    ++next_;
  }
  const bool told =
      next_ < places_.frames.size() && places_.frames[next_] == place;
  Step step;
  step.place = place;
  step.seconds = static_cast<double>(record.stamp.time_us) * 1e-6;
  step.change = record.change;
  step.key = record.change.known && record.stamp.key;
  step.seam = record.change.known && (told || (places_.keyframes && step.key));
  steps_.push_back(step);
  if (steps_.size() > 2 * kAround + 1) {
    steps_.pop_front();
    --passed_;
  }
  // All that have their surroundings by now.
  while (passed_ + kAround < steps_.size()) Pass(passed_++);
}

void SeamScores::Pass(size_t middle) {
  const Step& step = steps_[middle];
  if (!step.seam && !step.key) return;
  std::vector<float> changes;
  const size_t first = middle > kAround ? middle - kAround : 0;
  for (size_t i = first; i < steps_.size() && i <= middle + kAround; ++i) {
    if (i != middle && steps_[i].change.known) {
      changes.push_back(steps_[i].change.mean);
    }
  }
  Place place;
  place.score.frame = step.place;
  place.score.seconds = step.seconds;
  place.score.change_levels = static_cast<double>(step.change.mean);
  place.around = Median(std::move(changes));
  place.seam = step.seam;
  place.key = step.key;
  if (latest_) Score(*latest_, &place);
  if (latest_) before_ = latest_;
  latest_ = place;
}

void SeamScores::Score(const Place& place, const Place* next) {
  if (!place.seam) return;
  std::optional<double> keyframe;
  const Place* const before = before_ ? &*before_ : nullptr;
  for (const Place* other : {before, next}) {
    if (other == nullptr || !other->key ||
        std::abs(other->score.seconds - place.score.seconds) >
            kSeamKeyframeSeconds) {
      continue;
    }
    const double change = other->score.change_levels;
    keyframe = keyframe ? std::min(*keyframe, change) : change;
  }
  FilmSeam score = place.score;
  score.ratio =
      score.change_levels /
      std::max({place.around, keyframe.value_or(0), kSeamFloorLevels});
  seams_.push_back(score);
}

std::vector<FilmSeam> SeamScores::Finish() {
  while (passed_ < steps_.size()) Pass(passed_++);
  if (latest_) Score(*latest_, nullptr);
  return std::move(seams_);
}

}  // namespace longtake::worker
