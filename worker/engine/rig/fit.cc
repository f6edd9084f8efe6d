// The order of the fit, and its edge towards OpenCV. Units: face units (IOD)
// unless a name says pixels; see face_rig.h.
//
//   1. frame      eyes' centres give origin, axes and unit
//   2. softness   how blurred the photograph is; what is drawn into it must be
//                 as soft (gradient energy around the eyes against a copy
//                 blurred by one pixel)
//   3. mouth      lips' edges in a rectified strip (mouth_line.cc)
//   4. eyes       lash lines, iris, textures (eyes.cc)
//   5. head       depth and the supports of both motions (head.cc)
//   6. handles    control points of the warp (handles.cc)
//   7. interior   colours and photographed teeth (interior_colours.cc)
//   8. layers     matte and plate (matte.cc), beside steps 3 to 7
#include "worker/engine/rig/fit.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <future>

#include "fmt/format.h"
#include "opencv2/core.hpp"
#include "opencv2/imgproc.hpp"
#include "worker/engine/rig/eyes.h"
#include "worker/engine/rig/handles.h"
#include "worker/engine/rig/head.h"
#include "worker/engine/rig/interior_colours.h"
#include "worker/engine/rig/matte.h"
#include "worker/engine/rig/mouth_line.h"
#include "worker/engine/rig/numerics.h"
#include "worker/engine/rig/portrait.h"

namespace longtake::worker {
namespace {

constexpr int kLeastSidePx = 64;
constexpr double kLeastIodPx = 10;
// Least sizes, IOD: half the mouth's width, half an eye's, the chin under the
// mouth, half the face's width; and how far any landmark may lie off.
constexpr double kLeastMouthHalf = .10, kLeastEyeHalf = .08;
constexpr double kLeastChin = .12, kLeastFaceHalf = .4, kFarthest = 6;

// Softness: ratio r of gradient energy after / before a blur of 1 px; for an
// edge of width sigma it is about sigma^2 / (sigma^2 + 1.6^2).
constexpr double kSoftnessGain = 1.6;
constexpr double kSoftnessX = .8,
                 kSoftnessY = .3;  // face units around the eyes

cv::Point2d MeanOf(const std::array<Vec2, 68>& marks, int first, int last) {
  cv::Point2d sum;
  for (int i = first; i <= last; ++i) sum += {marks[i].x, marks[i].y};
  return sum / (last - first + 1);
}

Status CheckInput(const Image& framed, const std::array<Vec2, 68>& marks,
                  float source_scale) {
  const size_t bytes = static_cast<size_t>(std::max(framed.width, 0)) *
                       static_cast<size_t>(std::max(framed.height, 0)) * 3;
  if (std::min(framed.width, framed.height) < kLeastSidePx ||
      framed.rgb.size() != bytes) {
    return InvalidArgument(fmt::format(
        "fit rig: frame of {} x {} pixels, {} bytes; a side needs "
        "at least {} pixels",
        framed.width, framed.height, framed.rgb.size(), kLeastSidePx));
  }
  for (const Vec2& m : marks) {
    if (!std::isfinite(m.x) || !std::isfinite(m.y)) {
      return InvalidArgument("fit rig: a landmark is not a number");
    }
  }
  if (!std::isfinite(source_scale) || source_scale <= 0) {
    return InvalidArgument(
        fmt::format("fit rig: source scale {} must be > 0", source_scale));
  }
  return OkStatus();
}

StatusOr<FaceFrame> FindFrame(const Image& framed,
                              const std::array<Vec2, 68>& marks) {
  const cv::Point2d left = MeanOf(marks, 36, 41), right = MeanOf(marks, 42, 47);
  FaceFrame frame;
  frame.iod_px = cv::norm(right - left);
  if (frame.iod_px < kLeastIodPx) {
    return InvalidArgument(
        fmt::format("fit rig: the eyes are {:.1f} pixels apart, need {}; use a "
                    "larger portrait",
                    frame.iod_px, kLeastIodPx));
  }
  frame.origin = (left + right) / 2;
  frame.ex = (right - left) / frame.iod_px;
  frame.ey = {-frame.ex.y, frame.ex.x};
  if (frame.origin.x < 0 || frame.origin.y < 0 ||
      frame.origin.x >= framed.width || frame.origin.y >= framed.height) {
    return InvalidArgument("fit rig: the eyes lie outside the frame");
  }
  return frame;
}

Portrait MakePortrait(const Image& framed, const std::array<Vec2, 68>& marks,
                      const FaceFrame& frame) {
  Portrait p;
  p.width = framed.width;
  p.height = framed.height;
  p.scale = std::min(p.width, p.height) / kReferenceSidePx;
  p.frame = frame;
  for (int i = 0; i < 68; ++i) {
    p.marks[i] = frame.ToFace(cv::Point2d(marks[i].x, marks[i].y));
  }
  p.rgb.create(p.height, p.width);
  p.grey.create(p.height, p.width);
  p.x.create(p.height, p.width);
  p.y.create(p.height, p.width);
  const uint8_t* px = framed.rgb.data();
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c, px += 3) {
      p.rgb(r, c) = cv::Vec3f(px[0], px[1], px[2]);
      p.grey(r, c) = (px[0] + px[1] + px[2]) / 3.f;
      const cv::Point2d f = frame.ToFace(cv::Point2d(c, r));
      p.x(r, c) = static_cast<float>(f.x);
      p.y(r, c) = static_cast<float>(f.y);
    }
  }
  return p;
}

Status CheckProportions(const Portrait& p) {
  const auto& m = p.marks;
  for (const cv::Point2d& q : m) {
    if (cv::norm(q) > kFarthest) {
      return InvalidArgument(
          fmt::format("fit rig: a landmark lies {:.1f} inter-ocular distances "
                      "from the eyes",
                      cv::norm(q)));
    }
  }
  const double mouth = (m[54].x - m[48].x) / 2;
  const double eye = std::min(m[39].x - m[36].x, m[45].x - m[42].x) / 2;
  const double chin = m[8].y - (m[48].y + m[54].y) / 2;
  const double face = (m[16].x - m[0].x) / 2;
  const double mouth_below = (m[48].y + m[54].y) / 2;
  if (mouth < kLeastMouthHalf || eye < kLeastEyeHalf || chin < kLeastChin ||
      face < kLeastFaceHalf || mouth_below < kLeastChin) {
    return InvalidArgument(fmt::format(
        "fit rig: no usable face: half mouth {:.2f}, half eye {:.2f}, chin "
        "{:.2f} under the mouth, half face {:.2f} inter-ocular distances; use "
        "a portrait that faces the camera",
        mouth, eye, chin, face));
  }
  return OkStatus();
}

double GradientEnergy(const Portrait& p, const cv::Mat1f& grey) {
  cv::Mat1f gx, gy;
  cv::Sobel(grey, gx, CV_32F, 1, 0);
  cv::Sobel(grey, gy, CV_32F, 0, 1);
  double sum = 0;
  int64_t n = 0;
  for (int r = 0; r < p.height; ++r) {
    for (int c = 0; c < p.width; ++c) {
      if (std::abs(p.x(r, c)) >= kSoftnessX) continue;
      if (std::abs(p.y(r, c)) >= kSoftnessY) continue;
      sum += static_cast<double>(gx(r, c)) * gx(r, c) +
             static_cast<double>(gy(r, c)) * gy(r, c);
      ++n;
    }
  }
  return n > 0 ? sum / n : 0;
}

double Softness(const Portrait& p) {
  cv::Mat1f blurred;
  cv::GaussianBlur(p.grey, blurred, cv::Size(), 1.0);
  const double sharp = GradientEnergy(p, p.grey);
  const double soft = GradientEnergy(p, blurred);
  const double r = sharp > 0 ? std::clamp(soft / sharp, .05, .98) : .98;
  return kSoftnessGain * std::sqrt(r / (1 - r));
}

Vec2 ToVec2(const cv::Point2d& q) {
  return {static_cast<float>(q.x), static_cast<float>(q.y)};
}

void StoreMouth(const MouthLine& mouth, FaceRig* rig) {
  rig->mouth_centre = ToVec2(mouth.centre);
  rig->mouth_x = ToVec2(mouth.x);
  rig->mouth_y = ToVec2(mouth.y);
  rig->mouth_half_width = static_cast<float>(mouth.half_width);
  rig->upper_edge.assign(mouth.upper.begin(), mouth.upper.end());
  rig->lower_edge.assign(mouth.lower.begin(), mouth.lower.end());
  rig->phi_upper = HalfPlane(mouth.phi_upper);
  rig->phi_lower = HalfPlane(mouth.phi_lower);
}

void StoreHead(const Portrait& p, const HeadEllipse& head,
               const MouthLine& mouth, const std::array<EyeFit, 2>& eyes,
               FaceRig* rig) {
  rig->chin_y = static_cast<float>(head.chin_y);
  rig->head_centre_x = static_cast<float>(head.centre_x);
  rig->head_centre_y = static_cast<float>(head.centre_y);
  rig->head_half_width = static_cast<float>(head.half_width);
  rig->head_half_height = static_cast<float>(head.half_height);
  rig->depth = HalfPlane(HeadDepth(p, head, mouth, eyes));
  rig->head_mask = HalfPlane(HeadMask(p, head));
  rig->expression_mask = HalfPlane(ExpressionMask(p, head));
}

void StoreInterior(const Portrait& p, const MouthLine& mouth, FaceRig* rig) {
  const InteriorColours in = MeasureInterior(p, mouth, rig->handles);
  rig->skin = ToRgb(in.skin);
  rig->lip = ToRgb(in.lip);
  rig->teeth = ToRgb(in.teeth);
  rig->cavity = ToRgb(in.cavity);
  rig->tongue = ToRgb(in.tongue);
  rig->gum = ToRgb(in.gum);
  rig->colourfulness = static_cast<float>(in.colourfulness);
  rig->incisor_edge_t = static_cast<float>(in.incisor_edge_t);
  if (in.shows_teeth) {
    const cv::Mat3f texture = GapTexture(p, mouth);
    const cv::Mat1f alpha = GapAlpha(p, mouth, texture, in);
    if (TeethReachAcross(p, mouth, alpha)) {
      rig->shows_teeth = true;
      rig->gap_alpha = UnitPlane(alpha);
      rig->gap_texture = LevelsPlane(texture);
      return;
    }
  }
  rig->gap_alpha = Plane(p.width, p.height, 1);
}

struct Layers {
  cv::Mat1f alpha;
  cv::Mat3f plate;
};

Layers CutLayers(const Portrait& p, const HeadEllipse& head) {
  const cv::Mat1f alpha = CutMatte(p, head);
  return {alpha, FillPlate(p, head, alpha)};
}

FaceRig FitPortrait(const Portrait& p) {
  FaceRig rig;
  rig.width = p.width;
  rig.height = p.height;
  rig.iod_px = static_cast<float>(p.frame.iod_px);
  rig.origin_px = ToVec2(p.frame.origin);
  rig.ex = ToVec2(p.frame.ex);
  rig.ey = ToVec2(p.frame.ey);
  for (int i = 0; i < 68; ++i) rig.landmarks[i] = ToVec2(p.marks[i]);
  rig.softness_px = static_cast<float>(Softness(p));

  const HeadEllipse head = FitHeadEllipse(p);
  // Most of the fit's time, and nothing else waits for it.
  std::future<Layers> cut = std::async(
      std::launch::async, [&p, &head] { return CutLayers(p, head); });

  const MouthLine mouth = FitMouthLine(p);
  StoreMouth(mouth, &rig);
  const std::array<EyeFit, 2> eyes = FitEyes(p);
  rig.eyes = {eyes[0].rig, eyes[1].rig};
  StoreHead(p, head, mouth, eyes, &rig);
  rig.handles = PlaceHandles(p, mouth, head);
  StoreInterior(p, mouth, &rig);

  rig.image = LevelsPlane(p.rgb);
  const Layers layers = cut.get();
  rig.alpha = UnitPlane(layers.alpha);
  rig.plate = LevelsPlane(layers.plate);
  return rig;
}

}  // namespace

StatusOr<FaceRig> FitRig(const Image& framed,
                         const std::array<Vec2, 68>& landmarks_px,
                         float source_scale) {
  LT_RETURN_IF_ERROR(CheckInput(framed, landmarks_px, source_scale));
  LT_ASSIGN_OR_RETURN(const FaceFrame frame, FindFrame(framed, landmarks_px));
  try {
    cv::setNumThreads(1);
    const Portrait portrait = MakePortrait(framed, landmarks_px, frame);
    LT_RETURN_IF_ERROR(CheckProportions(portrait));
    FaceRig rig = FitPortrait(portrait);
    rig.source_scale = source_scale;
    return rig;
  } catch (const std::exception& e) {  // OpenCV's, or no more threads
    return Internal(fmt::format("fit rig: {}", e.what()));
  }
}

}  // namespace longtake::worker
