#pragma once
// The displacement fields' constant part: a regular grid of nodes over a part
// of the frame and, at each node, the weight of every handle in the upper and
// in the lower field. No LibTorch; computed once a rig.
//
// Field at a node = sum over handles of weight * displacement. The weights
// solve the smoothing radial-basis system of docs/drawing.md, already masked
// by the rig's expression mask and blended beyond the mouth's corners.

#include <vector>

#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Whole pixels; may reach past the frame, where planes count as replicated.
struct PixelBox {
  int x0 = 0, y0 = 0, w = 0, h = 0;
};

// Node (i, j) lies at pixel (x0 + i * step, y0 + j * step).
struct NodeGrid {
  int x0 = 0, y0 = 0, step = 4, nw = 0, nh = 0;
  int count() const { return nw * nh; }
};

// The smallest grid that covers the box; its last nodes may lie past it.
NodeGrid CoverBox(const PixelBox& box, int step);

struct WarpGrid {
  NodeGrid nodes;
  std::vector<float> upper, lower;  // [count, kHandleCount] weights
  std::vector<float> x, y;          // [count] face units
  std::vector<float> depth;         // [count] IOD
  std::vector<float> head_mask;     // [count]
};

// Weights of the handles anywhere in the face, for one rig.
class HandleBasis {
 public:
  explicit HandleBasis(const FaceRig& rig);
  WarpGrid Evaluate(const FaceRig& rig, const NodeGrid& nodes) const;

 private:
  struct Field {
    std::vector<Vec2> points;     // all handles of this field, with the still
    std::vector<int> columns;     // their HandleIndex, -1 for the still ones
    std::vector<double> inverse;  // [points + 1, points]
  };
  static Field Solve(std::vector<Vec2> points, std::vector<int> columns);
  static void Weights(const Field& field, Vec2 at, float* out);

  Field upper_, lower_;
};

// Face units of a pixel, and a plane's value there (bilinear, replicated).
Vec2 FacePoint(const FaceRig& rig, float px, float py);
float SamplePlane(const Plane& plane, float x, float y, int channel = 0);
// Mouth frame (s, t) of a point in face units.
Vec2 MouthPoint(const FaceRig& rig, Vec2 face);

// Nothing visible ever travels further than this where it is fully part of the
// face or the head, IOD.
inline constexpr float kLongestMove = 0.5f;
// What both masks hold less of does not move.
inline constexpr float kLeastMask = 2e-3f;

// Where anything can differ from the still portrait while nothing moves further
// than `longest` IOD times its mask: bands of at most `band_height` rows, top
// to bottom, as wide as what can move into them. Empty bands are left out;
// never returns none.
std::vector<PixelBox> MovingBands(const FaceRig& rig, int band_height,
                                  float longest = kLongestMove);
// The smallest box around all bands.
PixelBox Around(const std::vector<PixelBox>& bands);

}  // namespace longtake::worker
