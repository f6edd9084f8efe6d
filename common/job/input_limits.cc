#include "common/job/input_limits.h"

#include <fmt/format.h>

#include <algorithm>

namespace longtake {
namespace {

struct SizeLimit {
  const char* name;  // in the configuration
  int64_t bytes;
};

SizeLimit SizeLimitOf(const std::string& role, const InputLimits& limits) {
  if (role == "portrait") return {"portrait_size", limits.portrait_bytes};
  if (role == "audio") return {"audio_size", limits.audio_bytes};
  if (role == "motion") return {"motion_size", limits.motion_bytes};
  return {"guide_size", limits.guide_bytes};
}

}  // namespace

std::string MegapixelsText(int64_t pixels) {
  constexpr int64_t kTenth = 100'000;
  const int64_t tenths = pixels / kTenth + (pixels % kTenth > 0);
  return tenths % 10 == 0
             ? fmt::format("{} megapixels", tenths / 10)
             : fmt::format("{}.{} megapixels", tenths / 10, tenths % 10);
}

Status CheckInputSize(const std::string& role, const std::string& name,
                      int64_t size_bytes, const InputLimits& limits) {
  const SizeLimit limit = SizeLimitOf(role, limits);
  if (size_bytes <= limit.bytes) return OkStatus();
  return InvalidArgument(
      fmt::format("{} {}: {} bytes, the limit is {} ({}): give a smaller file",
                  role, name, size_bytes, limit.bytes, limit.name));
}

Status CheckInputLimits(const JobSpec& spec, const InputLimits& limits) {
  for (const NamedInputFile& input : InputsOf(spec)) {
    LT_RETURN_IF_ERROR(CheckInputSize(input.what, input.file->name,
                                      input.file->blob.size_bytes, limits));
  }
  const int side = std::max(spec.output.width, spec.output.height);
  if (side <= limits.frame_side) return OkStatus();
  return InvalidArgument(fmt::format(
      "output {}x{}: the limit is {} pixels a side (frame_side): give a "
      "smaller size",
      spec.output.width, spec.output.height, limits.frame_side));
}

}  // namespace longtake
