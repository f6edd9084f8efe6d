#pragma once
// The trained mouth: what the speech network hears, one plausible way to say it
// (the diffusion), made into motion.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/motion/fine_motion.h"
#include "worker/engine/phonetics/mouth_curves.h"
#include "worker/engine/speech/mouth_diffusion.h"
#include "worker/engine/speech/mouth_manifold.h"
#include "worker/engine/speech/recent_results.h"
#include "worker/engine/speech/speech_net.h"

namespace longtake::worker {

// Thread-safe.
class SpeechMotionModel : public FineMotionModel {
 public:
  // `weights`: the bytes of a safetensors file that longtake_train_motion
  // wrote; `name` of it for messages. InvalidArgument: of another version, or
  // damaged.
  static StatusOr<std::unique_ptr<SpeechMotionModel>> Create(
      std::string_view weights, const std::string& name);
  ~SpeechMotionModel() override;

  // Of the code and the weights.
  std::string_view version() const override { return version_; }
  FineMotionReach Reach(FrameRate rate) const override;
  Status SampleWindow(const FineMotionWindow& window,
                      FineMotion* out) const override;

  const SpeechNet& net() const { return *net_; }

 private:
  SpeechMotionModel(std::string version, std::unique_ptr<SpeechNet> net,
                    std::unique_ptr<MouthDiffusion> diffusion);
  class Hearing;  // the mouths of a window's steps
  // Of normalised mel features from `first_hop` on.
  std::shared_ptr<const Hearing> Hear(const FineMotionWindow& window,
                                      const std::vector<float>& features,
                                      int64_t first_hop) const;

  const std::string version_;
  const std::unique_ptr<SpeechNet> net_;
  const MouthManifold manifold_;
  const std::unique_ptr<MouthDiffusion> diffusion_;
  mutable RecentResults<Hearing> heard_;
};

// Writes the curves to their channels, both sides alike; all but the smile,
// which is the expression's (ShapeExpression).
void SetMouth(const MouthCurves& curves, MotionFrame* frame);

}  // namespace longtake::worker
