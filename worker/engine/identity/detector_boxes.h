#pragma once
// The tiny face detector's output, turned into boxes (face-api,
// src/tinyYolov2/TinyYolov2Base.ts, extractBoxes, and
// src/ops/nonMaxSuppression.ts).

#include <vector>

#include "worker/engine/identity/face_networks.h"

namespace longtake::worker {

inline constexpr int kAnchors = 5;
inline constexpr int kBoxValues = 5;  // x, y, width, height, score
inline constexpr int kDetectorChannels = kAnchors * kBoxValues;

// `raw` is [kDetectorChannels, cells, cells]; the image of width x height fills
// the square of cells * kDetectorStride with its longer side. Returns boxes in
// the image's pixels scored above `min_score`, best first, without those that a
// better one overlaps.
std::vector<FaceBox> DecodeBoxes(const std::vector<float>& raw, int cells,
                                 int width, int height, float min_score);

// Intersection over union, 0..1.
double BoxOverlap(const FaceBox& a, const FaceBox& b);

}  // namespace longtake::worker
