#include "tests/support/odd_media.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/process.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake {

using std::numbers::pi;

double Babble(double seconds) {
  const double syllable = std::pow(std::sin(pi * seconds * 4.3), 2);
  return 0.5 * syllable *
         (std::sin(2 * pi * 140 * seconds) +
          0.3 * std::sin(2 * pi * 910 * seconds));
}

void WriteBabble(const BabbleSpec& spec, const std::string& path) {
  worker::SoundSpec sound;
  sound.muxer = "wav";
  sound.rate = spec.rate_hz;
  sound.samples = spec.samples;
  sound.wave = [spec](int64_t i) {
    if (i < spec.lead || i >= spec.samples - spec.trail) return 0.0;
    const double at = static_cast<double>(i - spec.lead) / spec.rate_hz;
    return std::clamp(spec.gain * Babble(at), -1.0, 1.0);
  };
  EXPECT_TRUE(worker::WriteSound(sound, path));
}

bool Ffmpeg(const std::vector<std::string>& args) {
  const worker::TempDir dir;
  std::vector<std::string> argv = {"/usr/bin/env", "ffmpeg", "-nostdin",
                                   "-v",           "error",  "-y"};
  argv.insert(argv.end(), args.begin(), args.end());
  const ProcessResult result = RunProcess(argv, dir.Path("ffmpeg"));
  EXPECT_EQ(result.code, 0) << result.err;
  return result.code == 0;
}

namespace {

// A little-endian TIFF header, one directory with one short.
std::string TiffOrientation(int orientation) {
  std::string tiff("II*\0\10\0\0\0\1\0\x12\1\3\0\1\0\0\0", 18);
  tiff += static_cast<char>(orientation);
  return tiff.append(7, '\0');
}

std::string LittleEndian(size_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i);
  return out;
}

}  // namespace

std::string WithOrientation(const std::string& jpeg, int orientation) {
  const std::string exif =
      std::string("Exif\0\0", 6) + TiffOrientation(orientation);
  const size_t size = exif.size() + 2;
  std::string segment("\xFF\xE1", 2);
  segment += static_cast<char>(size >> 8);
  segment += static_cast<char>(size);
  return jpeg.substr(0, 2) + segment + exif + jpeg.substr(2);
}

std::string WebpWithOrientation(const std::string& webp, int width, int height,
                                int orientation) {
  constexpr size_t kRiffHeader = 12;
  constexpr char kHasExif = 8;
  const std::string exif = TiffOrientation(orientation);
  const std::string chunks =
      "VP8X" + LittleEndian(10, 4) + kHasExif + std::string(3, '\0') +
      LittleEndian(static_cast<size_t>(width - 1), 3) +
      LittleEndian(static_cast<size_t>(height - 1), 3) +
      webp.substr(kRiffHeader) + "EXIF" + LittleEndian(exif.size(), 4) + exif;
  return "RIFF" + LittleEndian(chunks.size() + 4, 4) + "WEBP" + chunks;
}

namespace {

constexpr int kBlock = 8;
constexpr int kInks = 4;
// Coefficients are divided by this: fine enough for a photograph.
constexpr int kQuantiser = 8;

// The order in which a block's coefficients are written (ITU T.81, figure 5).
constexpr uint8_t kZigZag[64] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// Bits to bytes, most significant first, 0xFF followed by 0x00.
class BitWriter {
 public:
  explicit BitWriter(std::string* out) : out_(out) {}
  void Put(uint32_t bits, int count) {
    for (int i = count - 1; i >= 0; --i) {
      byte_ = byte_ << 1 | (bits >> i & 1);
      if (++filled_ == 8) Flush();
    }
  }
  void Pad() {
    while (filled_ != 0) Put(1, 1);
  }

 private:
  void Flush() {
    out_->push_back(static_cast<char>(byte_));
    if ((byte_ & 0xFF) == 0xFF) out_->push_back('\0');
    byte_ = filled_ = 0;
  }
  std::string* out_;
  uint32_t byte_ = 0;
  int filled_ = 0;
};

void Marker(uint8_t code, const std::string& body, std::string* out) {
  out->push_back('\xFF');
  out->push_back(static_cast<char>(code));
  out->push_back(static_cast<char>((body.size() + 2) >> 8));
  out->push_back(static_cast<char>(body.size() + 2));
  *out += body;
}

// Codes of one length for all symbols: longer files, no tables to build.
// DC: 4 bits for sizes 0 to 11. AC: 8 bits for run and size 1 to 10.
std::string HuffmanTables() {
  std::string dc(1, '\0');
  for (int length = 1; length <= 16; ++length) dc += length == 4 ? '\14' : '\0';
  for (char size = 0; size < 12; ++size) dc += size;
  std::string ac(1, '\x10');
  for (int length = 1; length <= 16; ++length) {
    ac += length == 8 ? static_cast<char>(162) : '\0';
  }
  ac += '\0';    // end of block
  ac += '\xF0';  // sixteen zeros
  for (int run = 0; run < 16; ++run) {
    for (int size = 1; size <= 10; ++size) {
      ac += static_cast<char>(run << 4 | size);
    }
  }
  return dc + ac;
}
constexpr uint32_t kEndOfBlock = 0, kSixteenZeros = 1;
uint32_t AcCode(int run, int size) {
  return static_cast<uint32_t>(2 + run * 10 + size - 1);
}

int SizeOf(int value) {
  int size = 0;
  for (int v = std::abs(value); v != 0; v >>= 1) ++size;
  return size;
}
void PutValue(int value, int size, BitWriter* bits) {
  bits->Put(static_cast<uint32_t>(value < 0 ? value + (1 << size) - 1 : value),
            size);
}

// Forward DCT of one block and its entropy coding; the new DC.
int PutBlock(const double (&pixels)[kBlock][kBlock], int dc, BitWriter* bits) {
  int coefficients[64];
  for (int v = 0; v < kBlock; ++v) {
    for (int u = 0; u < kBlock; ++u) {
      double sum = 0;
      for (int y = 0; y < kBlock; ++y) {
        for (int x = 0; x < kBlock; ++x) {
          sum += (pixels[y][x] - 128) * std::cos((2 * x + 1) * u * pi / 16) *
                 std::cos((2 * y + 1) * v * pi / 16);
        }
      }
      const double scale =
          (u == 0 ? std::sqrt(.5) : 1) * (v == 0 ? std::sqrt(.5) : 1) / 4;
      coefficients[v * kBlock + u] =
          static_cast<int>(std::lround(sum * scale / kQuantiser));
    }
  }
  const int size = SizeOf(coefficients[0] - dc);
  bits->Put(static_cast<uint32_t>(size), 4);
  PutValue(coefficients[0] - dc, size, bits);
  int run = 0;
  for (int i = 1; i < 64; ++i) {
    const int value = coefficients[kZigZag[i]];
    if (value == 0) {
      ++run;
      continue;
    }
    for (; run >= 16; run -= 16) bits->Put(kSixteenZeros, 8);
    bits->Put(AcCode(run, SizeOf(value)), 8);
    PutValue(value, SizeOf(value), bits);
    run = 0;
  }
  if (run > 0) bits->Put(kEndOfBlock, 8);
  return coefficients[0];
}

// Ink `k` of a pixel, inverted: 255 is no ink.
double InkAt(const worker::Image& picture, int x, int y, int k) {
  const size_t at = (static_cast<size_t>(std::min(y, picture.height - 1)) *
                         static_cast<size_t>(picture.width) +
                     static_cast<size_t>(std::min(x, picture.width - 1))) *
                    3;
  const uint8_t* rgb = &picture.rgb[at];
  const double black = std::max({rgb[0], rgb[1], rgb[2], uint8_t{1}});
  return k == 3 ? black : 255 * rgb[k] / black;
}

}  // namespace

std::string CmykJpeg(const worker::Image& picture) {
  std::string out("\xFF\xD8", 2);
  Marker(0xEE, std::string("Adobe\0\144\0\0\0\0\0", 12), &out);
  Marker(0xDB, std::string(1, '\0') + std::string(64, kQuantiser), &out);
  std::string frame("\10", 1);
  for (const int side : {picture.height, picture.width}) {
    frame += static_cast<char>(side >> 8);
    frame += static_cast<char>(side);
  }
  frame += static_cast<char>(kInks);
  std::string scan(1, static_cast<char>(kInks));
  for (char ink = 1; ink <= kInks; ++ink) {
    frame += ink;
    frame += std::string("\x11\0", 2);
    scan += ink;
    scan += '\0';
  }
  Marker(0xC0, frame, &out);
  Marker(0xC4, HuffmanTables(), &out);
  Marker(0xDA, scan + std::string("\0\77\0", 3), &out);
  BitWriter bits(&out);
  int dc[kInks] = {};
  for (int y = 0; y < picture.height; y += kBlock) {
    for (int x = 0; x < picture.width; x += kBlock) {
      for (int k = 0; k < kInks; ++k) {
        double pixels[kBlock][kBlock];
        for (int i = 0; i < 64; ++i) {
          pixels[i / kBlock][i % kBlock] =
              InkAt(picture, x + i % kBlock, y + i / kBlock, k);
        }
        dc[k] = PutBlock(pixels, dc[k], &bits);
      }
    }
  }
  bits.Pad();
  return out + std::string("\xFF\xD9", 2);
}

}  // namespace longtake
