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
  int faces = 1;     // found in the picture; this one is the largest
};

// Centre of landmarks 36-41 (image-left eye) or 42-47.
Vec2 EyeCentre(const FaceLandmarks& landmarks, bool image_left);

// The largest face. InvalidArgument, in one line that says what to do, where
// there is none, none upright, or it is too small; `picture_name` is for
// messages only. Appends warnings (several faces, a small face) to `warnings`,
// which may be null. Thread-safe. Same picture, same bits.
StatusOr<FoundFace> FindFace(const FaceNetworks& networks, const Image& picture,
                             const std::string& picture_name,
                             std::vector<std::string>* warnings);

}  // namespace longtake::worker
