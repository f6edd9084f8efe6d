#include "worker/quality/mouth_tracker.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace longtake::worker {
namespace {

// How much of a change of place the crop takes over at once.
constexpr float kFollow = 0.3f;
// A face that jumps by more between two pictures, in distances between the
// eyes, or grows by more, is another one: a cut.
constexpr float kJump = 0.3f;
constexpr float kGrowth = 1.3f;
// The detector's input for a whole picture, and what it must be sure of.
constexpr int kSeekInput = 416;
constexpr float kSeekScore = 0.4f;
// After a search without a face, so many pictures go by.
constexpr int kBlindPictures = 15;

bool Jumps(const FacePlace& from, const FacePlace& to) {
  const float away = std::hypot(to.x - from.x, to.y - from.y);
  const float growth = to.iod_px / from.iod_px;
  return away > kJump * from.iod_px || growth > kGrowth || growth < 1 / kGrowth;
}

// How likely a box is the face at `place`: near it before large.
float Likeness(const FaceBox& box, const FacePlace& place) {
  const float away = std::hypot(box.x + box.width / 2 - place.x,
                                box.y + box.height / 2 - place.y);
  return box.width / (box.width + away);
}

}  // namespace

FacePlace PlaceOf(const FaceLandmarks& landmarks) {
  const Vec2 left = EyeCentre(landmarks, true);
  const Vec2 right = EyeCentre(landmarks, false);
  return {(left.x + right.x) / 2, (left.y + right.y) / 2,
          std::hypot(right.x - left.x, right.y - left.y)};
}

float LipOpening(const FaceLandmarks& landmarks) {
  const Vec2 left = EyeCentre(landmarks, true);
  const Vec2 right = EyeCentre(landmarks, false);
  const float iod = std::hypot(right.x - left.x, right.y - left.y);
  if (iod <= 0) return 0;
  // Down the face, of length 1.
  const float down_x = -(right.y - left.y) / iod;
  const float down_y = (right.x - left.x) / iod;
  float sum = 0;
  for (const auto& [upper, lower] : {std::pair{61, 67}, {62, 66}, {63, 65}}) {
    const Vec2 a = landmarks[static_cast<size_t>(upper)];
    const Vec2 b = landmarks[static_cast<size_t>(lower)];
    sum += (b.x - a.x) * down_x + (b.y - a.y) * down_y;
  }
  return sum / 3 / iod;
}

MouthTracker::MouthTracker(const FaceNetworks& networks, const FoundFace& face)
    : networks_(networks), place_(PlaceOf(face.landmarks)) {
  left_ = (face.box.x - place_.x) / place_.iod_px;
  top_ = (face.box.y - place_.y) / place_.iod_px;
  width_ = face.box.width / place_.iod_px;
  height_ = face.box.height / place_.iod_px;
}

FaceBox MouthTracker::BoxAt(const FacePlace& place) const {
  return {place.x + left_ * place.iod_px, place.y + top_ * place.iod_px,
          width_ * place.iod_px, height_ * place.iod_px, 1};
}

StatusOr<bool> MouthTracker::Seek(const Image& picture) {
  if (blind_ > 0) {
    --blind_;
    return false;
  }
  LT_ASSIGN_OR_RETURN(const std::vector<FaceBox> boxes,
                      networks_.Detect(picture, kSeekInput, kSeekScore));
  const auto best = std::max_element(
      boxes.begin(), boxes.end(), [this](const FaceBox& a, const FaceBox& b) {
        return Likeness(a, place_) < Likeness(b, place_);
      });
  if (best == boxes.end()) {
    blind_ = kBlindPictures;
    return false;
  }
  // Twice: the box tells roughly where the eyes are, they tell the crop.
  FaceBox box = *best;
  for (int i = 0; i < 2; ++i) {
    const PixelRect crop = FloorRect(box, picture);
    if (crop.width == 0 || crop.height == 0) return false;
    LT_ASSIGN_OR_RETURN(const FaceLandmarks landmarks,
                        networks_.Landmarks(picture, crop));
    place_ = PlaceOf(landmarks);
    box = BoxAt(place_);
  }
  return place_.iod_px > 1;
}

StatusOr<std::optional<FaceLandmarks>> MouthTracker::NextLandmarks(
    const Image& picture) {
  for (int tries = 0; tries < 2; ++tries) {
    if (!held_) {
      LT_ASSIGN_OR_RETURN(held_, Seek(picture));
      if (!held_) return std::nullopt;
    }
    const PixelRect crop = FloorRect(BoxAt(place_), picture);
    if (crop.width > 0 && crop.height > 0) {
      LT_ASSIGN_OR_RETURN(const FaceLandmarks landmarks,
                          networks_.Landmarks(picture, crop));
      const FacePlace seen = PlaceOf(landmarks);
      if (!Jumps(place_, seen)) {
        place_.x += kFollow * (seen.x - place_.x);
        place_.y += kFollow * (seen.y - place_.y);
        place_.iod_px += kFollow * (seen.iod_px - place_.iod_px);
        return landmarks;
      }
    }
    held_ = false;
  }
  return std::nullopt;
}

StatusOr<std::optional<float>> MouthTracker::Next(const Image& picture) {
  LT_ASSIGN_OR_RETURN(const std::optional<FaceLandmarks> landmarks,
                      NextLandmarks(picture));
  if (!landmarks) return std::nullopt;
  return LipOpening(*landmarks);
}

}  // namespace longtake::worker
