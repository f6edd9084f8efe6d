#include "worker/engine/render/drawer.h"

#include <fmt/format.h>

namespace longtake::worker {

Status FrameDrawer::DrawBatch(std::span<const MotionFrame> motions,
                              FrameIndex first, std::span<Image> out) {
  for (size_t i = 0; i < motions.size(); ++i) {
    if (Status s = Draw(motions[i], &out[i]); !s.ok()) {
      return Annotate(
          s, fmt::format("frame {}", first + static_cast<FrameIndex>(i)));
    }
  }
  return OkStatus();
}

}  // namespace longtake::worker
