#pragma once
// What says in a take where it comes from, as plain values. What it is good for
// and what it is not: docs/provenance.md.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace longtake {

// Those of IPTC's NewsCodes "Digital Source Type" that fit what is rendered
// from a portrait or from film: http://cv.iptc.org/newscodes/digitalsourcetype/
inline constexpr std::array<std::string_view, 5> kDigitalSourceTypes = {
    "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia", "compositeSynthetic", "algorithmicallyEnhanced"};
inline constexpr char kDefaultDigitalSourceType[] = "trainedAlgorithmicMedia";

inline bool IsDigitalSourceType(std::string_view code) {
  return std::find(kDigitalSourceTypes.begin(), kDigitalSourceTypes.end(),
                   code) != kDigitalSourceTypes.end();
}

// How the watermark is drawn (worker/watermark); rises with every change that a
// detector can see.
inline constexpr int kWatermarkScheme = 1;

// The watermark that a render draws; part of its key.
struct WatermarkSpec {
  int scheme = 0;      // 0 = none
  std::string key_id;  // WatermarkKey::id; the secret never travels
  uint32_t payload = 0;
  bool empty() const { return scheme == 0; }
  friend bool operator==(const WatermarkSpec&, const WatermarkSpec&) = default;
};

// The payload: whose farm, and which of its tenants. 0 = not numbered.
inline constexpr uint32_t WatermarkPayload(uint16_t farm, uint16_t tenant) {
  return uint32_t{farm} << 16 | tenant;
}
inline constexpr uint16_t FarmOf(uint32_t payload) {
  return static_cast<uint16_t>(payload >> 16);
}
inline constexpr uint16_t TenantOf(uint32_t payload) {
  return static_cast<uint16_t>(payload & 0xFFFF);
}

struct Provenance {
  bool off = false;                 // asked for by the submitter
  std::string digital_source_type;  // one of the above; empty = no metadata
  WatermarkSpec watermark;
  bool empty() const {
    return !off && digital_source_type.empty() && watermark.empty();
  }
  friend bool operator==(const Provenance&, const Provenance&) = default;
};

}  // namespace longtake
