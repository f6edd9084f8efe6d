#include "worker/quality/thumbnails.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "worker/media/jpeg.h"
#include "worker/media/video_reader.h"

namespace longtake::worker {
namespace {

// The worst seams, the worst first; only those that stand out at all.
std::vector<FilmSeam> WorstSeams(std::vector<FilmSeam> seams) {
  std::stable_sort(
      seams.begin(), seams.end(),
      [](const FilmSeam& a, const FilmSeam& b) { return a.ratio > b.ratio; });
  if (seams.size() > kShownSeams) seams.resize(kShownSeams);
  return seams;
}

}  // namespace

std::vector<PictureNote> NotablePictures(const FilmMeasures& film) {
  const double each = film.video.grid.num > 0 && film.video.grid.den > 0
                          ? 1 / film.video.grid.AsDouble()
                          : 0;
  std::vector<PictureNote> notes;
  notes.push_back({film.timing.begin_seconds, "first picture"});
  notes.push_back({film.timing.end_seconds - each, "last picture"});
  if (film.identity) {
    notes.push_back({film.identity->worst_seconds,
                     fmt::format("least like the portrait, distance {:.2f}",
                                 film.identity->distance_max)});
    if (!film.identity->to_portrait) {
      notes.back().caption =
          fmt::format("least like the first face, distance {:.2f}",
                      film.identity->distance_max);
    }
  }
  for (const FilmSeam& seam : WorstSeams(film.seams)) {
    notes.push_back({seam.seconds - each,
                     fmt::format("before the seam at frame {}", seam.frame)});
    notes.push_back({seam.seconds, fmt::format("after it, change {:.2f} times "
                                               "its surroundings'",
                                               seam.ratio)});
  }
  if (film.lip_sync) {
    size_t shown = 0;
    for (const SoughtClosure& closure : film.lip_sync->sought) {
      if (closure.seen || shown++ >= kShownClosures) continue;
      notes.push_back({(closure.begin + closure.end) / 2 - each / 2,
                       "p, b or m heard, lips open"});
    }
  }
  if (!film.pictures.black_spans.empty()) {
    notes.push_back({film.pictures.black_spans.front().begin_seconds, "black"});
  }
  if (!film.frozen_spans.empty()) {
    notes.push_back({film.frozen_spans.front().begin_seconds,
                     "frozen while something is heard"});
  }
  return notes;
}

StatusOr<std::vector<Thumbnail>> TakeThumbnails(
    const std::string& path, const std::string& name,
    const std::vector<PictureNote>& notes) {
  LT_ASSIGN_OR_RETURN(
      const std::unique_ptr<VideoReader> reader,
      VideoReader::Open(path, name, {.max_short_side = kThumbnailSide}));
  // Half a tick of the finest clock: the times come from pictures.
  constexpr double kEarlier = 0.0005;
  std::vector<Thumbnail> thumbnails;
  VideoFrame frame;
  for (const PictureNote& note : notes) {
    const Status sought =
        reader->SeekTo(static_cast<int64_t>((note.seconds - kEarlier) * 1e6));
    if (!sought.ok()) continue;
    LT_ASSIGN_OR_RETURN(const bool there, reader->Next(&frame));
    if (!there) continue;
    Thumbnail& thumbnail = thumbnails.emplace_back();
    thumbnail.note = note;
    thumbnail.width = frame.image.width;
    thumbnail.height = frame.image.height;
    LT_ASSIGN_OR_RETURN(thumbnail.jpeg, EncodeJpeg(frame.image));
  }
  return thumbnails;
}

}  // namespace longtake::worker
