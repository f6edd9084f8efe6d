#pragma once
// The mouth, picture by picture, by the landmark network. The crop follows the
// eyes and the nose, which speech doesn't move: a mouth that opens must not
// move the frame that it is measured in.

#include <optional>

#include "common/status/status.h"
#include "worker/engine/identity/face_finder.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/image.h"

namespace longtake::worker {

// Where a face is and how large: by its eyes.
struct FacePlace {
  float x = 0, y = 0;  // middle between the eyes, pixels
  float iod_px = 0;    // between the eyes
};

// Of landmarks in one picture.
FacePlace PlaceOf(const FaceLandmarks& landmarks);

// Mean distance of the inner lips' three pairs of points along the face's own
// vertical, in distances between the eyes; may be a little below 0 on shut
// lips.
float LipOpening(const FaceLandmarks& landmarks);

// One thread only; one tracker a stretch of consecutive pictures.
class MouthTracker {
 public:
  // `networks` outlives this. `face`: found in this film before; the first
  // picture is searched near there.
  MouthTracker(const FaceNetworks& networks, const FoundFace& face);

  // The landmarks in the next picture; nothing where no face is seen. After a
  // cut the face is sought again. Errors are the networks'.
  StatusOr<std::optional<FaceLandmarks>> NextLandmarks(const Image& picture);

  // Of those, the opening.
  StatusOr<std::optional<float>> Next(const Image& picture);

 private:
  FaceBox BoxAt(const FacePlace& place) const;
  StatusOr<bool> Seek(const Image& picture);

  const FaceNetworks& networks_;
  // The detector's box about the eyes, in distances between them.
  float left_ = 0, top_ = 0, width_ = 0, height_ = 0;
  FacePlace place_;
  bool held_ = false;
  int blind_ = 0;  // pictures until the face is sought again
};

}  // namespace longtake::worker
