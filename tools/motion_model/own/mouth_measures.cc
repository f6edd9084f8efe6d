#include "tools/motion_model/own/mouth_measures.h"

#include <cmath>
#include <initializer_list>

#include "worker/engine/identity/face_finder.h"
#include "worker/quality/mouth_tracker.h"

namespace longtake::own {
namespace {

using worker::FaceLandmarks;
using worker::Vec2;

// The chin is the jaw, but the network sees it less sharply than the mouth, so
// five points of it count, and half as much each what rides on the jaw: the
// lower lip and the corners of the mouth, which other muscles move too. (On
// filmed heads their heights follow the chin's with r .67 to .85 and .65 to
// .79.)
constexpr float kLipShare = 0.5f, kCornerShare = 0.5f;

// A face's own axes: origin between the eyes, x from eye to eye, y down.
class FaceAxes {
 public:
  explicit FaceAxes(const FaceLandmarks& landmarks) : landmarks_(landmarks) {
    const Vec2 left = worker::EyeCentre(landmarks, true);
    const Vec2 right = worker::EyeCentre(landmarks, false);
    const float iod = std::hypot(right.x - left.x, right.y - left.y);
    origin_ = {(left.x + right.x) / 2, (left.y + right.y) / 2};
    // Of length 1 / iod.
    across_ = {(right.x - left.x) / iod / iod, (right.y - left.y) / iod / iod};
  }
  float X(size_t i) const {
    const Vec2 p = From(i);
    return p.x * across_.x + p.y * across_.y;
  }
  float MeanY(std::initializer_list<size_t> points) const {
    float sum = 0;
    for (const size_t i : points) {
      const Vec2 p = From(i);
      sum += p.y * across_.x - p.x * across_.y;
    }
    return sum / static_cast<float>(points.size());
  }

 private:
  Vec2 From(size_t i) const {
    return {landmarks_[i].x - origin_.x, landmarks_[i].y - origin_.y};
  }
  const FaceLandmarks& landmarks_;
  Vec2 origin_, across_;
};

}  // namespace

MouthMeasures MeasureMouth(const FaceLandmarks& landmarks) {
  const FaceAxes face(landmarks);
  MouthMeasures m;
  m.opening = worker::LipOpening(landmarks);
  m.lower = face.MeanY({6, 7, 8, 9, 10}) +
            kLipShare * face.MeanY({65, 66, 67}) +
            kCornerShare * face.MeanY({48, 54});
  m.width = face.X(54) - face.X(48);
  m.turn = face.X(30);
  m.nod = face.MeanY({31, 32, 33, 34, 35});
  return m;
}

}  // namespace longtake::own
