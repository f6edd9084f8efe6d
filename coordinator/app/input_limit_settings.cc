#include "coordinator/app/input_limit_settings.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <system_error>

#include "common/config/byte_size.h"

namespace longtake::coordinator {
namespace {

struct SizeSetting {
  const char* name;
  int64_t InputLimits::*bytes;
  int64_t most;
};
constexpr std::array<SizeSetting, 4> kSizes = {{
    {"portrait_size", &InputLimits::portrait_bytes, kMaxPortraitBytes},
    {"audio_size", &InputLimits::audio_bytes, kMaxAudioBytes},
    {"motion_size", &InputLimits::motion_bytes, kMaxMotionBytes},
    {"guide_size", &InputLimits::guide_bytes, kMaxGuideBytes},
}};

// A whole number from `least` to `most`.
template <typename Int>
Status SetNumber(const std::string& text, int64_t least, int64_t most,
                 Int* out) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < least || number > most) {
    return InvalidArgument(fmt::format("must be {} to {}", least, most));
  }
  *out = static_cast<Int>(number);
  return OkStatus();
}

Status SetLength(const std::string& text, absl::Duration* out) {
  absl::Duration length;
  if (!absl::ParseDuration(text, &length) || length < absl::Seconds(1) ||
      length > absl::Seconds(kMaxSoundSeconds)) {
    return InvalidArgument(fmt::format("must be 1s to {}h, with its unit",
                                       kMaxSoundSeconds / 3600));
  }
  *out = length;
  return OkStatus();
}

Status SetSize(const SizeSetting& setting, const std::string& text,
               InputLimits* inputs) {
  const StatusOr<int64_t> bytes = ParseByteSize(text);
  if (!bytes.ok() || *bytes < 1 || *bytes > setting.most) {
    return InvalidArgument(
        fmt::format("must be 1B to {}MiB", setting.most >> 20));
  }
  inputs->*setting.bytes = *bytes;
  return OkStatus();
}

}  // namespace

const std::vector<std::string>& InputLimitNames() {
  static const auto& names = *new std::vector<std::string>{
      "job_length",    "portrait_pixels", "faces",       "frame_side",
      "portrait_size", "audio_size",      "motion_size", "guide_size"};
  return names;
}

Status SetInputLimit(const std::string& name, const std::string& value,
                     FarmLimits* limits) {
  InputLimits& inputs = limits->inputs;
  if (name == "job_length") return SetLength(value, &limits->max_job_length);
  if (name == "portrait_pixels") {
    return SetNumber(value, 1, kMaxPortraitPixels, &inputs.portrait_pixels);
  }
  if (name == "faces") {
    return SetNumber(value, 1, kMaxFaceNumber, &inputs.portrait_faces);
  }
  if (name == "frame_side") {
    return SetNumber(value, kMinOutputPixels, kMaxOutputPixels,
                     &inputs.frame_side);
  }
  for (const SizeSetting& setting : kSizes) {
    if (name == setting.name) return SetSize(setting, value, &inputs);
  }
  return NotFound(fmt::format("'{}' is no limit: give one of {}", name,
                              fmt::join(InputLimitNames(), ", ")));
}

}  // namespace longtake::coordinator
