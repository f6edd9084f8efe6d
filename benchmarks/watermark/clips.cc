#include "benchmarks/watermark/clips.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>

#include "worker/encode/segment_encoder.h"
#include "worker/encode/yuv_converter.h"
#include "worker/media/video_reader.h"
#include "worker/watermark/embedder.h"

namespace longtake::bench {
namespace {

using worker::SegmentEncoder;
using worker::VideoReader;
using worker::WatermarkEmbedder;
using worker::YuvFrame;

double ThreadCpuMs() {
  timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 +
         static_cast<double>(now.tv_nsec) / 1e6;
}

double SquaredDifferences(const std::vector<uint8_t>& a,
                          const std::vector<uint8_t>& b) {
  int64_t sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const int difference = a[i] - b[i];
    sum += difference * difference;
  }
  return static_cast<double>(sum);
}

struct Marking {
  std::unique_ptr<WatermarkEmbedder> embedder;
  int64_t first_frame = 0;
  double cpu_ms = 0;
  double squares = 0;
  double pixels = 0;

  void Mark(int64_t index, YuvFrame* planes) {
    const std::vector<uint8_t> before = planes->y;
    const double began = ThreadCpuMs();
    embedder->Mark(planes->y.data(), planes->width, first_frame + index);
    cpu_ms += ThreadCpuMs() - began;
    squares += SquaredDifferences(before, planes->y);
    pixels += static_cast<double>(before.size());
  }
};

std::string FilmClip(const std::vector<std::string>& films, std::mt19937& any) {
  const auto number = [&any](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(any);
  };
  const std::string& film =
      films[static_cast<size_t>(number(0, static_cast<int>(films.size()) - 1))];
  const double part = number(70, 100) / 100.0;
  const int side = 2 * number(128, 256);
  return fmt::format(
      "-ss {:.2f} -i '{}' -vf \"crop=iw*{}:ih*{}:(iw-ow)*{}:(ih-oh)*{},"
      "scale={}:-2{}{}\"",
      number(0, 800) / 100.0, film, part, part, number(0, 100) / 100.0,
      number(0, 100) / 100.0, side, number(0, 1) ? ",hflip" : "",
      number(0, 2) == 0 ? fmt::format(",noise=alls={}:allf=t", number(1, 12))
                        : "");
}

std::string SyntheticClip(std::mt19937& any) {
  const auto number = [&any](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(any);
  };
  const int width = 2 * number(128, 320), height = 2 * number(128, 200);
  const std::string size =
      fmt::format("size={}x{}:rate={}", width, height, number(0, 1) ? 25 : 30);
  const std::array<std::string, 10> sources = {
      "testsrc=" + size,
      "testsrc2=" + size,
      "smptehdbars=" + size,
      "rgbtestsrc=" + size,
      fmt::format("mandelbrot={}:start_scale={}", size, number(1, 30) / 10.0),
      fmt::format("life={}:ratio={}:seed={}", size, number(10, 60) / 100.0,
                  number(1, 99999)),
      fmt::format("cellauto={}:rule={}:seed={}", size, number(1, 255),
                  number(1, 99999)),
      fmt::format("gradients={}:n={}:seed={}:speed=0.0{}", size, number(2, 8),
                  number(1, 99999), number(1, 9)),
      fmt::format("color=c=0x{:06x}:{},noise=alls={}:allf=t+u:all_seed={}",
                  number(0, 0xFFFFFF), size, number(3, 60), number(1, 99999)),
      fmt::format("color=c=gray:{},noise=alls={}:allf=u:all_seed={},boxblur={}",
                  size, number(20, 90), number(1, 99999), number(1, 6))};
  return fmt::format("-f lavfi -i \"{},format=yuv420p\"",
                     sources[static_cast<size_t>(number(0, 9))]);
}

}  // namespace

Status RunFfmpeg(const std::string& arguments) {
  const std::string command =
      "ffmpeg -nostdin -v error -y -threads 1 " + arguments;
  if (std::system(command.c_str()) == 0) return OkStatus();
  return Internal("failed: " + command);
}

StatusOr<MarkedFilm> EncodeFilm(const std::string& from,
                                const WatermarkKey* key, uint32_t payload,
                                int64_t first_frame, int frames, int crf,
                                const std::string& to) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<VideoReader> reader,
                      VideoReader::Open(from, from, {}));
  worker::EncodeSettings settings;
  settings.width = reader->facts().width & ~1;
  settings.height = reader->facts().height & ~1;
  settings.rate = reader->facts().rate;
  settings.crf = crf;
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<SegmentEncoder> encoder,
                      SegmentEncoder::Create(settings, {0, frames}, to));
  Marking marking;
  marking.first_frame = first_frame;
  if (key != nullptr) {
    marking.embedder = std::make_unique<WatermarkEmbedder>(
        *key, payload, settings.width, settings.height);
  }
  worker::VideoFrame frame;
  YuvFrame planes;
  for (int i = 0; i < frames; ++i) {
    LT_ASSIGN_OR_RETURN(const bool got, reader->Next(&frame));
    if (!got) {
      return InvalidArgument(
          fmt::format("{} has {} frames, {} are needed", from, i, frames));
    }
    LT_RETURN_IF_ERROR(worker::ConvertToYuv420(frame.image, &planes));
    if (marking.embedder != nullptr) marking.Mark(i, &planes);
    LT_RETURN_IF_ERROR(encoder->Add(planes));
  }
  LT_ASSIGN_OR_RETURN(const worker::EncodedSegment encoded, encoder->Finish());
  MarkedFilm film;
  film.kbits = static_cast<double>(encoded.bytes) * 8 / frames *
               settings.rate.num / settings.rate.den / 1000;
  if (marking.pixels > 0) {
    film.cpu_ms_per_frame = marking.cpu_ms / frames;
    film.rms = std::sqrt(marking.squares / marking.pixels);
    film.psnr_db = 20 * std::log10(255 / film.rms);
  }
  return film;
}

std::vector<Attack> AllAttacks() {
  const std::string crop = "crop=2*floor(iw*0.475):2*floor(ih*0.475):11:17";
  const std::string small = "scale=-2:360";
  const std::string back = small + ",scale=-2:512";
  return {{"CRF 28", "", 28, true},
          {"360 lines and back", back, 28, true},
          {"5 % cropped", crop, 28, true},
          {"5 % cropped, 360 lines and back", crop + "," + back, 28, true},
          {"360 lines", small},
          {"CRF 32", "", 32},
          {"25 frames a second", "fps=25"}};
}

Status MakeAttackedClip(const std::string& film, double begin, double seconds,
                        const Attack& attack, const std::string& to) {
  const std::string filter =
      attack.filter.empty() ? "" : fmt::format("-vf \"{}\"", attack.filter);
  return RunFfmpeg(
      fmt::format("-ss {:.3f} -i '{}' -t {} {} -an -c:v libx264 -crf {} '{}'",
                  begin, film, seconds, filter, attack.crf, to));
}

Status MakeUnmarkedClip(int index, const std::vector<std::string>& films,
                        const std::string& to) {
  std::mt19937 any(static_cast<uint32_t>(index) * 2654435761u + 1);
  const bool synthetic = films.empty() || index % 3 == 2;
  const std::string source =
      synthetic ? SyntheticClip(any) : FilmClip(films, any);
  const int crf = std::uniform_int_distribution<int>(16, 34)(any);
  const int seconds = std::uniform_int_distribution<int>(4, 9)(any);
  return RunFfmpeg(fmt::format(
      "{} -t {} -an -c:v libx264 -preset ultrafast -pix_fmt yuv420p -crf {} "
      "'{}'",
      source, seconds, crf, to));
}

}  // namespace longtake::bench
