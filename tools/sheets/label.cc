#include "tools/sheets/label.h"

#include <array>
#include <cctype>
#include <cstdint>

namespace longtake::tools {
namespace {

constexpr int kColumns = 5, kRows = 7;
// Pixels a dot, and from one letter to the next.
constexpr int kDot = 2, kAdvance = (kColumns + 1) * kDot, kMargin = 3;

// Rows from above, the leftmost dot in bit 4.
struct Glyph {
  char character;
  std::array<uint8_t, kRows> rows;
};
constexpr Glyph kGlyphs[] = {
    {'A', {14, 17, 17, 31, 17, 17, 17}}, {'B', {30, 17, 17, 30, 17, 17, 30}},
    {'C', {14, 17, 16, 16, 16, 17, 14}}, {'D', {30, 17, 17, 17, 17, 17, 30}},
    {'E', {31, 16, 16, 30, 16, 16, 31}}, {'F', {31, 16, 16, 30, 16, 16, 16}},
    {'G', {14, 17, 16, 23, 17, 17, 15}}, {'H', {17, 17, 17, 31, 17, 17, 17}},
    {'I', {14, 4, 4, 4, 4, 4, 14}},      {'J', {7, 2, 2, 2, 2, 18, 12}},
    {'K', {17, 18, 20, 24, 20, 18, 17}}, {'L', {16, 16, 16, 16, 16, 16, 31}},
    {'M', {17, 27, 21, 21, 17, 17, 17}}, {'N', {17, 25, 21, 19, 17, 17, 17}},
    {'O', {14, 17, 17, 17, 17, 17, 14}}, {'P', {30, 17, 17, 30, 16, 16, 16}},
    {'Q', {14, 17, 17, 17, 21, 18, 13}}, {'R', {30, 17, 17, 30, 20, 18, 17}},
    {'S', {15, 16, 16, 14, 1, 1, 30}},   {'T', {31, 4, 4, 4, 4, 4, 4}},
    {'U', {17, 17, 17, 17, 17, 17, 14}}, {'V', {17, 17, 17, 17, 17, 10, 4}},
    {'W', {17, 17, 17, 21, 21, 27, 17}}, {'X', {17, 17, 10, 4, 10, 17, 17}},
    {'Y', {17, 17, 10, 4, 4, 4, 4}},     {'Z', {31, 1, 2, 4, 8, 16, 31}},
    {'0', {14, 17, 19, 21, 25, 17, 14}}, {'1', {4, 12, 4, 4, 4, 4, 14}},
    {'2', {14, 17, 1, 6, 8, 16, 31}},    {'3', {31, 2, 4, 2, 1, 17, 14}},
    {'4', {2, 6, 10, 18, 31, 2, 2}},     {'5', {31, 16, 30, 1, 1, 17, 14}},
    {'6', {6, 8, 16, 30, 17, 17, 14}},   {'7', {31, 1, 2, 4, 8, 8, 8}},
    {'8', {14, 17, 17, 14, 17, 17, 14}}, {'9', {14, 17, 17, 15, 1, 2, 12}},
    {'+', {0, 4, 4, 31, 4, 4, 0}},       {'-', {0, 0, 0, 31, 0, 0, 0}},
    {'.', {0, 0, 0, 0, 0, 12, 12}},
};

void Put(int x, int y, worker::Image* image) {
  if (x < 0 || y < 0 || x >= image->width || y >= image->height) return;
  const size_t at = (static_cast<size_t>(y) * image->width + x) * 3;
  for (size_t c = 0; c < 3; ++c) image->rgb[at + c] = 255;
}

void DrawGlyph(const Glyph& glyph, int x0, int y0, worker::Image* image) {
  for (int y = 0; y < kRows * kDot; ++y) {
    for (int x = 0; x < kColumns * kDot; ++x) {
      const bool dot =
          (glyph.rows[y / kDot] >> (kColumns - 1 - x / kDot) & 1) != 0;
      if (dot) Put(x0 + x, y0 + y, image);
    }
  }
}

}  // namespace

void DrawLabel(std::string_view text, int x, int y, worker::Image* image) {
  x += kMargin;
  for (const char c : text) {
    const int upper = std::toupper(static_cast<unsigned char>(c));
    for (const Glyph& glyph : kGlyphs) {
      if (glyph.character == upper) DrawGlyph(glyph, x, y + kMargin, image);
    }
    x += kAdvance;
  }
}

}  // namespace longtake::tools
