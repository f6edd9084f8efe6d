#pragma once
// The few pictures of a film that a reader of its report wants to see.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/quality/film_measures.h"

namespace longtake::worker {

// The shorter side of a thumbnail, pixels.
inline constexpr int kThumbnailSide = 200;
// So many seams and missed closures are shown.
inline constexpr size_t kShownSeams = 2;
inline constexpr size_t kShownClosures = 4;

// First and last picture, the one least like the portrait, both sides of the
// worst seams, missed closures, the first black and the first frozen picture:
// in this order. Pure.
std::vector<PictureNote> NotablePictures(const FilmMeasures& film);

// Decodes them. One that can't be found is left out. Errors are VideoReader's.
StatusOr<std::vector<Thumbnail>> TakeThumbnails(
    const std::string& path, const std::string& name,
    const std::vector<PictureNote>& notes);

}  // namespace longtake::worker
