#include "worker/engine/identity/face_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace longtake::worker {
namespace {

// Finds this much below the best one are patterns beside a face (curls, a
// print), not people.
constexpr float kWeakerThanBest = 0.25f;

// A landmark this far outside the picture is of a part that is not in it.
constexpr float kCutOffOfIod = 0.25f;

// The sure faces, largest first. `faces` holds one at least.
std::vector<FoundFace> SureFaces(std::vector<FoundFace> faces) {
  float best = 0;
  for (const FoundFace& face : faces) best = std::max(best, face.box.score);
  std::erase_if(faces, [&](const FoundFace& face) {
    return face.box.score < best - kWeakerThanBest;
  });
  const auto order = [](const FoundFace& face) {
    return std::tuple(-face.box.width * face.box.height, face.box.y,
                      face.box.x);
  };
  std::stable_sort(faces.begin(), faces.end(),
                   [&order](const FoundFace& a, const FoundFace& b) {
                     return order(a) < order(b);
                   });
  for (FoundFace& face : faces) face.faces = static_cast<int>(faces.size());
  return faces;
}

// Landmarks beyond the picture are the network's guess at what is not there.
bool IsCutOff(const FoundFace& face, const Image& picture) {
  const float beyond = kCutOffOfIod * face.iod_px;
  return std::any_of(
      face.landmarks.begin(), face.landmarks.end(), [&](const Vec2& p) {
        return p.x < -beyond || p.y < -beyond ||
               p.x > static_cast<float>(picture.width - 1) + beyond ||
               p.y > static_cast<float>(picture.height - 1) + beyond;
      });
}

Status CheckUsable(const FoundFace& face, const Image& picture,
                   const std::string& picture_name) {
  if (face.iod_px < kFaceMinIodPx) {
    return InvalidArgument(fmt::format(
        "decode portrait {}: the face is too small ({:.0f} pixels between the "
        "eyes, need {:.0f}, better {:.0f}): give a larger picture of the face",
        picture_name, face.iod_px, kFaceMinIodPx, kFaceGoodIodPx));
  }
  if (IsCutOff(face, picture)) {
    return InvalidArgument(fmt::format(
        "decode portrait {}: the face is cut off by the picture's edge: give a "
        "picture with the whole face from brows to chin",
        picture_name));
  }
  return OkStatus();
}

Status CheckNumber(size_t found, const FaceChoice& choice,
                   const std::string& picture_name) {
  if (choice.max_faces > 0 && found > static_cast<size_t>(choice.max_faces)) {
    return InvalidArgument(fmt::format(
        "decode portrait {}: {} faces found, the limit is {} (faces): crop the "
        "picture to the one that is to speak",
        picture_name, found, choice.max_faces));
  }
  if (choice.number > static_cast<int>(found)) {
    return InvalidArgument(fmt::format(
        "decode portrait {}: face {} was asked for, the picture has {}: give "
        "{}",
        picture_name, choice.number, found,
        found == 1 ? "1" : fmt::format("1 (the largest) to {}", found)));
  }
  return OkStatus();
}

}  // namespace

StatusOr<FoundFace> ChooseFace(std::vector<FoundFace> found,
                               const Image& picture,
                               const std::string& picture_name,
                               const FaceChoice& choice) {
  std::vector<FoundFace> faces = SureFaces(std::move(found));
  LT_RETURN_IF_ERROR(CheckNumber(faces.size(), choice, picture_name));
  FoundFace& face = faces[static_cast<size_t>(std::max(choice.number, 1) - 1)];
  LT_RETURN_IF_ERROR(CheckUsable(face, picture, picture_name));
  return std::move(face);
}

}  // namespace longtake::worker
