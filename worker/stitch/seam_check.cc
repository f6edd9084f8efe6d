#include "worker/stitch/seam_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace longtake::worker {
namespace {

// Decibels of one plane against another of its size.
double PlanePsnr(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  uint64_t sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const int d = a[i] - b[i];
    sum += static_cast<uint64_t>(d * d);
  }
  if (sum == 0) return kIdenticalPsnrDb;
  const double mse = static_cast<double>(sum) / static_cast<double>(a.size());
  return std::min(kIdenticalPsnrDb, 10 * std::log10(255.0 * 255.0 / mse));
}

double FramePsnr(const OverlapFrame& a, const OverlapFrame& b) {
  if (a.sha256 == b.sha256) return kIdenticalPsnrDb;
  return std::min({PlanePsnr(a.planes.y, b.planes.y),
                   PlanePsnr(a.planes.u, b.planes.u),
                   PlanePsnr(a.planes.v, b.planes.v)});
}

double MotionDistance(const MotionFrame& a, const MotionFrame& b) {
  double distance = 0;
  for (size_t c = 0; c < a.size(); ++c) {
    const double d = std::abs(static_cast<double>(a[c]) - b[c]);
    // A NaN compares with nothing; it must not pass for agreement.
    distance = std::isnan(d) ? HUGE_VAL : std::max(distance, d);
  }
  return distance;
}

// The change from frame f - 1 to f within one render; false where that pair was
// not rendered.
bool ChangeAt(const SegmentEvidence& e, FrameIndex f, double* sad) {
  if (f <= e.rendered.begin || f >= e.rendered.end) return false;
  *sad = static_cast<double>(
      e.luma_sad[static_cast<size_t>(f - e.rendered.begin)]);
  return true;
}

double SurroundingMedian(FrameIndex cut, const SegmentEvidence& left,
                         const SegmentEvidence& right) {
  std::vector<double> changes;
  double sad = 0;
  for (FrameIndex f = cut - kSurroundingFrames; f < cut; ++f) {
    if (ChangeAt(left, f, &sad)) changes.push_back(sad);
  }
  for (FrameIndex f = cut + 1; f <= cut + kSurroundingFrames; ++f) {
    if (ChangeAt(right, f, &sad)) changes.push_back(sad);
  }
  if (changes.empty()) return 0;
  std::sort(changes.begin(), changes.end());
  const size_t half = changes.size() / 2;
  return changes.size() % 2 == 1 ? changes[half]
                                 : (changes[half - 1] + changes[half]) / 2;
}

double AgreedChange(FrameIndex cut, const SegmentEvidence& left,
                    const SegmentEvidence& right) {
  double in_left = 0, in_right = 0;
  if (!ChangeAt(left, cut, &in_left) || !ChangeAt(right, cut, &in_right)) {
    return 0;
  }
  return std::min(in_left, in_right);
}

Status CheckNeighbours(FrameIndex cut, const SegmentEvidence& left,
                       const SegmentEvidence& right) {
  if (left.range.end != cut || right.range.begin != cut) {
    return DataLoss(fmt::format(
        "seam at frame {}: evidence of [{}, {}) and [{}, {}) does not meet "
        "there",
        cut, left.range.begin, left.range.end, right.range.begin,
        right.range.end));
  }
  if (left.width != right.width || left.height != right.height) {
    return DataLoss(fmt::format("seam at frame {}: {}x{} pixels meet {}x{}",
                                cut, left.width, left.height, right.width,
                                right.height));
  }
  return OkStatus();
}

}  // namespace

SeamVerdict Judge(const SeamNumbers& n) {
  // Written so that a NaN fails.
  if (!(n.ratio <= kFailRatio) || !(n.psnr_db >= kFailPsnrDb)) {
    return SeamVerdict::kFail;
  }
  return n.ratio > kWarnRatio ? SeamVerdict::kWarn : SeamVerdict::kPass;
}

StatusOr<SeamScore> CompareAt(FrameIndex cut, const SegmentEvidence& left,
                              const SegmentEvidence& right) {
  LT_RETURN_IF_ERROR(CheckNeighbours(cut, left, right));
  SeamScore score;
  score.frame = cut;
  score.psnr_db = kIdenticalPsnrDb;
  int shared = 0;
  for (const OverlapFrame& a : left.frames) {
    const OverlapFrame* b = right.Find(a.index);
    // Short segments keep frames of their other seam too.
    if (b == nullptr) continue;
    ++shared;
    score.psnr_db = std::min(score.psnr_db, FramePsnr(a, *b));
    score.motion_distance =
        std::max(score.motion_distance, MotionDistance(a.motion, b->motion));
  }
  const OverlapFrame* before = left.Find(cut - 1);
  const OverlapFrame* after = right.Find(cut);
  if (shared == 0 || before == nullptr || after == nullptr) {
    return FailedPrecondition(fmt::format(
        "seam at frame {}: the segments beside it share no rendered frame: "
        "render with an overlap of at least 1",
        cut));
  }
  const double jump =
      static_cast<double>(LumaSad(before->planes, after->planes));
  const double floor = kFloorLevels * left.width * left.height;
  score.ratio = jump / std::max({SurroundingMedian(cut, left, right),
                                 AgreedChange(cut, left, right), floor});
  score.verdict = Judge({score.psnr_db, score.ratio});
  return score;
}

}  // namespace longtake::worker
