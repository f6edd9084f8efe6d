#include "worker/media/image_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "tests/unit/worker/media/media_fixtures.h"
#include "worker/media/atomic_file.h"
#include "worker/media/av_error.h"
#include "worker/media/jpeg.h"
#include "worker/media/turn.h"

namespace longtake::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::array<int, 3> PixelAt(const Image& image, int x, int y) {
  const uint8_t* p = &image.rgb[(static_cast<size_t>(y) * image.width + x) * 3];
  return {p[0], p[1], p[2]};
}

void ExpectNear(const std::array<int, 3>& got, const std::array<int, 3>& want,
                int tolerance) {
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(got[c], want[c], tolerance) << "channel " << c;
  }
}

// A grey JPEG, dark but for a bright block in the top left corner.
std::string CornerJpeg(int width, int height) {
  return EncodePicture(
      AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P, width, height, [&](AVFrame* f) {
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < width; ++x) {
            f->data[0][y * f->linesize[0] + x] = x < 16 && y < 16 ? 240 : 20;
          }
        }
        for (int p = 1; p < 3; ++p) {
          memset(f->data[p], 128, f->linesize[p] * size_t(height / 2));
        }
      });
}

// The JPEG with an EXIF segment that holds just the Orientation tag.
std::string WithOrientation(const std::string& jpeg, int orientation) {
  std::string tiff("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24);
  tiff += std::string{static_cast<char>(orientation), 0, 0, 0};
  tiff += std::string(4, '\0');
  const size_t size = tiff.size() + 2;
  std::string app1{'\xff', '\xe1', static_cast<char>(size >> 8),
                   static_cast<char>(size & 255)};
  return jpeg.substr(0, 2) + app1 + tiff + jpeg.substr(2);
}

TEST(ImageFileTest, PngRoundTripIsExact) {
  TempDir dir;
  const Image image = Gradient(101, 67);
  ASSERT_TRUE(WritePng(image, dir.Path("a.png")).ok());
  const StatusOr<Image> back = DecodeImage(dir.Path("a.png"), "a.png");
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, image);
  EXPECT_THAT(dir.Names(), ElementsAre("a.png"));
}

TEST(ImageFileTest, SameImageGivesSamePngBytes) {
  TempDir dir;
  ASSERT_TRUE(WritePng(Gradient(64, 64), dir.Path("a.png")).ok());
  ASSERT_TRUE(WritePng(Gradient(64, 64), dir.Path("b.png")).ok());
  EXPECT_EQ(ReadBytes(dir.Path("a.png")), ReadBytes(dir.Path("b.png")));
}

TEST(ImageFileTest, PngIntoAMissingDirectoryNamesPathAndRemedy) {
  TempDir dir;
  const Status s = WritePng(Gradient(64, 64), dir.Path("no/a.png"));
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("no/a.png"));
  EXPECT_THAT(Message(s), HasSubstr("directory"));
}

TEST(ImageFileTest, JpegIsFullRangeBt601) {
  TempDir dir;
  // Y 76, Cb 85, Cr 255 is pure red in JFIF.
  WriteBytes(dir.Path("red.jpg"),
             EncodePicture(AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ444P, 64, 48,
                           [](AVFrame* f) {
                             const int values[3] = {76, 85, 255};
                             for (int p = 0; p < 3; ++p) {
                               memset(f->data[p], values[p],
                                      f->linesize[p] * size_t{48});
                             }
                           }));
  const StatusOr<Image> image = DecodeImage(dir.Path("red.jpg"), "red.jpg");
  ASSERT_TRUE(image.ok()) << image.status();
  ExpectNear(PixelAt(*image, 30, 20), {254, 0, 0}, 3);
}

TEST(ImageFileTest, EveryExifOrientationShowsTheCornerWhereItBelongs) {
  TempDir dir;
  const std::string jpeg = CornerJpeg(96, 64);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const std::string path = dir.Path("o.jpg");
    WriteBytes(path, WithOrientation(jpeg, orientation));
    const StatusOr<Image> image = DecodeImage(path, "o.jpg");
    ASSERT_TRUE(image.ok()) << image.status();
    const bool swaps = orientation >= 5;
    ASSERT_EQ(image->width, swaps ? 64 : 96);
    ASSERT_EQ(image->height, swaps ? 96 : 64);
    // TIFF 6.0: row 0 is the visual top for 1, 2; the bottom for 3, 4; the
    // left side for 5, 8; the right side for 6, 7. Column 0: left 1, 4; right
    // 2, 3; top 5, 6; bottom 7, 8.
    const bool right = orientation == 2 || orientation == 3 ||
                       orientation == 6 || orientation == 7;
    const bool bottom = orientation == 3 || orientation == 4 ||
                        orientation == 7 || orientation == 8;
    const int w = image->width, h = image->height;
    for (const bool r : {false, true}) {
      for (const bool b : {false, true}) {
        const int value = PixelAt(*image, r ? w - 5 : 4, b ? h - 5 : 4)[0];
        EXPECT_NEAR(value, r == right && b == bottom ? 240 : 20, 12);
      }
    }
  }
}

TEST(ImageFileTest, TransparencyLiesOverMidGrey) {
  TempDir dir;
  WriteBytes(
      dir.Path("a.png"),
      EncodePicture(AV_CODEC_ID_PNG, AV_PIX_FMT_RGBA, 32, 32, [](AVFrame* f) {
        for (int y = 0; y < 32; ++y) {
          for (int x = 0; x < 32; ++x) {
            uint8_t* p = f->data[0] + y * f->linesize[0] + 4 * x;
            p[0] = 255;
            p[1] = p[2] = 0;
            p[3] = x < 10 ? 0 : x < 20 ? 128 : 255;
          }
        }
      }));
  const StatusOr<Image> image = DecodeImage(dir.Path("a.png"), "a.png");
  ASSERT_TRUE(image.ok()) << image.status();
  ExpectNear(PixelAt(*image, 4, 4), {128, 128, 128}, 0);
  ExpectNear(PixelAt(*image, 15, 4), {192, 64, 64}, 1);
  ExpectNear(PixelAt(*image, 25, 4), {255, 0, 0}, 0);
}

TEST(ImageFileTest, SixteenBitGreyBecomesEightBitColour) {
  TempDir dir;
  WriteBytes(dir.Path("g.png"),
             EncodePicture(
                 AV_CODEC_ID_PNG, AV_PIX_FMT_GRAY16BE, 32, 16, [](AVFrame* f) {
                   for (int y = 0; y < 16; ++y) {
                     memset(f->data[0] + y * f->linesize[0], 0xa0, 64);
                   }
                 }));
  const StatusOr<Image> image = DecodeImage(dir.Path("g.png"), "g.png");
  ASSERT_TRUE(image.ok()) << image.status();
  ExpectNear(PixelAt(*image, 10, 10), {160, 160, 160}, 1);
}

TEST(ImageFileTest, NameWithPatternAndColonIsJustAName) {
  TempDir dir;
  const std::string path = dir.Path("http:%03d.png");
  ASSERT_TRUE(WritePng(Gradient(40, 30), path).ok());
  EXPECT_TRUE(DecodeImage(path, "x").ok());
}

TEST(ImageFileTest, TextIsRefusedWithTheRemedy) {
  TempDir dir;
  WriteBytes(dir.Path("p.jpg"), std::string(5000, 'x'));
  const Status s = DecodeImage(dir.Path("p.jpg"), "p.jpg").status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("portrait p.jpg"));
  EXPECT_THAT(Message(s), HasSubstr("give a JPEG, PNG or WebP"));
}

TEST(ImageFileTest, MissingAndEmptyFilesAndDirectoriesAreRefused) {
  TempDir dir;
  WriteBytes(dir.Path("empty.png"), "");
  for (const char* name : {"missing.png", "empty.png", "."}) {
    const Status s = DecodeImage(dir.Path(name), name).status();
    EXPECT_EQ(s.code(), StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(Message(s), HasSubstr(name));
  }
}

TEST(ImageFileTest, TruncatedPngIsRefused) {
  TempDir dir;
  ASSERT_TRUE(WritePng(Gradient(300, 300), dir.Path("a.png")).ok());
  const std::string bytes = ReadBytes(dir.Path("a.png"));
  WriteBytes(dir.Path("t.png"), bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(DecodeImage(dir.Path("t.png"), "t.png").status().code(),
            StatusCode::kInvalidArgument);
}

TEST(ImageFileTest, TruncatedJpegIsRefused) {
  TempDir dir;
  const std::string bytes = CornerJpeg(640, 480);
  WriteBytes(dir.Path("t.jpg"), bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(DecodeImage(dir.Path("t.jpg"), "t.jpg").status().code(),
            StatusCode::kInvalidArgument);
}

TEST(ImageFileTest, TooManyPixelsAreRefusedByNumber) {
  TempDir dir;
  // 72 million grey pixels compress to a small file.
  std::string png = EncodePicture(
      AV_CODEC_ID_PNG, AV_PIX_FMT_GRAY8, 9000, 8000,
      [](AVFrame* f) { memset(f->data[0], 9, f->linesize[0] * size_t{8000}); });
  WriteBytes(dir.Path("big.png"), png);
  const Status s = DecodeImage(dir.Path("big.png"), "big.png").status();
  EXPECT_EQ(s.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(s), HasSubstr("72 megapixels, the limit is 64"));
}

TEST(ImageFileTest, TinyPicturesAreRefused) {
  TempDir dir;
  ASSERT_TRUE(WritePng(Gradient(8, 8), dir.Path("s.png")).ok());
  EXPECT_THAT(Message(DecodeImage(dir.Path("s.png"), "s.png").status()),
              HasSubstr("only 8x8"));
}

TEST(ImageFileTest, LimitsAreTheLastThatAreTaken) {
  TempDir dir;
  ASSERT_TRUE(WritePng(Gradient(16, 16), dir.Path("small.png")).ok());
  ASSERT_TRUE(WritePng(Gradient(16, 15), dir.Path("flat.png")).ok());
  ASSERT_TRUE(WritePng(Gradient(15, 16), dir.Path("thin.png")).ok());
  EXPECT_TRUE(DecodeImage(dir.Path("small.png"), "s", 16 * 16).ok());
  EXPECT_THAT(Message(DecodeImage(dir.Path("small.png"), "s", 255).status()),
              HasSubstr("the limit is 0.1 megapixels (portrait_pixels)"));
  EXPECT_FALSE(DecodeImage(dir.Path("flat.png"), "f").ok());
  EXPECT_FALSE(DecodeImage(dir.Path("thin.png"), "t").ok());
}

TEST(ImageFileTest, AFileOfTooManyBytesIsRefusedBeforeItIsRead) {
  TempDir dir;
  ASSERT_TRUE(WritePng(Gradient(64, 64), dir.Path("a.png")).ok());
  std::filesystem::resize_file(dir.Path("a.png"), kMaxImageBytes);
  EXPECT_TRUE(DecodeImage(dir.Path("a.png"), "a.png").ok());
  std::filesystem::resize_file(dir.Path("a.png"), kMaxImageBytes + (1 << 20));
  EXPECT_THAT(Message(DecodeImage(dir.Path("a.png"), "a.png").status()),
              HasSubstr("a.png: 257 MiB, the limit is 256 MiB"));
}

TEST(TurnTest, OnlyQuartersAndMirrorsAreFollowed) {
  const auto turn = [](std::array<int32_t, 9> m) {
    return TurnOfMatrix({reinterpret_cast<const uint8_t*>(m.data()), sizeof m});
  };
  constexpr int32_t kOne = 1 << 16, kSlanted = 46341;  // cos 45 degrees
  EXPECT_TRUE(turn({0, kOne, 0, -kOne, 0, 0, 0, 0, 1 << 30}).has_value());
  EXPECT_FALSE(turn({kSlanted, kSlanted, 0, -kSlanted, kSlanted, 0, 0, 0, 1})
                   .has_value());
  EXPECT_FALSE(turn({}).has_value());
  EXPECT_FALSE(TurnOfMatrix({}).has_value());
}

TEST(AvStatusTest, FullDisksAreNamedSo) {
  for (const int error : {ENOSPC, EDQUOT, EFBIG}) {
    const Status s = AvStatus(AVERROR(error), "take a.mp4");
    EXPECT_EQ(s.code(), StatusCode::kResourceExhausted);
    EXPECT_THAT(Message(s), HasSubstr("take a.mp4"));
    EXPECT_THAT(Message(s), HasSubstr("free some space"));
  }
  EXPECT_EQ(AvStatus(AVERROR(EIO), "x").code(), StatusCode::kInternal);
}

TEST(AtomicFileTest, HasOrdinaryPermissions) {
  TempDir dir;
  const mode_t mask = ::umask(022);
  ASSERT_TRUE(WriteFileAtomically(dir.Path("x"), "x").ok());
  ::umask(mask);
  struct stat info = {};
  ASSERT_EQ(::stat(dir.Path("x").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST(AtomicFileTest, AFullDiskIsResourceExhaustedAndLeavesNothing) {
  TempDir dir;
  std::filesystem::create_directory(dir.Path("disk"));
  if (::mount("tmpfs", dir.Path("disk").c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "only root may mount";
  }
  const Status s =
      WriteFileAtomically(dir.Path("disk/x"), std::string(100000, 'x'));
  EXPECT_EQ(s.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(s), HasSubstr("disk/x: cannot be written"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.Path("disk")));
  ::umount2(dir.Path("disk").c_str(), MNT_DETACH);
}

TEST(AtomicFileTest, DroppedWithoutCommitLeavesNothing) {
  TempDir dir;
  {
    StatusOr<AtomicFile> file = AtomicFile::Create(dir.Path("x"));
    ASSERT_TRUE(file.ok());
    WriteBytes(file->temporary_path(), "half");
    EXPECT_EQ(dir.Names().size(), 1u);
  }
  EXPECT_THAT(dir.Names(), IsEmpty());
}

TEST(AtomicFileTest, CommitReplacesTheOldFile) {
  TempDir dir;
  WriteBytes(dir.Path("x"), "old");
  ASSERT_TRUE(WriteFileAtomically(dir.Path("x"), "new").ok());
  EXPECT_EQ(ReadBytes(dir.Path("x")), "new");
  EXPECT_THAT(dir.Names(), ElementsAre("x"));
}

TEST(JpegTest, ComesBackAsThePictureItWas) {
  TempDir dir;
  const Image image = Gradient(61, 47);
  const StatusOr<std::string> jpeg = EncodeJpeg(image);
  ASSERT_TRUE(jpeg.ok()) << jpeg.status();
  EXPECT_EQ(*jpeg, *EncodeJpeg(image));
  EXPECT_LT(jpeg->size(), image.rgb.size() / 2);
  WriteBytes(dir.Path("p.jpg"), *jpeg);
  const StatusOr<Image> back = DecodeImage(dir.Path("p.jpg"), "p.jpg");
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->width, 61);
  ASSERT_EQ(back->height, 47);
  for (const auto& [x, y] : {std::pair{5, 5}, {30, 20}, {55, 40}}) {
    ExpectNear(PixelAt(*back, x, y), PixelAt(image, x, y), 8);
  }
  EXPECT_LT(EncodeJpeg(image, kWorstJpegScale)->size(), jpeg->size());
  EXPECT_FALSE(EncodeJpeg({}).ok());
  EXPECT_FALSE(EncodeJpeg(image, 0).ok());
}

}  // namespace
}  // namespace longtake::worker
