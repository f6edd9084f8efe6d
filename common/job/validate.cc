#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "common/digest/sha256.h"
#include "common/job/job_json.h"

namespace longtake {
namespace {

constexpr std::array<std::string_view, 10> kPresets = {
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo"};

bool IsWord(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

// Length of the UTF-8 sequence at text[i], 0 where there is none (RFC 3629).
size_t SequenceLength(std::string_view text, size_t i) {
  const auto byte = [&](size_t k) {
    return static_cast<unsigned char>(text[i + k]);
  };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80    ? 1
                        : lead < 0xC2  ? 0
                        : lead < 0xE0  ? 2
                        : lead < 0xF0  ? 3
                        : lead <= 0xF4 ? 4
                                       : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies past U+10FFFF.
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;
  if (lead == 0xED && byte(1) >= 0xA0) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;
  return length;
}

Status ValidateInput(const std::string& what, const InputFile& file,
                     int64_t max_bytes) {
  if (!IsSha256Hex(file.blob.sha256)) {
    return InvalidArgument(
        fmt::format("{}: the digest is not a SHA-256 in lower-case hex", what));
  }
  if (file.blob.size_bytes < 1 || file.blob.size_bytes > max_bytes) {
    return InvalidArgument(fmt::format("{} {}: {} bytes, need 1 to {}", what,
                                       file.name, file.blob.size_bytes,
                                       max_bytes));
  }
  if (file.name.size() > kMaxFileNameBytes || !IsPlainUtf8(file.name)) {
    return InvalidArgument(fmt::format(
        "{}: the file name must be UTF-8 without control characters, at most "
        "{} bytes",
        what, kMaxFileNameBytes));
  }
  return OkStatus();
}

Status ValidateGuides(const JobSpec& spec) {
  if (spec.guides.empty()) return OkStatus();
  if (spec.guides.size() > kMaxGuides) {
    return InvalidArgument(fmt::format("{} guides, at most {} are accepted",
                                       spec.guides.size(), kMaxGuides));
  }
  for (const auto& [role, file] : spec.guides) {
    if (role.size() > kMaxKeyBytes || !IsWord(role, "_")) {
      return InvalidArgument(
          fmt::format("guide '{}': use a-z, 0-9, '_', at most {} characters",
                      role, kMaxKeyBytes));
    }
    LT_RETURN_IF_ERROR(ValidateInput(GuideTitle(role), file, kMaxGuideBytes));
  }
  if (!spec.motion.blob.empty()) {
    return InvalidArgument(
        fmt::format("motion {} is followed as it is: leave out the {}",
                    spec.motion.name, GuideTitle(spec.guides.begin()->first)));
  }
  return OkStatus();
}

Status ValidateSide(const std::string& what, int pixels) {
  if (pixels >= kMinOutputPixels && pixels <= kMaxOutputPixels &&
      pixels % 2 == 0) {
    return OkStatus();
  }
  return InvalidArgument(
      fmt::format("output {} {} is not supported: give an even number of "
                  "pixels from {} to {}",
                  what, pixels, kMinOutputPixels, kMaxOutputPixels));
}

Status ValidateOutput(const OutputSpec& output) {
  LT_RETURN_IF_ERROR(ValidateSide("width", output.width));
  LT_RETURN_IF_ERROR(ValidateSide("height", output.height));
  const StatusOr<FrameRate> rate =
      ParseFrameRate(fmt::format("{}/{}", output.rate.num, output.rate.den));
  if (!rate.ok()) return rate.status();
  if (*rate != output.rate) {
    return InvalidArgument(
        fmt::format("frame rate {}/{}: give it in lowest "
                    "terms, {}",
                    output.rate.num, output.rate.den, FormatFrameRate(*rate)));
  }
  if (output.crf < 0 || output.crf > kMaxCrf) {
    return InvalidArgument(
        fmt::format("crf {} is not supported: give 0 (lossless) to {}",
                    output.crf, kMaxCrf));
  }
  if (std::find(kPresets.begin(), kPresets.end(), output.preset) ==
      kPresets.end()) {
    return InvalidArgument(
        fmt::format("preset '{}' is not known: give one of {}", output.preset,
                    fmt::join(kPresets, ", ")));
  }
  return OkStatus();
}

Status ValidateWords(const std::string& what,
                     const std::map<std::string, std::string>& words,
                     int max_count) {
  if (words.size() > static_cast<size_t>(max_count)) {
    return InvalidArgument(fmt::format("{} {}s, at most {} are accepted",
                                       words.size(), what, max_count));
  }
  for (const auto& [key, value] : words) {
    if (key.size() > kMaxKeyBytes || !IsWord(key, "_.-/")) {
      return InvalidArgument(
          fmt::format("{} name '{}': use a-z, 0-9, '_', '.', '-', '/', at most "
                      "{} characters",
                      what, key, kMaxKeyBytes));
    }
    if (value.size() > kMaxValueBytes || !IsPlainUtf8(value)) {
      return InvalidArgument(
          fmt::format("{} {}: the value must be UTF-8 without control "
                      "characters, at most {} bytes",
                      what, key, kMaxValueBytes));
    }
  }
  return OkStatus();
}

Status ValidateNeeds(const std::string& what, const TaskNeeds& needs) {
  const auto name_ok = [](const std::string& name) {
    return name.size() <= kMaxPoolBytes && IsWord(name, "_.-");
  };
  if (!needs.pool.empty() && !name_ok(needs.pool)) {
    return InvalidArgument(fmt::format(
        "{}: pool '{}': use a-z, 0-9, '_', '.', '-', at most {} characters",
        what, needs.pool, kMaxPoolBytes));
  }
  if (needs.gpu_memory_bytes < 0) {
    return InvalidArgument(
        fmt::format("{}: GPU memory of {} bytes; give 0 or more", what,
                    needs.gpu_memory_bytes));
  }
  if (needs.capabilities.size() > kMaxCapabilities) {
    return InvalidArgument(
        fmt::format("{}: {} capabilities, at most {} are accepted", what,
                    needs.capabilities.size(), kMaxCapabilities));
  }
  for (const std::string& capability : needs.capabilities) {
    if (name_ok(capability)) continue;
    return InvalidArgument(fmt::format(
        "{}: capability '{}': use a-z, 0-9, '_', '.', '-', at most {} "
        "characters",
        what, capability, kMaxPoolBytes));
  }
  return OkStatus();
}

Status ValidateProvenance(const Provenance& provenance) {
  const std::string& type = provenance.digital_source_type;
  if (!type.empty() && !IsDigitalSourceType(type)) {
    return InvalidArgument(
        fmt::format("digital source type '{}' is not known: give one of {}",
                    type, fmt::join(kDigitalSourceTypes, ", ")));
  }
  const WatermarkSpec& watermark = provenance.watermark;
  if (watermark.empty()) return OkStatus();
  if (watermark.key_id.size() > kMaxKeyBytes || !IsWord(watermark.key_id, "")) {
    return InvalidArgument(
        fmt::format("watermark key id '{}': use a-z, 0-9, at most {} "
                    "characters",
                    watermark.key_id, kMaxKeyBytes));
  }
  return OkStatus();
}

}  // namespace

bool IsPlainUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) return false;
    const size_t length = SequenceLength(text, i);
    if (length == 0) return false;
    // U+0080 to U+009F are control characters, too.
    if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      return false;
    }
    i += length;
  }
  return true;
}

Status ValidateJobSpec(const JobSpec& spec) {
  if (spec.priority < -kMaxPriority || spec.priority > kMaxPriority) {
    return InvalidArgument(fmt::format("priority {} is not in {}..{}",
                                       spec.priority, -kMaxPriority,
                                       kMaxPriority));
  }
  LT_RETURN_IF_ERROR(
      ValidateInput("portrait", spec.portrait, kMaxPortraitBytes));
  LT_RETURN_IF_ERROR(ValidateInput("audio", spec.audio, kMaxAudioBytes));
  if (!spec.motion.blob.empty()) {
    LT_RETURN_IF_ERROR(ValidateInput("motion", spec.motion, kMaxMotionBytes));
  }
  LT_RETURN_IF_ERROR(ValidateGuides(spec));
  if (spec.face < 0 || spec.face > kMaxFaceNumber) {
    return InvalidArgument(
        fmt::format("face {}: give 1 (the largest) to {}, or 0 for the largest",
                    spec.face, kMaxFaceNumber));
  }
  LT_RETURN_IF_ERROR(ValidateOutput(spec.output));
  if (spec.engine.size() > kMaxKeyBytes || !IsWord(spec.engine, "_-")) {
    return InvalidArgument(fmt::format(
        "engine name '{}': use a-z, 0-9, '_', '-', at most {} characters",
        spec.engine, kMaxKeyBytes));
  }
  LT_RETURN_IF_ERROR(ValidateWords("control", spec.controls, kMaxControls));
  LT_RETURN_IF_ERROR(ValidateWords("label", spec.labels, kMaxLabels));
  LT_RETURN_IF_ERROR(ValidateNeeds("needs", spec.needs));
  LT_RETURN_IF_ERROR(ValidateNeeds("support needs", spec.support_needs));
  LT_RETURN_IF_ERROR(ValidateProvenance(spec.provenance));
  if (spec.segment_millis < kMinSegmentMillis ||
      spec.segment_millis > kMaxSegmentMillis) {
    return InvalidArgument(
        fmt::format("segment length {} ms is not supported: give {} to {} ms",
                    spec.segment_millis, kMinSegmentMillis, kMaxSegmentMillis));
  }
  if (spec.range != FrameRange{} &&
      (spec.range.begin < 0 || spec.range.empty())) {
    return InvalidArgument(
        fmt::format("the range of frames [{}, {}) is empty: give a later end",
                    spec.range.begin, spec.range.end));
  }
  return OkStatus();
}

Status ValidateJobKey(const std::string& tenant,
                      const std::string& idempotency_key) {
  if (tenant.size() > kMaxTenantBytes || !IsWord(tenant, "_-")) {
    return InvalidArgument(fmt::format(
        "tenant '{}': use a-z, 0-9, '_', '-', at most {} characters", tenant,
        kMaxTenantBytes));
  }
  if (idempotency_key.empty() ||
      idempotency_key.size() > kMaxIdempotencyKeyBytes ||
      !IsPlainUtf8(idempotency_key)) {
    return InvalidArgument(fmt::format(
        "the idempotency key must be 1 to {} bytes of UTF-8 without control "
        "characters",
        kMaxIdempotencyKeyBytes));
  }
  return OkStatus();
}

}  // namespace longtake
