#include "worker/quality/film_face.h"

#include <fmt/format.h>

#include <utility>

namespace longtake::worker {
namespace {

constexpr int kFaceTries = 8;

}  // namespace

StatusOr<FoundFace> FindFaceInFilm(const FaceNetworks& faces,
                                   VideoReader& reader, const std::string& name,
                                   Image* picture) {
  VideoFrame frame;
  for (int i = 0; i < kFaceTries; ++i) {
    LT_RETURN_IF_ERROR(
        reader.SeekTo(reader.facts().duration_us * i / kFaceTries));
    LT_ASSIGN_OR_RETURN(const bool more, reader.Next(&frame));
    if (!more) continue;
    StatusOr<FoundFace> face = FindFace(faces, frame.image, name, nullptr);
    if (face.ok() && picture != nullptr) *picture = std::move(frame.image);
    if (face.status().code() != StatusCode::kInvalidArgument) return face;
  }
  return InvalidArgument(
      fmt::format("video {}: no face in it, or none large enough: give a film "
                  "that shows one speaker from the front",
                  name));
}

}  // namespace longtake::worker
