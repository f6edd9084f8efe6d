// Odd portraits are first-class: any picture that FFmpeg reads. The real
// engine, tiny takes, one farm.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/odd_inputs_fixture.h"
#include "worker/media/image_file.h"

namespace longtake {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

using OddPicturesTest = OddInputsTest;

// Pictures made from the demo portrait by ffmpeg's arguments.
struct OddPicture {
  const char* name;
  std::vector<std::string> args;
  bool speaks = false;  // rendered, not only read: it takes long
};

std::vector<OddPicture> OddPictures() {
  return {
      {"256.png", {"-vf", "scale=256:256"}, true},
      {"odd_size.png", {"-vf", "crop=401:399:50:0"}, true},
      {"grey.png", {"-pix_fmt", "gray"}, true},
      {"grey16.png", {"-pix_fmt", "gray16be"}},
      {"grey.jpg", {"-vf", "hue=s=0", "-q:v", "3"}},
      {"16bit.png", {"-pix_fmt", "rgb48be"}, true},
      {"16bit_alpha.png", {"-pix_fmt", "rgba64be"}},
      {"alpha.png",
       {"-vf",
        "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':"
        "a='if(lt(Y,330),255,0)'"},
       true},
      {"palette.png", {"-vf", "split[a][b];[a]palettegen[p];[b][p]paletteuse"}},
      {"still.gif", {}},
      {"picture.bmp", {}},
      {"picture.tiff", {}},
      {"picture.webp", {"-c:v", "libwebp"}, true},
      {"lossless.webp", {"-c:v", "libwebp", "-lossless", "1"}},
      {"alpha.webp", {"-vf", "format=rgba", "-c:v", "libwebp"}},
      {"420.jpg", {"-pix_fmt", "yuvj420p", "-q:v", "3"}},
      {"422.jpg", {"-pix_fmt", "yuvj422p", "-q:v", "3"}},
      {"444.jpg", {"-pix_fmt", "yuvj444p", "-q:v", "3"}},
      {"8k.jpg",
       {"-vf", "scale=4320:4320,pad=7680:4320:1680:0", "-q:v", "5"},
       true},
      {"jpeg2000.jp2", {}},
  };
}

double LumaAt(const worker::Image& image, int x, int y) {
  const uint8_t* p =
      &image.rgb[(static_cast<size_t>(y) * static_cast<size_t>(image.width) +
                  static_cast<size_t>(x)) *
                 3];
  return 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
}

// Mean difference of the luma of the upper part, which none makes transparent.
double FaceDifference(const worker::Image& a, const worker::Image& b) {
  constexpr int kRows = 300;
  double sum = 0;
  for (int y = 0; y < kRows; ++y) {
    for (int x = 0; x < a.width; ++x) {
      sum += std::abs(LumaAt(a, x, y) - LumaAt(b, x, y));
    }
  }
  return sum / (kRows * a.width);
}

TEST_F(OddPicturesTest, PicturesOfEveryKind) {
  const auto source = worker::DecodeImage(kAstronaut, "a");
  ASSERT_TRUE(source.ok());
  for (const OddPicture& picture : OddPictures()) {
    SCOPED_TRACE(picture.name);
    const std::string path = Path(picture.name);
    std::vector<std::string> args = {"-i", kAstronaut};
    args.insert(args.end(), picture.args.begin(), picture.args.end());
    args.insert(args.end(), {"-frames:v", "1", path});
    ASSERT_TRUE(Ffmpeg(args));
    const auto read = worker::DecodeImage(path, picture.name);
    ASSERT_TRUE(read.ok()) << read.status();
    if (read->width == source->width && read->height == source->height) {
      EXPECT_LT(FaceDifference(*read, *source), 10);  // GIF dithers
    }
    if (picture.speaks) ExpectTake(EmbeddedTakes::Flags(path, Voice()), 15);
  }
}

double PictureDifference(const worker::Image& a, const worker::Image& b) {
  if (a.width != b.width || a.height != b.height) return 255;
  double sum = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i)
    sum += std::abs(a.rgb[i] - b.rgb[i]);
  return sum / static_cast<double>(a.rgb.size());
}

// All eight: the picture is stored so that the tag puts it right.
TEST_F(OddPicturesTest, TheCamerasOrientationIsFollowed) {
  const char* kStoredBy[] = {"null",        "hflip",       "hflip,vflip",
                             "vflip",       "transpose=0", "transpose=2",
                             "transpose=3", "transpose=1"};
  const auto upright = worker::DecodeImage(kAstronaut, "a");
  ASSERT_TRUE(upright.ok());
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    ASSERT_TRUE(
        Ffmpeg({"-i", kAstronaut, "-vf", kStoredBy[orientation - 1], "-q:v",
                "2", "-pix_fmt", "yuvj444p", Path("stored.jpg")}));
    worker::WriteBytes(
        Path("turned.jpg"),
        WithOrientation(worker::ReadBytes(Path("stored.jpg")), orientation));
    const auto read = worker::DecodeImage(Path("turned.jpg"), "turned.jpg");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_LT(PictureDifference(*read, *upright), 4);
    ASSERT_TRUE(Ffmpeg({"-i", kAstronaut, "-vf", kStoredBy[orientation - 1],
                        "-c:v", "libwebp", "-q:v", "95", Path("stored.webp")}));
    worker::WriteBytes(
        Path("turned.webp"),
        WebpWithOrientation(worker::ReadBytes(Path("stored.webp")),
                            upright->width, upright->height, orientation));
    const auto webp = worker::DecodeImage(Path("turned.webp"), "turned.webp");
    ASSERT_TRUE(webp.ok()) << webp.status();
    EXPECT_LT(PictureDifference(*webp, *upright), 4);
  }
  ExpectTake(EmbeddedTakes::Flags(Path("turned.jpg"), Voice()), 15);
}

TEST_F(OddPicturesTest, ACmykJpegHasItsColours) {
  const auto source = worker::DecodeImage(kAstronaut, "a");
  ASSERT_TRUE(source.ok());
  worker::WriteBytes(Path("cmyk.jpg"), CmykJpeg(*source));
  const auto read = worker::DecodeImage(Path("cmyk.jpg"), "cmyk.jpg");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_LT(PictureDifference(*read, *source), 4);
}

// Where this FFmpeg reads none, one line says what to do instead.
TEST_F(OddPicturesTest, AnAvifIsReadOrRefusedWithTheRemedy) {
  ASSERT_TRUE(Ffmpeg({"-i", kAstronaut, "-c:v", "libaom-av1", "-still-picture",
                      "1", "-cpu-used", "8", "-crf", "30", "-pix_fmt",
                      "yuv420p", Path("p.avif")}));
  const auto read = worker::DecodeImage(Path("p.avif"), "p.avif");
  if (read.ok()) {
    ExpectTake(EmbeddedTakes::Flags(Path("p.avif"), Voice()), 15);
  } else {
    EXPECT_THAT(Message(read.status()),
                AllOf(HasSubstr("portrait p.avif: "), HasSubstr("AVIF"),
                      HasSubstr("convert it to JPEG or PNG")));
  }
}

// Two of one person, the larger on the right.
std::string TwoFaces(const std::string& path) {
  EXPECT_TRUE(Ffmpeg(
      {"-i", kAstronaut, "-filter_complex",
       "[0]split[a][b];[a]scale=360:360,pad=400:512:0:0:gray[c];[c][b]hstack",
       path}));
  return path;
}

TEST_F(OddPicturesTest, AnyOfSeveralFacesCanBeAnimated) {
  const std::string both = TwoFaces(Path("both.png"));
  JobView job;
  client::JobFlags flags = EmbeddedTakes::Flags(both, Voice());
  ExpectTake(flags, 15, &job);
  EXPECT_THAT(job.warnings,
              Contains(AllOf(HasSubstr("2 faces found"), HasSubstr("--face"))));
  const worker::DecodedVideo unasked = worker::DecodeVideo(Path("take.mp4"));
  flags.face = 1;
  ExpectTake(flags, 15, &job);
  EXPECT_THAT(job.warnings, testing::Not(Contains(HasSubstr("faces found"))));
  EXPECT_LT(MeanDifference(unasked, worker::DecodeVideo(Path("take.mp4"))),
            0.01);
  flags.face = 2;
  ExpectTake(flags, 15, &job);
  EXPECT_GT(MeanDifference(unasked, worker::DecodeVideo(Path("take.mp4"))),
            0.5);
  flags.face = 3;
  const Status refused = takes_->Render(flags, Path("none.mp4")).status();
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(
      Message(refused),
      AllOf(HasSubstr("both.png: face 3 was asked for, the picture has 2"),
            HasSubstr("give 1 (the largest) to 2")));
}

// ../shared/media beside the checkout, or $LONGTAKE_MEDIA; the tests above need
// none of it.
TEST_F(OddPicturesTest, APaintingAndAStatueSpeak) {
  const char* given = std::getenv("LONGTAKE_MEDIA");
  const std::string media = given != nullptr ? given : LONGTAKE_MEDIA_DIR;
  if (!std::filesystem::exists(media + "/portraits/statue.jpg")) {
    GTEST_SKIP() << "portraits/painting.jpg and statue.jpg are not in "
                 << media;
  }
  for (const char* name : {"painting.jpg", "statue.jpg"}) {
    SCOPED_TRACE(name);
    ExpectTake(EmbeddedTakes::Flags(media + "/portraits/" + name, Voice()), 15);
  }
}

}  // namespace
}  // namespace longtake
