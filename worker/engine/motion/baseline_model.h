#pragma once
// The baseline that a trained model has to beat: the mouth follows the
// loudness and the spectral shape of the speech, with real closures; expression
// follows stress. No weights.

#include "worker/engine/motion/fine_motion.h"

namespace longtake::worker {

// Stateless, thread-safe.
class BaselineMotionModel : public FineMotionModel {
 public:
  std::string_view version() const override { return "baseline-1"; }
  FineMotionReach Reach(FrameRate rate) const override;
  Status SampleWindow(const FineMotionWindow& window,
                      FineMotion* out) const override;
};

}  // namespace longtake::worker
