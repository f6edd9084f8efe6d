#pragma once
// Seams as they look in the finished film: does the picture jump where one
// segment takes over from another? Pure.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "common/media_time/media_time.h"
#include "worker/quality/picture_meter.h"

namespace longtake::worker {

// Changes of so many pictures to both sides are a seam's surroundings.
inline constexpr int kSeamSurroundings = 8;
// Least change, levels, that a seam's is compared with: less can't be seen, and
// a face at rest changes by less.
inline constexpr double kSeamFloorLevels = 0.1;
// Keyframes this far away, seconds, are compared with a seam: they draw the
// picture anew too, and show it.
inline constexpr double kSeamKeyframeSeconds = 5;

struct FilmSeam {
  FrameIndex frame = 0;  // the first one after the seam
  double seconds = 0;
  // Change into that frame, over the largest of
  //   - the median change of the kSeamSurroundings frames on each side,
  //   - the change into the nearest keyframe before or after it, whichever is
  //     smaller,
  //   - kSeamFloorLevels.
  // 1 is no seam at all.
  double ratio = 0;
  double change_levels = 0;  // mean absolute difference of luma
};

// Which frames are seams: told by the job; or, in a take whose job is unknown,
// all keyframes, among which the seams are; or none.
struct SeamPlaces {
  std::vector<FrameIndex> frames;  // rising
  bool keyframes = false;
};

// One thread only.
class SeamScores {
 public:
  explicit SeamScores(SeamPlaces places);

  // Pictures in order, `place` by TimingCheck.
  void Add(FrameIndex place, const PictureRecord& record);
  // Once, after the last.
  std::vector<FilmSeam> Finish();

 private:
  struct Step {
    FrameIndex place = 0;
    double seconds = 0;
    PictureChange change;
    bool seam = false, key = false;
  };
  // A keyframe or a seam, with what lies about it.
  struct Place {
    FilmSeam score;
    double around = 0;  // median change
    bool seam = false, key = false;
  };
  void Pass(size_t middle);
  void Score(const Place& place, const Place* next);

  const SeamPlaces places_;
  size_t next_ = 0;  // in places_.frames
  std::deque<Step> steps_;
  size_t passed_ = 0;                     // of steps_
  std::optional<Place> before_, latest_;  // the second waits for the next
  std::vector<FilmSeam> seams_;
};

}  // namespace longtake::worker
