#include "worker/engine/identity/face_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include "worker/engine/identity/detector_boxes.h"
#include "worker/engine/identity/face_choice.h"
#include "worker/engine/identity/resample.h"

namespace longtake::worker {
namespace {

// A candidate needs this much in the whole picture; the close-up decides.
constexpr float kCandidateScore = 0.15f;
constexpr size_t kMaxCandidates = 32;  // of one level, best first
// Boxes that share this much are one face.
constexpr double kSameFaceOverlap = 0.3;
constexpr double kSameFaceInside = 0.6;  // of the smaller box

// The close-up: a square of kCloseUpBoxes box sizes, kCloseUpPx pixels wide.
constexpr double kCloseUpBoxes = 2.2;
constexpr int kCloseUpPx = 600;

// Boxes that are looked at: pixels, and picture sizes.
constexpr float kMinBoxPx = 8;
constexpr float kMaxBoxOfPicture = 2;

constexpr int kJitters = 9;

// Tiles: squares of this many pixels, half overlapping, over a picture shrunk
// so that there are at most kMaxTiles a side.
constexpr int kTilePx = 640;
constexpr int kMaxTiles = 9;

// What the detector sees of a human face; outside, it saw something else or a
// profile, which can't be animated. Ratios of landmarks.
constexpr float kMinIodOfBox = 0.2f, kMaxIodOfBox = 0.75f;
constexpr float kMinMouthDropOfIod = 0.45f, kMaxMouthDropOfIod = 2.2f;

// Views of one face agree within 0.04 IOD; on an upside-down or sideways one
// the landmark network answers differently from crop to crop.
constexpr float kMaxSpreadOfIod = 0.06f;

// The picture as a square close-up and the map back: p = (q - shift) / scale.
struct CloseUp {
  Image image;
  double scale = 1, shift_x = 0, shift_y = 0;

  Vec2 ToPicture(Vec2 q) const {
    return {static_cast<float>((q.x - shift_x) / scale),
            static_cast<float>((q.y - shift_y) / scale)};
  }
};

CloseUp TakeCloseUp(const Image& picture, const FaceBox& box) {
  CloseUp view;
  const double side = kCloseUpBoxes * std::max(box.width, box.height);
  view.scale = kCloseUpPx / side;
  view.shift_x = kCloseUpPx / 2. - (box.x + box.width / 2.) * view.scale;
  view.shift_y = kCloseUpPx / 2. - (box.y + box.height / 2.) * view.scale;
  view.image = ScaleAndShift(picture, view.scale, view.shift_x, view.shift_y,
                             kCloseUpPx, kCloseUpPx);
  return view;
}

bool SameFace(const FaceBox& a, const FaceBox& b) {
  const double overlap = BoxOverlap(a, b);
  const double area_a = static_cast<double>(a.width) * a.height;
  const double area_b = static_cast<double>(b.width) * b.height;
  // overlap = shared / (a + b - shared)
  const double shared = overlap * (area_a + area_b) / (1 + overlap);
  return overlap > kSameFaceOverlap ||
         shared > kSameFaceInside * std::min(area_a, area_b);
}

Vec2 MeanOf(const FaceLandmarks& points, size_t begin, size_t end) {
  double x = 0, y = 0;
  for (size_t i = begin; i < end; ++i) {
    x += points[i].x;
    y += points[i].y;
  }
  const double n = static_cast<double>(end - begin);
  return {static_cast<float>(x / n), static_cast<float>(y / n)};
}

float IodOf(const FaceLandmarks& points) {
  const Vec2 left = EyeCentre(points, true), right = EyeCentre(points, false);
  return std::hypot(right.x - left.x, right.y - left.y);
}

// False where the landmarks can't be those of a face seen from the front.
bool LooksLikeAFace(const FaceLandmarks& points, const FaceBox& box) {
  const Vec2 left = EyeCentre(points, true), right = EyeCentre(points, false);
  const float iod = IodOf(points);
  if (!(iod > kMinIodOfBox * box.width) || iod > kMaxIodOfBox * box.width) {
    return false;
  }
  const Vec2 mouth = MeanOf(points, 48, 60);
  const Vec2 across = {(right.x - left.x) / iod, (right.y - left.y) / iod};
  const Vec2 drop = {mouth.x - (left.x + right.x) / 2,
                     mouth.y - (left.y + right.y) / 2};
  const float down = across.x * drop.y - across.y * drop.x;
  return down > kMinMouthDropOfIod * iod && down < kMaxMouthDropOfIod * iod;
}

// Crop number q of kJitters round `box`, a little moved and scaled.
PixelRect JitteredCrop(const Image& image, const FaceBox& box, int q) {
  const double size = 1 + (q % 3 - 1) * 0.06;
  const double half_w = box.width / 2. * size;
  const double half_h = box.height / 2. * size;
  const double x =
      box.x + box.width / 2. + ((q * 7) % 5 - 2) * 0.015 * box.width;
  const double y =
      box.y + box.height / 2. + ((q * 3) % 5 - 2) * 0.015 * box.height;
  PixelRect crop;
  crop.x = std::max(0, static_cast<int>(std::floor(x - half_w)));
  crop.y = std::max(0, static_cast<int>(std::floor(y - half_h)));
  crop.width = std::min(image.width - crop.x, static_cast<int>(2 * half_w));
  crop.height = std::min(image.height - crop.y, static_cast<int>(2 * half_h));
  return crop;
}

Image Mirrored(const Image& image) {
  Image out(image.width, image.height);
  const size_t width = static_cast<size_t>(image.width);
  for (size_t i = 0; i < out.rgb.size() / 3; ++i) {
    const size_t x = i % width;
    std::copy_n(&image.rgb[(i - x + width - 1 - x) * 3], 3, &out.rgb[i * 3]);
  }
  return out;
}

// The landmark that `i` becomes in a mirror.
size_t MirroredLandmark(size_t i) {
  static constexpr std::array<uint8_t, kFaceLandmarks> kPartner = {
      16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,
      26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33,
      32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, 54, 53, 52,
      51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65};
  return kPartner[i];
}

double Square(double x) { return x * x; }

struct MeanLandmarks {
  FaceLandmarks points{};
  float spread_px = 0;  // root mean square distance of the views from the mean
};

// Landmarks of the face at `box`: the mean over crops that are a little moved
// and scaled, which takes out most of the network's dependence on the crop, and
// over their mirror images, which takes out its pull to the left (0.013 IOD on
// photographs).
StatusOr<MeanLandmarks> AverageLandmarks(const FaceNetworks& networks,
                                         const Image& image,
                                         const FaceBox& box) {
  const Image mirror = Mirrored(image);
  std::array<double, 2 * kFaceLandmarks> sum{};
  double squares = 0;
  for (int q = 0; q < kJitters; ++q) {
    PixelRect crop = JitteredCrop(image, box, q);
    LT_ASSIGN_OR_RETURN(const FaceLandmarks seen,
                        networks.Landmarks(image, crop));
    crop.x = image.width - crop.x - crop.width;
    LT_ASSIGN_OR_RETURN(const FaceLandmarks reflected,
                        networks.Landmarks(mirror, crop));
    for (size_t i = 0; i < seen.size(); ++i) {
      const Vec2& other = reflected[MirroredLandmark(i)];
      const double x = image.width - 1. - other.x;
      sum[2 * i] += seen[i].x + x;
      sum[2 * i + 1] += static_cast<double>(seen[i].y) + other.y;
      squares +=
          Square(seen[i].x) + Square(seen[i].y) + Square(x) + Square(other.y);
    }
  }
  constexpr double kViews = 2 * kJitters;
  MeanLandmarks mean;
  for (size_t i = 0; i < mean.points.size(); ++i) {
    const double x = sum[2 * i] / kViews, y = sum[2 * i + 1] / kViews;
    squares -= kViews * (Square(x) + Square(y));
    mean.points[i] = {static_cast<float>(x), static_cast<float>(y)};
  }
  mean.spread_px = static_cast<float>(
      std::sqrt(std::max(0., squares) / (kViews * kFaceLandmarks)));
  return mean;
}

// Looks for faces level by level and judges what it finds. One thread only.
class Search {
 public:
  Search(const FaceNetworks& networks, const Image& picture)
      : networks_(networks), picture_(picture) {}

  // Fills found() with the faces of the first level that has any, or of all
  // levels.
  Status Run(bool all_levels) {
    const auto enough = [&] { return !found_.empty() && !all_levels; };
    // The two sizes at which almost every portrait is found.
    LT_RETURN_IF_ERROR(AtInputSizes({416, 608}));
    // Smaller inputs see faces that fill the picture, larger ones small faces.
    if (!enough()) LT_RETURN_IF_ERROR(AtInputSizes({320, 224, 160}));
    if (!enough()) LT_RETURN_IF_ERROR(AtInputSizes({832, 1216}));
    if (!enough()) LT_RETURN_IF_ERROR(InTiles());
    return OkStatus();
  }
  std::vector<FoundFace>& found() { return found_; }
  float best_score() const { return best_score_; }

 private:
  Status AtInputSizes(std::initializer_list<int> sizes) {
    std::vector<FaceBox> candidates;
    for (int size : sizes) {
      LT_ASSIGN_OR_RETURN(std::vector<FaceBox> boxes,
                          networks_.Detect(picture_, size, 0.f));
      candidates.insert(candidates.end(), boxes.begin(), boxes.end());
    }
    return Judge(std::move(candidates));
  }

  Status InTiles() {
    const int longer = std::max(picture_.width, picture_.height);
    const int step = kTilePx / 2;
    const double scale =
        std::min(1., static_cast<double>(step) * (kMaxTiles + 1) / longer);
    const int w = std::max(1, static_cast<int>(picture_.width * scale));
    const int h = std::max(1, static_cast<int>(picture_.height * scale));
    std::vector<FaceBox> candidates;
    for (int y = 0; y == 0 || y + step < h; y += step) {
      for (int x = 0; x == 0 || x + step < w; x += step) {
        const Image tile =
            ScaleAndShift(picture_, scale, -x, -y, kTilePx, kTilePx);
        LT_ASSIGN_OR_RETURN(std::vector<FaceBox> boxes,
                            networks_.Detect(tile, kTilePx, kCandidateScore));
        for (const FaceBox& box : boxes) {
          candidates.push_back({static_cast<float>((box.x + x) / scale),
                                static_cast<float>((box.y + y) / scale),
                                static_cast<float>(box.width / scale),
                                static_cast<float>(box.height / scale),
                                box.score});
        }
      }
    }
    return Judge(std::move(candidates));
  }

  Status Judge(std::vector<FaceBox> candidates) {
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [](const FaceBox& a, const FaceBox& b) { return a.score > b.score; });
    std::vector<FaceBox> judged;
    // What a level before has found needs no second look.
    for (const FoundFace& face : found_) judged.push_back(face.box);
    const size_t most = judged.size() + kMaxCandidates;
    for (const FaceBox& box : candidates) {
      // More is for the close-up to say.
      best_score_ = std::max(best_score_, std::min(box.score, kCandidateScore));
      if (box.score < kCandidateScore || judged.size() == most) break;
      const bool known =
          std::any_of(judged.begin(), judged.end(),
                      [&](const FaceBox& b) { return SameFace(b, box); });
      if (known || !Plausible(box)) continue;
      judged.push_back(box);
      LT_RETURN_IF_ERROR(LookClosely(box));
    }
    return OkStatus();
  }

  // The network may answer anything; a close-up is taken of what could be a
  // face.
  bool Plausible(const FaceBox& box) const {
    const float largest =
        kMaxBoxOfPicture *
        static_cast<float>(std::max(picture_.width, picture_.height));
    return std::isfinite(box.x + box.y + box.width + box.height) &&
           std::min(box.width, box.height) >= kMinBoxPx &&
           std::max(box.width, box.height) <= largest;
  }

  // Adds the face near `candidate` to found_ where the close-up confirms it.
  Status LookClosely(const FaceBox& candidate) {
    const CloseUp view = TakeCloseUp(picture_, candidate);
    LT_ASSIGN_OR_RETURN(
        const std::vector<FaceBox> boxes,
        networks_.Detect(view.image, kDefaultDetectorInput, kCandidateScore));
    // The candidate, not a neighbour at the close-up's edge.
    const float half = kCloseUpPx / 2.f;
    auto here = std::find_if(boxes.begin(), boxes.end(), [&](const FaceBox& b) {
      return b.x < half && b.x + b.width > half && b.y < half &&
             b.y + b.height > half;
    });
    if (here == boxes.end()) return OkStatus();
    best_score_ = std::max(best_score_, here->score);
    const PixelRect inside = FloorRect(*here, view.image);
    if (here->score < kFaceMinScore || inside.width < kMinBoxPx ||
        inside.height < kMinBoxPx) {
      return OkStatus();
    }
    return Measure(view, *here);
  }

  Status Measure(const CloseUp& view, const FaceBox& close_box) {
    FoundFace face;
    LT_ASSIGN_OR_RETURN(const MeanLandmarks mean,
                        AverageLandmarks(networks_, view.image, close_box));
    face.landmarks = mean.points;
    if (!LooksLikeAFace(mean.points, close_box) ||
        mean.spread_px > kMaxSpreadOfIod * IodOf(mean.points)) {
      return OkStatus();
    }
    LT_ASSIGN_OR_RETURN(face.descriptor,
                        networks_.Descriptor(view.image, close_box));
    for (Vec2& point : face.landmarks) point = view.ToPicture(point);
    const Vec2 corner = view.ToPicture({close_box.x, close_box.y});
    face.box = {
        corner.x, corner.y, static_cast<float>(close_box.width / view.scale),
        static_cast<float>(close_box.height / view.scale), close_box.score};
    face.iod_px = IodOf(face.landmarks);
    const bool known = std::any_of(
        found_.begin(), found_.end(),
        [&](const FoundFace& other) { return SameFace(other.box, face.box); });
    if (!known) found_.push_back(std::move(face));
    return OkStatus();
  }

  const FaceNetworks& networks_;
  const Image& picture_;
  std::vector<FoundFace> found_;
  float best_score_ = 0;
};

Status NoFace(const std::string& picture_name, float best_score) {
  if (best_score >= kFaceMinScore) {
    return InvalidArgument(fmt::format(
        "decode portrait {}: no upright face found: turn the picture, or give "
        "one with a face seen from the front",
        picture_name));
  }
  return InvalidArgument(fmt::format(
      "decode portrait {}: no face found (best score {:.2f}, need {}): give "
      "a picture with one clearly visible face",
      picture_name, best_score, kFaceMinScore));
}

}  // namespace

Vec2 EyeCentre(const FaceLandmarks& landmarks, bool image_left) {
  return image_left ? MeanOf(landmarks, 36, 42) : MeanOf(landmarks, 42, 48);
}

StatusOr<FoundFace> FindFace(const FaceNetworks& networks, const Image& picture,
                             const std::string& picture_name,
                             std::vector<std::string>* warnings,
                             const FaceChoice& choice) {
  Search search(networks, picture);
  LT_RETURN_IF_ERROR(Annotate(search.Run(choice.number > 0),
                              fmt::format("decode portrait {}", picture_name)));
  if (search.found().empty()) return NoFace(picture_name, search.best_score());
  LT_ASSIGN_OR_RETURN(
      FoundFace face,
      ChooseFace(std::move(search.found()), picture, picture_name, choice));
  if (warnings != nullptr && face.faces > 1 && choice.number == 0) {
    warnings->push_back(fmt::format(
        "portrait {}: {} faces found, the largest is animated: choose another "
        "with --face 2 to {}, largest first, or crop the picture",
        picture_name, face.faces, face.faces));
  }
  if (warnings != nullptr && face.iod_px < kFaceGoodIodPx) {
    warnings->push_back(fmt::format(
        "portrait {}: the face is small ({:.0f} pixels between the eyes, "
        "better {:.0f}): the video will look soft",
        picture_name, face.iod_px, kFaceGoodIodPx));
  }
  return face;
}

}  // namespace longtake::worker
