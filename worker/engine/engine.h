#pragma once
// What the farm asks of an engine, and nothing else: describe yourself, encode
// an identity, plan the motion of the whole job, sample the motion of any frame
// range, draw any frame. Every answer is a pure function of its arguments: no
// state from an earlier call, no clock, no process-wide randomness. That is
// what makes one worker and a hundred produce the same bytes.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/job/transcript_report.h"
#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/image.h"
#include "worker/engine/motion/motion_track.h"

namespace longtake::worker {

// Sample rate of all analysis audio.
inline constexpr int32_t kAnalysisSampleRateHz = 16000;

// Random access to the job's mono audio at kAnalysisSampleRateHz, in [-1, 1].
// Thread-compatible.
class PcmReader {
 public:
  virtual ~PcmReader() = default;
  virtual int64_t size_samples() const = 0;
  // Fills `out` with samples first, first+1, …; places before 0 or past the end
  // read as 0. Fails only on I/O.
  virtual Status Read(int64_t first, std::span<float> out) const = 0;
};

// A file that shapes the planned motion: cues, keyframes, the words spoken.
struct Guide {
  std::string text;  // its bytes, unchecked
  std::string name;  // for messages only
};
using Guides = std::map<std::string, Guide>;  // by role

// Everything motion depends on. References are borrowed for the call.
struct MotionRequest {
  const PcmReader& pcm;
  int64_t total_frames = 0;
  FrameRate rate;
  uint64_t seed = 0;
  // The job's engine controls, e.g. {"pose", "0.5"}; unknown keys are
  // InvalidArgument.
  const std::map<std::string, std::string>& controls;
  // Borrowed for the call; null: none. PlanMotion alone reads them, and what it
  // takes from them is in the key motions. Unknown roles are InvalidArgument.
  const Guides* guides = nullptr;
};

struct MotionPlan {
  std::string key_motions;  // of the whole job, bytes that the engine reads
  // How the words of a transcript fit the sound; empty without a transcript.
  std::vector<TranscriptClause> transcript;
};

struct EngineDescription {
  std::string name;     // "hilm"
  std::string version;  // rises when any output can change
  // Device kind, instruction set, library versions and thread counts: equal
  // classes give equal bits.
  std::string numerics_class;
  int overlap_frames = 2;  // rendered past each end as evidence for the seams
  // The same when a segment is rendered again because its seam failed. More
  // than overlap_frames helps an engine that carries state from frame to frame;
  // 0 = overlap_frames.
  int repair_overlap_frames = 0;
};

struct IdentityOptions {
  int width = 512;  // output size, pixels, even
  int height = 512;
  std::string portrait_name;  // for messages only
  int face = 0;       // 1 = the largest; 0 = that, with a warning beside others
  int max_faces = 0;  // more are InvalidArgument; 0 = any number
};

struct EncodedIdentity {
  std::string
      latent;  // safetensors bytes; self-contained input of OpenRenderer
  std::vector<std::string> warnings;
};

// Draws frames of one identity. One thread only.
class FrameRenderer {
 public:
  virtual ~FrameRenderer() = default;
  // Draws absolute frame `index` with `motion` into `out` (resized as needed).
  virtual Status Render(const MotionFrame& motion, FrameIndex index,
                        Image* out) = 0;

  // How many frames this renderer draws in one go: RenderBatch is best called
  // with as many. 1: one by one.
  virtual int preferred_batch() const { return 1; }
  // Draws the absolute frames first, first + 1, ... with `motions` into the
  // images at the same places of `out` (as many). Any number of frames, cut
  // anywhere: each has the bits that Render gives it. After an error the images
  // hold anything. The default calls Render.
  virtual Status RenderBatch(std::span<const MotionFrame> motions,
                             FrameIndex first, std::span<Image> out) {
    for (size_t i = 0; i < motions.size(); ++i) {
      LT_RETURN_IF_ERROR(
          Render(motions[i], first + static_cast<FrameIndex>(i), &out[i]));
    }
    return OkStatus();
  }
};

// Thread-safe: calls may run at once.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual const EngineDescription& Describe() const = 0;

  // InvalidArgument, with the remedy, where no usable face is found.
  virtual StatusOr<EncodedIdentity> EncodeIdentity(
      const Image& portrait, const IdentityOptions& options) const = 0;

  virtual StatusOr<MotionPlan> PlanMotion(
      const MotionRequest& request) const = 0;

  // SHA-256 of all inputs (samples within reach, key motions within reach,
  // controls) that can influence SampleMotion over `range`. The seed, the rate
  // and the range itself are keyed by the caller.
  virtual StatusOr<std::string> MotionInputDigest(
      const MotionRequest& request, const std::string& key_motions,
      FrameRange range) const = 0;

  // The motion of `range`. Any cover of a range by smaller ones gives the same
  // frames, bit for bit.
  virtual StatusOr<MotionTrack> SampleMotion(const MotionRequest& request,
                                             const std::string& key_motions,
                                             FrameRange range) const = 0;

  virtual StatusOr<std::unique_ptr<FrameRenderer>> OpenRenderer(
      const std::string& identity_latent) const = 0;
};

}  // namespace longtake::worker
