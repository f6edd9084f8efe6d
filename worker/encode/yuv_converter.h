#pragma once
// RGB pictures to the encoder's planes, in integers: the same result on every
// machine.

#include "common/status/status.h"
#include "worker/encode/yuv_frame.h"
#include "worker/engine/image.h"

namespace longtake::worker {

// Full-range RGB to BT.709 limited range (ITU-R BT.709-6, 3.5: E'Y = 0.2126 R +
// 0.7152 G + 0.0722 B; Y 16..235, chroma 16..240), coefficients in 16 bits,
// rounded to nearest. Chroma is filtered 1-2-1 across (left siting, as H.264
// takes it by default) and 1-1 down; borders repeat. Thread-safe.
// InvalidArgument: odd or empty size, or an image without its bytes.
StatusOr<YuvFrame> ConvertToYuv420(const Image& image);

// The same into `out`, whose memory is re-used.
Status ConvertToYuv420(const Image& image, YuvFrame* out);

}  // namespace longtake::worker
