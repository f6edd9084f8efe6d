#include "worker/watermark/embedder.h"

#include <algorithm>

#include "worker/watermark/luma_rows.h"
#include "worker/watermark/payload_code.h"
#include "worker/watermark/phase.h"

namespace longtake::worker {
namespace {

constexpr int kBlock = 8;
constexpr int kHalf = kBlock / 2;
// The sum of all components has a root mean square of sqrt(5) * kPatternRms =
// 1145; a tile's values have 24, clipped at 127.
constexpr int kTileRms = 24;
constexpr int kSumScale = 65536 * kTileRms / 1145;
constexpr int kTileLimit = 127;

// Strengths: 85 is a root mean square of one grey level (kTileRms * 85 / 2^11).
// By the mean difference of neighbours in quarters of a grey level.
constexpr int kFlatStrength = 34;
constexpr int kSmoothGradient = 6;
constexpr int kStrengthPerGradient = 2;
constexpr int kMaxStrength = 120;
static_assert(kTileLimit * kMaxStrength + (1 << (kStrengthShift - 1)) < 32768);
// In the dark and on white less is seen to hide it.
constexpr int kDarkLevel = 64;
constexpr int kLightLevel = 208;

int StrengthOf(int gradient, int level) {
  int strength =
      std::min(kFlatStrength + kStrengthPerGradient *
                                   std::max(0, gradient - kSmoothGradient),
               kMaxStrength);
  if (level < kDarkLevel) {
    strength = strength * (level + kDarkLevel / 2) / (kDarkLevel * 3 / 2);
  }
  if (level > kLightLevel) strength = strength * 3 / 4;
  return strength;
}

// All components of a payload in cells, each at its place.
std::vector<int> SumOfComponents(const WatermarkKey& key, uint32_t payload) {
  const Symbols symbols = EncodePayload(payload);
  std::vector<int> sum(size_t{kTileCells} * kTileCells);
  for (int c = 0; c < kComponents; ++c) {
    const SymbolShift shift = c == 0 ? SymbolShift{} : ShiftOf(symbols[c - 1]);
    const CellPattern cells = Shifted(MakePattern(key, c), shift.dx, shift.dy);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += cells[i];
  }
  return sum;
}

// Where the middle of a pixel lies between the middles of cells, in 1/256.
struct Place {
  int cell = 0;
  int next = 0;
  int part = 0;
};

std::vector<Place> PlacesOf(int tile) {
  std::vector<Place> places(tile);
  for (int i = 0; i < tile; ++i) {
    const int64_t at = (int64_t{2} * i + 1) * kTileCells * 256 / (2 * tile) +
                       (kTileCells * 256 - 128);
    const int cell = static_cast<int>(at >> 8) % kTileCells;
    places[i] = {cell, (cell + 1) % kTileCells, static_cast<int>(at & 255)};
  }
  return places;
}

int SumOf(const uint16_t* values, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += values[i];
  return sum;
}

}  // namespace

WatermarkEmbedder::WatermarkEmbedder(const WatermarkKey& key, uint32_t payload,
                                     int width, int height)
    : width_(width),
      height_(height),
      tile_(std::min(width, height) / kTilesAcross),
      tile_values_(static_cast<size_t>(tile_) * tile_),
      upper_(width),
      lower_(width),
      level_(width),
      strength_(width) {
  const std::vector<int> sum = SumOfComponents(key, payload);
  const std::vector<Place> places = PlacesOf(tile_);
  int8_t* out = tile_values_.data();
  for (const Place& y : places) {
    const int* above = &sum[static_cast<size_t>(y.cell) * kTileCells];
    const int* below = &sum[static_cast<size_t>(y.next) * kTileCells];
    for (const Place& x : places) {
      const int64_t top = int64_t{above[x.cell]} * (256 - x.part) +
                          int64_t{above[x.next]} * x.part;
      const int64_t low = int64_t{below[x.cell]} * (256 - x.part) +
                          int64_t{below[x.next]} * x.part;
      const int64_t value = top * (256 - y.part) + low * y.part;
      *out++ = static_cast<int8_t>(
          std::clamp<int64_t>((value * kSumScale + (int64_t{1} << 31)) >> 32,
                              -kTileLimit, kTileLimit));
    }
  }
}

void WatermarkEmbedder::Mark(uint8_t* luma, int stride, FrameIndex frame) {
  const int sign = SignAt(frame);
  for (int top = 0; top < height_; top += kBlock) {
    const int rows = std::min(kBlock, height_ - top);
    uint8_t* const strip = luma + static_cast<ptrdiff_t>(top) * stride;
    MeasureStrip(strip, stride, rows);
    SetStrengths(rows, sign);
    for (int row = 0; row < rows; ++row) {
      MarkRow(strip + static_cast<ptrdiff_t>(row) * stride,
              (top + row) % tile_);
    }
  }
}

// Differences are taken within the strip, so rows that are marked already
// change nothing. Of every two rows one is compared with its neighbours to the
// right and below.
void WatermarkEmbedder::MeasureStrip(const uint8_t* luma, int stride,
                                     int rows) {
  std::fill(upper_.begin(), upper_.end(), uint16_t{0});
  std::fill(lower_.begin(), lower_.end(), uint16_t{0});
  std::fill(level_.begin(), level_.end(), uint16_t{0});
  for (int row = 0; row + 1 < rows; row += 2) {
    const uint8_t* const p = luma + static_cast<ptrdiff_t>(row) * stride;
    uint16_t* const half = row < kHalf ? upper_.data() : lower_.data();
    AddDifferences(p, p + 1, width_ - 1, half);
    AddDifferences(p, p + stride, width_, half);
    if (row % kHalf == 0) AddLevels(p, width_, level_.data());
  }
}

void WatermarkEmbedder::SetStrengths(int rows, int sign) {
  for (int left = 0; left < width_; left += kBlock) {
    const int columns = std::min(kBlock, width_ - left);
    // The quietest quarter decides: the flat side of an edge hides nothing.
    int quiet = 0;
    if (columns == kBlock && rows == kBlock) {
      const uint16_t *upper = &upper_[left], *lower = &lower_[left];
      quiet = std::min({SumOf(upper, kHalf), SumOf(upper + kHalf, kHalf),
                        SumOf(lower, kHalf), SumOf(lower + kHalf, kHalf)});
    }
    // Half of a quarter's 16 pixels have two differences each.
    const int gradient = quiet * 4 / (kHalf * kHalf);
    const int level_rows = rows > kHalf ? 2 : 1;
    std::fill_n(strength_.begin() + left, columns,
                static_cast<int16_t>(
                    sign * StrengthOf(gradient, SumOf(&level_[left], columns) /
                                                    (level_rows * columns))));
  }
}

void WatermarkEmbedder::MarkRow(uint8_t* row, int tile_row) const {
  const int8_t* const tile =
      &tile_values_[static_cast<size_t>(tile_row) * tile_];
  for (int left = 0; left < width_; left += tile_) {
    AddPattern(tile, strength_.data() + left, std::min(tile_, width_ - left),
               row + left);
  }
}

}  // namespace longtake::worker
