#pragma once
// An engine for tests: cheap enough for hours of video in seconds, and honest:
// its pictures depend on the identity, the motion and the frame index, its
// motion on the audio, the seed and the key motions. Faults can be planted.

#include <atomic>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// Frame numbers are absolute; -1 plants nothing. Renderers see no segments, so
// "a run" is a renderer's series of consecutive indices: one rendered segment.
// Counts are over the life of the engine.
struct SyntheticFaults {
  // In a run that began at or before this frame, the pictures from it on are
  // displaced by shift_pixels: what its end overlap shows, no neighbour shows.
  FrameIndex shift_from = -1;
  int shift_pixels = 24;
  int shift_runs = 1 << 30;  // so many runs, then no more

  // Drawing this frame fails with fail_code, so many times.
  FrameIndex fail_at = -1;
  StatusCode fail_code = StatusCode::kUnavailable;
  int fail_times = 1 << 30;

  // Slept before each frame is drawn.
  absl::Duration wait_per_frame = absl::ZeroDuration();
};

struct SyntheticOptions {
  EngineDescription description = {"synthetic", "1", "synthetic-1", 2};
  SyntheticFaults faults;
};

// Samples on each side of a frame's start that its motion hears.
inline constexpr int64_t kSyntheticReachSamples = 1600;

// Thread-safe. A portrait of one flat colour has no face (InvalidArgument). The
// one control is "jaw", a decimal number from 0 to 2; the guides are "nod", a
// number from 0 to 1, and "transcript", clauses of a second each on lines of
// their own, not believed where they have a question mark.
class SyntheticEngine : public Engine {
 public:
  explicit SyntheticEngine(SyntheticOptions options = {});

  const EngineDescription& Describe() const override;
  StatusOr<EncodedIdentity> EncodeIdentity(
      const Image& portrait, const IdentityOptions& options) const override;
  StatusOr<MotionPlan> PlanMotion(const MotionRequest& request) const override;
  StatusOr<std::string> MotionInputDigest(const MotionRequest& request,
                                          const std::string& key_motions,
                                          FrameRange range) const override;
  StatusOr<MotionTrack> SampleMotion(const MotionRequest& request,
                                     const std::string& key_motions,
                                     FrameRange range) const override;
  StatusOr<std::unique_ptr<FrameRenderer>> OpenRenderer(
      const std::string& identity_latent) const override;

  int64_t frames_drawn() const;
  int renderers_opened() const;

  // What renderers share with the engine that opened them.
  struct Shared {
    SyntheticFaults faults;
    std::atomic<int> shifted_runs = 0;
    std::atomic<int> failures = 0;
    std::atomic<int64_t> frames_drawn = 0;
    std::atomic<int> renderers_opened = 0;
  };

 private:
  const EngineDescription description_;
  const std::shared_ptr<Shared> shared_;
};

}  // namespace longtake::worker
