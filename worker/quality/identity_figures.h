#pragma once
// Whether a film shows one person all through: descriptors of its faces against
// that of the portrait. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "worker/engine/identity/face_networks.h"

namespace longtake::worker {

// A picture in which the face was looked for; no descriptor: not found.
struct FaceSample {
  double seconds = 0;
  std::optional<FaceDescriptor> descriptor;
};

struct IdentityPoint {
  double seconds = 0;
  double cosine = 0;    // 1: the same
  double distance = 0;  // Euclidean, 0: the same
};

struct IdentityFigures {
  bool to_portrait = false;  // else to the film's own first face
  int64_t looked_at = 0;     // pictures
  int64_t without_face = 0;
  double cosine_mean = 0, cosine_min = 0;
  double distance_mean = 0, distance_max = 0;
  double worst_seconds = 0;  // where the distance is largest
  // Of the distance, by least squares: > 0 where the face drifts away. Over
  // less than a minute it says little.
  double slope_per_minute = 0;
  std::vector<IdentityPoint> points;  // in order of time
};

// Nothing where no sample shows a face.
std::optional<IdentityFigures> MeasureIdentity(
    const FaceDescriptor& reference, const std::vector<FaceSample>& samples);

double DescriptorCosine(const FaceDescriptor& a, const FaceDescriptor& b);

}  // namespace longtake::worker
