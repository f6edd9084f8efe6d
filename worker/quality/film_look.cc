#include "worker/quality/film_look.h"

#include <algorithm>
#include <utility>

namespace longtake::worker {
namespace {

// Of faster films, every second or third picture is looked at, so that there
// are as many as this a second at least.
constexpr double kLeastPictures = 25;
constexpr double kFallbackRate = 25;

double RateOf(const VideoFacts& facts) {
  return facts.rate.num > 0 && facts.rate.den > 0 ? facts.rate.AsDouble()
                                                  : kFallbackRate;
}

// The box about the face at `place` that shows as much of it as `like` does.
FaceBox BoxLike(const FoundFace& like, const FacePlace& place) {
  const FacePlace own = PlaceOf(like.landmarks);
  const float scale = own.iod_px > 0 ? place.iod_px / own.iod_px : 1;
  return {place.x + (like.box.x - own.x) * scale,
          place.y + (like.box.y - own.y) * scale, like.box.width * scale,
          like.box.height * scale, 1};
}

// `crop` alone, from right to left.
Image MirroredCrop(const Image& image, const PixelRect& crop) {
  Image out(crop.width, crop.height);
  for (int y = 0; y < crop.height; ++y) {
    for (int x = 0; x < crop.width; ++x) {
      const size_t from =
          static_cast<size_t>(crop.y + y) * static_cast<size_t>(image.width) +
          static_cast<size_t>(crop.x + crop.width - 1 - x);
      const size_t to =
          static_cast<size_t>(y) * static_cast<size_t>(crop.width) +
          static_cast<size_t>(x);
      std::copy_n(&image.rgb[3 * from], 3, &out.rgb[3 * to]);
    }
  }
  return out;
}

}  // namespace

StatusOr<std::optional<FaceDescriptor>> DescribeFace(
    const FaceNetworks& networks, const Image& picture, const FoundFace& like,
    const FacePlace& place) {
  const PixelRect crop = FloorRect(BoxLike(like, place), picture);
  if (crop.width <= 0 || crop.height <= 0) return std::nullopt;
  LT_ASSIGN_OR_RETURN(FaceDescriptor mean, networks.Descriptor(picture, crop));
  const Image mirror = MirroredCrop(picture, crop);
  LT_ASSIGN_OR_RETURN(const FaceDescriptor other,
                      networks.Descriptor(mirror, PixelRect{0, 0, mirror.width,
                                                            mirror.height}));
  for (size_t i = 0; i < mean.size(); ++i) {
    mean[i] = (mean[i] + other[i]) / 2;
  }
  return mean;
}

FilmLook::FilmLook(std::unique_ptr<VideoReader> reader, const FilmFaces& faces,
                   std::stop_token stop)
    : reader_(std::move(reader)),
      faces_(faces),
      stop_(std::move(stop)),
      rate_(RateOf(reader_->facts())),
      stride_(std::max(1, static_cast<int>(rate_ / kLeastPictures))) {}

StatusOr<const Image*> FilmLook::Picture() {
  if (!converted_) {
    LT_RETURN_IF_ERROR(reader_->Picture(&picture_));
    converted_ = true;
  }
  return &picture_;
}

Status FilmLook::Sample(double seconds, CellFindings* found) {
  LT_ASSIGN_OR_RETURN(const Image* picture, Picture());
  found->colours.push_back({seconds, MeanLab(*picture)});
  if (!face_) return OkStatus();
  FaceSample sample;
  sample.seconds = seconds;
  LT_ASSIGN_OR_RETURN(const std::optional<FaceLandmarks> landmarks,
                      face_->NextLandmarks(*picture));
  if (landmarks) {
    LT_ASSIGN_OR_RETURN(sample.descriptor,
                        DescribeFace(*faces_.networks, *picture,
                                     faces_.reference, PlaceOf(*landmarks)));
  }
  found->faces.push_back(std::move(sample));
  return OkStatus();
}

Status FilmLook::LookAt(const FilmCell& cell, const FrameStamp& stamp,
                        CellFindings* found) {
  const double seconds = static_cast<double>(stamp.time_us) * 1e-6;
  converted_ = false;
  if (mouth_ && stamp.time_us >= cell.stretch.begin_us &&
      stamp.time_us < cell.stretch.end_us && in_stretch_++ % stride_ == 0) {
    LT_ASSIGN_OR_RETURN(const Image* picture, Picture());
    LT_ASSIGN_OR_RETURN(const std::optional<float> opening,
                        mouth_->Next(*picture));
    // A picture stands for the middle of the time that it is shown.
    if (opening) found->seen.push_back({seconds + 0.5 / rate_, *opening});
  }
  if (next_sample_ < cell.samples_us.size() &&
      stamp.time_us >= cell.samples_us[next_sample_]) {
    while (next_sample_ < cell.samples_us.size() &&
           stamp.time_us >= cell.samples_us[next_sample_]) {
      ++next_sample_;
    }
    LT_RETURN_IF_ERROR(Sample(seconds, found));
  }
  return OkStatus();
}

StatusOr<CellFindings> FilmLook::Look(const FilmCell& cell) {
  mouth_.reset();
  face_.reset();
  next_sample_ = 0;
  in_stretch_ = 0;
  if (faces_.networks != nullptr) {
    face_.emplace(*faces_.networks, faces_.in_film);
    if (cell.stretch.begin_us < cell.stretch.end_us) {
      mouth_.emplace(*faces_.networks, faces_.in_film);
    }
  }
  // A fresh reader stands at the film's beginning, wherever its clock begins.
  if (begun_ || cell.span.begin_us != INT64_MIN) {
    LT_RETURN_IF_ERROR(reader_->SeekTo(cell.span.begin_us));
  }
  begun_ = true;
  CellFindings found;
  PictureMeter meter;
  FrameStamp stamp;
  while (true) {
    if (stop_.stop_requested()) return Cancelled("interrupted");
    LT_ASSIGN_OR_RETURN(const bool more, reader_->Advance(&stamp));
    if (!more || stamp.time_us >= cell.span.end_us) break;
    LT_ASSIGN_OR_RETURN(const LumaView luma, reader_->Luma());
    found.records.push_back(meter.Measure(stamp, luma));
    if (found.records.size() == 1) found.first = meter.rows();
    LT_RETURN_IF_ERROR(LookAt(cell, stamp, &found));
  }
  found.last = meter.rows();
  return found;
}

}  // namespace longtake::worker
