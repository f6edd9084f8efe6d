#include "worker/watermark/luma_rows.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/watermark/luma_rows.cc"
#include "common/simd/targets.h"

HWY_BEFORE_NAMESPACE();
namespace longtake::worker {
namespace HWY_NAMESPACE {

constexpr int kBlack = 16, kWhite = 235;  // of limited range

void Differences(const uint8_t* __restrict a, const uint8_t* __restrict b,
                 int count, uint16_t* __restrict sums) {
  for (int i = 0; i < count; ++i) {
    const uint8_t difference =
        static_cast<uint8_t>(std::max(a[i], b[i]) - std::min(a[i], b[i]));
    sums[i] = static_cast<uint16_t>(sums[i] + difference);
  }
}

void Levels(const uint8_t* __restrict row, int count,
            uint16_t* __restrict sums) {
  for (int i = 0; i < count; ++i) {
    sums[i] = static_cast<uint16_t>(sums[i] + row[i]);
  }
}

// 16-bit arithmetic throughout, for as many lanes.
void Pattern(const int8_t* __restrict tile, const int16_t* __restrict strength,
             int count, uint8_t* __restrict row) {
  for (int i = 0; i < count; ++i) {
    const int16_t product =
        static_cast<int16_t>(static_cast<int16_t>(tile[i]) * strength[i]);
    const int16_t rounded =
        static_cast<int16_t>(product + (1 << (kStrengthShift - 1)));
    const int16_t change = static_cast<int16_t>(rounded >> kStrengthShift);
    const int16_t value = static_cast<int16_t>(row[i] + change);
    row[i] = static_cast<uint8_t>(
        std::clamp(value, int16_t{kBlack}, int16_t{kWhite}));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace longtake::worker
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace longtake::worker {

HWY_EXPORT(Differences);
HWY_EXPORT(Levels);
HWY_EXPORT(Pattern);

void AddDifferences(const uint8_t* a, const uint8_t* b, int count,
                    uint16_t* sums) {
  HWY_DYNAMIC_DISPATCH(Differences)(a, b, count, sums);
}

void AddLevels(const uint8_t* row, int count, uint16_t* sums) {
  HWY_DYNAMIC_DISPATCH(Levels)(row, count, sums);
}

void AddPattern(const int8_t* tile, const int16_t* strength, int count,
                uint8_t* row) {
  HWY_DYNAMIC_DISPATCH(Pattern)(tile, strength, count, row);
}

}  // namespace longtake::worker
#endif
