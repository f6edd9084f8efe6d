#pragma once
// The drawing side of SyntheticEngine.

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/synthetic_engine.h"

namespace longtake::worker {

// The latent's content: output size and the subject's three colours.
struct SyntheticIdentity {
  int width = 0;
  int height = 0;
  std::array<uint8_t, 3> colour{};
};

std::string EncodeSyntheticIdentity(const SyntheticIdentity& identity);
// DataLoss for bytes that EncodeSyntheticIdentity did not make.
StatusOr<SyntheticIdentity> DecodeSyntheticIdentity(const std::string& bytes);

// A striped field that scrolls evenly with the frame index; the motion's jaw
// tints it. One thread only.
class SyntheticRenderer : public FrameRenderer {
 public:
  SyntheticRenderer(const SyntheticIdentity& identity,
                    std::shared_ptr<SyntheticEngine::Shared> shared);
  Status Render(const MotionFrame& motion, FrameIndex index,
                Image* out) override;

 private:
  int ShiftAt(FrameIndex index);
  Status FailureAt(FrameIndex index);

  const SyntheticIdentity identity_;
  const std::shared_ptr<SyntheticEngine::Shared> shared_;
  FrameIndex run_begin_ = -1;
  FrameIndex last_ = -1;
  bool run_shifted_ = false;
};

}  // namespace longtake::worker
