#include "worker/quality/picture_meter.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace longtake::worker {
namespace {

// Range of luma as broadcast.
constexpr int kBlack = 16, kWhite = 235;

void CopyRows(const LumaView& luma, LumaRows* rows) {
  const int step = std::max(1, (luma.height + kMeteredRows - 1) / kMeteredRows);
  rows->width = luma.width;
  rows->rows = (luma.height + step - 1) / step;
  rows->pixels.resize(static_cast<size_t>(rows->width) *
                      static_cast<size_t>(rows->rows));
  uint8_t* out = rows->pixels.data();
  for (int y = 0; y < luma.height; y += step) {
    out = std::copy_n(luma.data + static_cast<int64_t>(y) * luma.stride_bytes,
                      luma.width, out);
  }
}

// Of `count` bytes, kPatchSide at most. (A constant count is what the compiler
// turns into vector code.)
uint32_t Difference(const uint8_t* a, const uint8_t* b, int count) {
  uint32_t sum = 0;
  if (count == kPatchSide) {
    for (int i = 0; i < kPatchSide; ++i) {
      sum += static_cast<uint32_t>(std::abs(a[i] - b[i]));
    }
    return sum;
  }
  for (int i = 0; i < count; ++i) {
    sum += static_cast<uint32_t>(std::abs(a[i] - b[i]));
  }
  return sum;
}

// Of kPatchSide bytes: their sum, and how many are below `dark_below`. In two
// loops, each of which becomes vector code.
void CountPatchRow(const uint8_t* row, uint8_t dark_below, uint64_t* sum,
                   uint64_t* dark) {
  uint32_t part = 0;
  for (int i = 0; i < kPatchSide; ++i) part += row[i];
  uint8_t below = 0;
  for (int i = 0; i < kPatchSide; ++i) {
    below = static_cast<uint8_t>(below + (row[i] < dark_below));
  }
  *sum += part;
  *dark += below;
}

}  // namespace

PictureChange ChangeBetween(const LumaRows& before, const LumaRows& after) {
  PictureChange change;
  if (before.width != after.width || before.rows != after.rows ||
      after.pixels.empty()) {
    return change;
  }
  const int width = after.width;
  const size_t columns =
      static_cast<size_t>((width + kPatchSide - 1) / kPatchSide);
  std::vector<uint32_t> sums(columns);
  uint64_t total = 0;
  for (int top = 0; top < after.rows; top += kPatchSide) {
    const int bottom = std::min(after.rows, top + kPatchSide);
    std::fill(sums.begin(), sums.end(), 0u);
    for (int y = top; y < bottom; ++y) {
      const size_t row = static_cast<size_t>(y) * static_cast<size_t>(width);
      for (size_t c = 0; c < columns; ++c) {
        const int x = static_cast<int>(c) * kPatchSide;
        const size_t at = row + static_cast<size_t>(x);
        sums[c] += Difference(&before.pixels[at], &after.pixels[at],
                              std::min(kPatchSide, width - x));
      }
    }
    for (size_t c = 0; c < columns; ++c) {
      const int x = static_cast<int>(c) * kPatchSide;
      total += sums[c];
      const int area = std::min(kPatchSide, width - x) * (bottom - top);
      // Slivers at the edges are no patches.
      if (2 * area < kPatchSide * kPatchSide && columns > 1) continue;
      change.patch = std::max(
          change.patch, static_cast<float>(sums[c]) / static_cast<float>(area));
    }
  }
  change.mean = static_cast<float>(static_cast<double>(total) /
                                   static_cast<double>(after.pixels.size()));
  change.known = true;
  return change;
}

PictureRecord PictureMeter::Measure(const FrameStamp& stamp,
                                    const LumaView& luma) {
  std::swap(before_, now_);
  CopyRows(luma, &now_);
  PictureRecord record;
  record.stamp = stamp;
  const int black = luma.full_range ? 0 : kBlack;
  const int span = luma.full_range ? 255 : kWhite - kBlack;
  const auto dark_below =
      static_cast<uint8_t>(black + static_cast<int>(kDarkLuma * span));
  uint64_t sum = 0, dark = 0;
  for (int y = 0; y < now_.rows; ++y) {
    const uint8_t* row =
        &now_.pixels[static_cast<size_t>(y) * static_cast<size_t>(now_.width)];
    int x = 0;
    for (; x + kPatchSide <= now_.width; x += kPatchSide) {
      CountPatchRow(row + x, dark_below, &sum, &dark);
    }
    for (; x < now_.width; ++x) {
      sum += row[x];
      dark += row[x] < dark_below ? 1 : 0;
    }
  }
  const double pixels =
      static_cast<double>(std::max<size_t>(1, now_.pixels.size()));
  record.luma = static_cast<float>(
      std::clamp((static_cast<double>(sum) / pixels - black) / span, 0.0, 1.0));
  record.dark_share = static_cast<float>(static_cast<double>(dark) / pixels);
  record.change = ChangeBetween(before_, now_);
  return record;
}

}  // namespace longtake::worker
