#pragma once
// The face that a film shows.

#include <string>

#include "common/status/status.h"
#include "worker/engine/identity/face_finder.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/media/video_reader.h"

namespace longtake::worker {

// The first face that is found in eight pictures over the film's length: a film
// may begin black or with a title. InvalidArgument where none shows one, with
// the remedy; `name` is what messages call the film. Leaves `reader` anywhere.
// `picture`, where not null, becomes the one that shows it.
StatusOr<FoundFace> FindFaceInFilm(const FaceNetworks& faces,
                                   VideoReader& reader, const std::string& name,
                                   Image* picture = nullptr);

}  // namespace longtake::worker
