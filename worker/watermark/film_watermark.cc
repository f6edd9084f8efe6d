#include "worker/watermark/film_watermark.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "worker/media/video_reader.h"

namespace longtake::worker {
namespace {

// BT.709 luma in limited range, rounded; what the reader's conversion began
// with, but for its rounding.
void LumaOf(const Image& image, std::vector<uint8_t>* luma) {
  const size_t pixels = static_cast<size_t>(image.width) * image.height;
  luma->resize(pixels);
  const uint8_t* p = image.rgb.data();
  for (size_t i = 0; i < pixels; ++i, p += 3) {
    (*luma)[i] = static_cast<uint8_t>(
        (11966 * p[0] + 40254 * p[1] + 4064 * p[2] + (16 << 16) + (1 << 15)) >>
        16);
  }
}

// From where the reader is; false where nothing was left.
StatusOr<bool> LookAtPart(VideoReader& reader, WatermarkDetector* detector,
                          std::stop_token stop) {
  VideoFrame frame;
  std::vector<uint8_t> luma;
  while (detector->frames() < kMaxDetectorFrames) {
    if (stop.stop_requested()) return Cancelled("stopped");
    LT_ASSIGN_OR_RETURN(const bool got, reader.Next(&frame));
    if (!got) break;
    LumaOf(frame.image, &luma);
    detector->Add(luma.data(), frame.image.width, frame.image.height,
                  frame.image.width);
  }
  return detector->frames() > 0;
}

}  // namespace

StatusOr<FilmWatermark> FindWatermark(const std::string& path,
                                      const WatermarkKey& key,
                                      std::stop_token stop) {
  VideoReader::Options options;
  options.max_short_side = kDetectorSide;
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<VideoReader> reader,
                      VideoReader::Open(path, path, options));
  const VideoFacts& facts = reader->facts();
  const double fps =
      facts.rate.den > 0 ? double{1} * facts.rate.num / facts.rate.den : 0;
  const int64_t part_us =
      fps > 0 ? static_cast<int64_t>(kMaxDetectorFrames / fps * 1e6) : 0;
  // A film of unknown length is looked at from its beginning alone.
  const int parts = part_us > 0
                        ? static_cast<int>(std::clamp<int64_t>(
                              facts.duration_us / part_us, 1, kMaxFilmParts))
                        : 1;
  FilmWatermark found;
  for (int part = 0; part < parts; ++part) {
    const int64_t begin_us =
        parts == 1 ? 0 : (facts.duration_us - part_us) * part / (parts - 1);
    if (begin_us > 0) LT_RETURN_IF_ERROR(reader->SeekTo(begin_us));
    WatermarkDetector detector(key);
    LT_ASSIGN_OR_RETURN(const bool any, LookAtPart(*reader, &detector, stop));
    if (!any) break;
    ++found.parts;
    found.frames += detector.frames();
    const WatermarkDetection detection = detector.Detect();
    if (part == 0 || detection.confidence > found.detection.confidence) {
      found.detection = detection;
      found.seconds = static_cast<double>(begin_us) / 1e6;
    }
    if (detection.found) break;
  }
  if (found.frames == 0) {
    return InvalidArgument(path + ": holds no picture that can be decoded");
  }
  return found;
}

}  // namespace longtake::worker
