#pragma once
// Finds the one face of a portrait and measures it. The detector on the whole
// picture misses small, very large and painted faces, so candidates are sought
// at several scales and in tiles, and each is judged again in a close-up.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/image.h"

namespace longtake::worker {

inline constexpr float kFaceMinScore = 0.5f;
// Pixels between the eyes of the picture: refused below, warned about below.
inline constexpr float kFaceMinIodPx = 15;
inline constexpr float kFaceGoodIodPx = 30;

struct FoundFace {
  FaceBox box;  // in the picture's pixels, score from the close-up
  // Mean over nine jittered crops and their mirror images.
  FaceLandmarks landmarks{};
  FaceDescriptor descriptor{};
  float iod_px = 0;  // between the centres of the eyes
  int faces = 1;     // found in the picture
};

// Which of several faces.
struct FaceChoice {
  int number = 0;     // 1 = the largest; 0 = that, with a warning beside others
  int max_faces = 0;  // more in the picture are refused; 0 = any number
};

// Centre of landmarks 36-41 (image-left eye) or 42-47.
Vec2 EyeCentre(const FaceLandmarks& landmarks, bool image_left);

// The face that is chosen; faces are numbered by their boxes' areas, the
// largest first, of equal ones the upper and the left first. A number other
// than 0 has the picture searched at all scales, so that small faces count
// whatever the number; without one the search ends at the first scale that
// shows a face. InvalidArgument, in one line that says what to do, where there
// is none, none upright, too few or too many, or the face is too small or cut
// off by the picture's edge; `picture_name` is for messages only. Appends
// warnings (several faces, a small face) to `warnings`, which may be null.
// Thread-safe. Same picture, same bits.
StatusOr<FoundFace> FindFace(const FaceNetworks& networks, const Image& picture,
                             const std::string& picture_name,
                             std::vector<std::string>* warnings,
                             const FaceChoice& choice = {});

}  // namespace longtake::worker
