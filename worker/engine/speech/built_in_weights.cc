#include "worker/engine/speech/weights_file.h"

// LONGTAKE_MOTION_WEIGHTS: path of the file, from CMakeLists.txt.
asm(R"(
    .section .rodata
    .balign 64
    .hidden longtake_motion_weights
    .globl longtake_motion_weights
longtake_motion_weights:
    .incbin ")" LONGTAKE_MOTION_WEIGHTS R"("
    .hidden longtake_motion_weights_end
    .globl longtake_motion_weights_end
longtake_motion_weights_end:
    .byte 0
    .previous
)");

extern "C" {
extern const char longtake_motion_weights[];
extern const char longtake_motion_weights_end[];
}

namespace longtake::worker {

std::string_view BuiltInWeights() {
  return {longtake_motion_weights,
          static_cast<size_t>(longtake_motion_weights_end -
                              longtake_motion_weights)};
}

}  // namespace longtake::worker
