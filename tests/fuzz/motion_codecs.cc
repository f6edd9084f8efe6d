// Binary blobs between tasks: key motions, motion tracks, seam evidence.

#include "tests/fuzz/fuzz_target.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/track_codec.h"
#include "worker/stitch/evidence.h"

namespace longtake {
namespace {

constexpr FrameRate kRate = {30, 1};

void CheckKeys(const std::string& bytes) {
  const auto keys = worker::ParseKeyMotions(bytes);
  if (!keys.ok()) return fuzz::RequireOneLine(Message(keys.status()));
  fuzz::Require(worker::SerializeKeyMotions(*keys) == bytes,
                "key motions are canonical");
  for (const FrameIndex frame : {FrameIndex{0}, FrameIndex{29}}) {
    (void)worker::EvaluateKeyMotions(*keys, frame, kRate);
  }
  (void)worker::SliceKeyMotions(*keys, {0, 30}, kRate);
}

void CheckTrack(const std::string& bytes) {
  const auto track = worker::ParseMotionTrack(bytes);
  if (!track.ok()) return fuzz::RequireOneLine(Message(track.status()));
  fuzz::Require(worker::SerializeMotionTrack(*track) == bytes,
                "motion tracks are canonical");
}

void CheckEvidence(const std::string& bytes) {
  const auto evidence = worker::ParseEvidence(bytes);
  if (!evidence.ok()) return fuzz::RequireOneLine(Message(evidence.status()));
  fuzz::Require(std::ssize(evidence->luma_sad) == evidence->rendered.size(),
                "evidence has a figure for each frame");
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace longtake;
  const std::string bytes = fuzz::TextOf(data, size);
  CheckKeys(bytes);
  CheckTrack(bytes);
  CheckEvidence(bytes);
  return 0;
}
