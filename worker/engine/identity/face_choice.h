#pragma once
// Which of the faces found in a picture is animated, and whether it can be.
// Private to worker/engine/identity. Pure.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/identity/face_finder.h"
#include "worker/engine/image.h"

namespace longtake::worker {

// `found`: one face at least, in any order. InvalidArgument as FindFace says.
StatusOr<FoundFace> ChooseFace(std::vector<FoundFace> found,
                               const Image& picture,
                               const std::string& picture_name,
                               const FaceChoice& choice);

}  // namespace longtake::worker
