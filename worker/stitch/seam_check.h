#pragma once
// The gate that every seam passes: how far two neighbouring renders agree where
// they overlap, and whether the picture jumps where one takes over from the
// other. Pure functions of the evidence.

#include <cstdint>

#include "common/job/job.h"
#include "common/status/status.h"
#include "worker/stitch/evidence.h"

namespace longtake::worker {

inline constexpr double kWarnRatio = 1.5;
inline constexpr double kFailRatio = 3.0;
inline constexpr double kFailPsnrDb = 45.0;
inline constexpr double kIdenticalPsnrDb = 99.0;  // stands for infinity
// Frame differences this many frames to both sides are the surroundings.
inline constexpr int64_t kSurroundingFrames = 8;
// Floor of the ratio's denominator: mean absolute luma difference, in grey
// levels of 255. A face at rest changes by less, and no one sees a change of a
// tenth of a level; without a floor any change in a still silence would be
// an endless ratio.
inline constexpr double kFloorLevels = 0.1;

// The numbers behind a verdict.
struct SeamNumbers {
  double psnr_db = 0;
  double ratio = 0;
};
// Fails above kFailRatio or below kFailPsnrDb, warns above kWarnRatio.
SeamVerdict Judge(const SeamNumbers& numbers);

// Scores the seam at frame `cut`, where `left` ends and `right` begins.
//   psnr_db: 10 log10(255^2 / MSE), the lowest over the frames both rendered
//     and the planes y, u, v (a jump in colour must not hide behind luma);
//     kIdenticalPsnrDb where they agree bit for bit, and at most that.
//   motion_distance: largest absolute difference of any channel over the same
//     frames (blendshapes 0..1, angles in radians).
//   ratio: luma difference of left's frame cut - 1 to right's frame cut, over
//     the largest of
//       - the median of the frame differences of left in [cut - 8, cut) and of
//         right in (cut, cut + 8],
//       - the change from cut - 1 to cut that both renders show in themselves
//         (the smaller of the two): motion that both agree on is no seam,
//       - kFloorLevels.
// DataLoss: evidence of other frames or sizes. FailedPrecondition: no frame
// that both rendered, or its neighbours of the cut were not kept.
StatusOr<SeamScore> CompareAt(FrameIndex cut, const SegmentEvidence& left,
                              const SegmentEvidence& right);

}  // namespace longtake::worker
