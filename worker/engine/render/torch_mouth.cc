#include "worker/engine/render/torch_mouth.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/torch_interior.h"
#include "worker/engine/render/torch_ops.h"

namespace longtake::worker {
namespace {

using at::Tensor;

// Half width of the antialiased edge of a lip, pixels, and the least slope of
// the signed distance it trusts.
constexpr float kEdgePx = 1.3f;
constexpr float kLeastSlope = 0.25f;
// The interior lies this far behind the lips, IOD.
constexpr float kBehindLips = 0.10f;

// Columns behind those of MouthNumber: what is added to x and t of the skull,
// and to where the photographed teeth are looked up.
enum SkullNumber : int {
  kSkullX = kMouthNumbers,
  kSkullT,
  kSkullPlace,  // x then y, frame units
  kSkullEnd = kSkullPlace + 2,
};
static_assert(TorchMouth::kNumbers == kSkullEnd);

// Without the outermost pixels.
Tensor Inner(const Tensor& v) {
  return v.narrow(-2, 1, v.size(-2) - 2).narrow(-1, 1, v.size(-1) - 2);
}

// The lips' antialiased cover from signed distances [n, h + 2, w + 2]; slopes
// by central differences, so the outermost pixels are lost: [n, h, w].
Tensor Cover(const Tensor& phi_at) {
  const int64_t h = phi_at.size(1) - 2, w = phi_at.size(2) - 2;
  const auto at = [&](int64_t y, int64_t x) {
    return phi_at.narrow(1, y, h).narrow(2, x, w);
  };
  const Tensor dx = at(1, 2) - at(1, 0), dy = at(2, 1) - at(0, 1);
  // Twice the slope, and half the distance's share of a pixel each way.
  const Tensor slope =
      dx.mul_(dx).addcmul_(dy, dy).sqrt_().clamp_min_(2 * kLeastSlope);
  return Ramp(at(1, 1) / slope, 2 / kEdgePx, 0.5f);
}

}  // namespace

struct TorchMouth::State {
  State(const FaceRig& rig, const PixelBox& moving, const std::string& device);

  const FaceRig& geometry;
  PixelBox box;
  int part_w = 0, part_h = 0;
  Tensor phi_upper, phi_lower;  // [1, 1, H, W]
  Tensor frame_px;              // [2, 1, 1] frame units to pixels
  TorchInterior interior;

  struct Lips;
  std::vector<PixelBox> Place(std::span<const FacePose> poses) const;
  Lips ViewLips(const TorchWarp& warp, const TorchHead& head,
                const std::vector<PixelBox>& parts) const;
  Tensor ViewInterior(const Tensor& numbers, const Lips& lips,
                      const Tensor& skull) const;
  // s or t (axis 0 or 1) of points in frame units that are moved by `shift`
  // pixels are along.x * x + along.y * y + offset.
  struct MouthAxis {
    Vec2 along;
    float offset = 0;
  };
  MouthAxis ToMouth(int axis, Vec2 shift = {}) const;
};

// The mouths' parts of n frames, planes [n, h, w].
struct TorchMouth::State::Lips {
  Tensor upper_at, lower_at;    // [n, 2, h, w] origins, frame units
  Tensor upper_phi, lower_phi;  // signed distances, px
  Tensor upper_cover, lower_cover;
  Tensor upper, lower;  // [n, 4, h, w] the head's layers
};

TorchMouth::State::State(const FaceRig& rig, const PixelBox& moving,
                         const std::string& device)
    : geometry(rig),
      box(moving),
      phi_upper(PlaneTensor(rig.phi_upper, device)),
      phi_lower(PlaneTensor(rig.phi_lower, device)),
      interior(rig, device) {
  const float iod = rig.iod_px;
  part_w = std::min(
      box.w, 2 * static_cast<int>(
                     std::ceil((1.25f * rig.mouth_half_width + 0.22f) * iod)));
  part_h = std::min(box.h, static_cast<int>(std::ceil(1.25f * iod)));
  const std::array<float, 2> half{static_cast<float>(rig.width - 1) / 2,
                                  static_cast<float>(rig.height - 1) / 2};
  frame_px = FloatTensor(half.data(), {2, 1, 1}, device);
}

TorchMouth::TorchMouth(const FaceRig& rig, const PixelBox& box,
                       const std::string& device)
    : state_(std::make_unique<State>(rig, box, device)) {}

TorchMouth::~TorchMouth() = default;

TorchMouth::State::MouthAxis TorchMouth::State::ToMouth(int axis,
                                                        Vec2 shift) const {
  // Three points give the affine map from frame units.
  const auto value = [&](float ux, float uy) {
    const float px = (ux + 1) / 2 * static_cast<float>(geometry.width - 1);
    const float py = (uy + 1) / 2 * static_cast<float>(geometry.height - 1);
    const Vec2 st =
        MouthPoint(geometry, FacePoint(geometry, px + shift.x, py + shift.y));
    return axis == 0 ? st.x : st.y;
  };
  const float o = value(0, 0);
  return {{value(1, 0) - o, value(0, 1) - o}, o};
}

void TorchMouth::Fill(const FacePose& pose, float* numbers) const {
  const State& s = *state_;
  const FaceRig& g = s.geometry;
  const MouthNumbers inside = s.interior.NumbersOf(pose);
  std::copy(inside.begin(), inside.end(), numbers);
  const Vec2 behind{kBehindLips * std::sin(pose.yaw) * g.iod_px,
                    kBehindLips * std::sin(pose.pitch) * g.iod_px};
  numbers[kSkullX] = g.mouth_half_width * s.ToMouth(0, behind).offset;
  numbers[kSkullT] = s.ToMouth(1, behind).offset;
  // Rounded lips cover the photographed teeth: they are looked up lower.
  const float cover = TeethCover(pose) * g.iod_px;
  const Vec2 down = {g.mouth_y.x * g.ex.x + g.mouth_y.y * g.ey.x,
                     g.mouth_y.x * g.ex.y + g.mouth_y.y * g.ey.y};
  numbers[kSkullPlace] =
      (behind.x + cover * down.x) * 2 / static_cast<float>(g.width - 1);
  numbers[kSkullPlace + 1] =
      (behind.y + cover * down.y) * 2 / static_cast<float>(g.height - 1);
}

// The part of each frame that is redrawn, from the box's corner, a pixel inside
// the box.
std::vector<PixelBox> TorchMouth::State::Place(
    std::span<const FacePose> poses) const {
  const FaceRig& g = geometry;
  const Vec2 rest = PixelPoint(g, g.mouth_centre);
  std::vector<PixelBox> parts;
  for (const FacePose& pose : poses) {
    const Vec2 shift = HeadShiftPx(g, MakeHeadTurn(pose), g.mouth_centre);
    const float x = rest.x + shift.x, y = rest.y + shift.y - 0.42f * g.iod_px;
    const int x0 =
        std::clamp(static_cast<int>(std::floor(x)) - part_w / 2 - box.x0, 0,
                   box.w - part_w);
    const int y0 =
        std::clamp(static_cast<int>(std::floor(y)) - box.y0, 0, box.h - part_h);
    parts.push_back({x0 + 1, y0 + 1, part_w - 2, part_h - 2});
  }
  return parts;
}

TorchMouth::State::Lips TorchMouth::State::ViewLips(
    const TorchWarp& warp, const TorchHead& head,
    const std::vector<PixelBox>& parts) const {
  // One pixel more all around, for the slopes.
  std::vector<PixelBox> wide;
  for (const PixelBox& p : parts) {
    wide.push_back({p.x0 - 1, p.y0 - 1, p.w + 2, p.h + 2});
  }
  const auto n = static_cast<int64_t>(parts.size());
  const Tensor maps = warp.LipMaps(wide);
  const Tensor upper = maps.narrow(0, 0, n), lower = maps.narrow(0, n, n);
  const auto distance = [&](const Tensor& phi, const Tensor& at) {
    return Sample(phi.expand({n, -1, -1, -1}), at).squeeze(1);
  };
  const Tensor upper_phi = distance(phi_upper, upper);
  const Tensor lower_phi = distance(phi_lower, lower);
  const Tensor layers = head.At(Inner(maps));
  return {Inner(upper),           Inner(lower),          Inner(upper_phi),
          Inner(lower_phi),       Cover(upper_phi),      Cover(lower_phi),
          layers.narrow(0, 0, n), layers.narrow(0, n, n)};
}

// The upper lip's colours with the interior where it shows, [n, 3, h, w].
// `skull`: origins by the head's turn alone, [n, 2, h, w].
Tensor TorchMouth::State::ViewInterior(const Tensor& numbers, const Lips& lips,
                                       const Tensor& skull) const {
  const auto number = [&](int which) {
    return numbers.select(1, which).reshape({-1, 1, 1});
  };
  const auto along = [&](int axis, float scale) {
    const Vec2 by = ToMouth(axis).along;
    return (skull.select(1, 0) * (scale * by.x))
        .add_(skull.select(1, 1), scale * by.y);
  };
  const Tensor x = along(0, geometry.mouth_half_width).add_(number(kSkullX));
  const Tensor t = along(1, 1).add_(number(kSkullT));
  // Where neither lip has moved against the skull the photograph is right.
  const auto moved = [&](const Tensor& lip) {
    return (lip - skull).mul_(frame_px).square_().sum(1);
  };
  const Tensor upper = moved(lips.upper_at), lower = moved(lips.lower_at);
  const Tensor place =
      skull + numbers.narrow(1, kSkullPlace, 2).reshape({-1, 2, 1, 1});
  const Tensor drawn = interior.Draw({
      .numbers = numbers,
      .x = x,
      .t = t,
      .under_upper = -lips.upper_phi,
      .over_lower = -lips.lower_phi,
      .opened = upper.sqrt().add_(lower.sqrt()),
      .skull = place,
  });
  // Neither beyond the corners nor under the upper lip's cover.
  const MouthAxis s = ToMouth(0);
  const Tensor aside = Affine(lips.upper_at.select(1, 0), s.along.x, s.offset)
                           .add_(lips.upper_at.select(1, 1), s.along.y)
                           .abs_();
  const Tensor shown = SmoothRamp(at::maximum(upper, lower), 0.02f, 1)
                           .mul_(SmoothRamp(aside, 1, 0.93f))
                           .mul_(Affine(lips.upper_cover, -1, 1));
  return Mix(lips.upper.narrow(1, 0, 3), drawn, shown.unsqueeze(1));
}

void TorchMouth::Draw(std::span<const FacePose> poses, const Tensor& numbers,
                      const TorchWarp& warp, const TorchHead& head,
                      const Tensor& plate, Tensor* canvas) const {
  const State& s = *state_;
  const std::vector<PixelBox> parts = s.Place(poses);
  const State::Lips lips = s.ViewLips(warp, head, parts);
  const Tensor upper = s.ViewInterior(numbers, lips, warp.SkullMap(parts));
  const Tensor cover = lips.lower_cover.unsqueeze(1);
  const Tensor colour = Mix(upper, lips.lower.narrow(1, 0, 3), cover);
  const Tensor behind =
      Mix(lips.upper.narrow(1, 3, 1), lips.lower.narrow(1, 3, 1), cover);
  Put(at::addcmul(colour, Cut(plate.unsqueeze(0), parts), behind), parts,
      canvas);
}

}  // namespace longtake::worker
