#include "worker/engine/render/host/mouth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "worker/engine/render/host/interior.h"
#include "worker/engine/render/host/rows.h"
#include "worker/engine/render/mouth_numbers.h"

namespace longtake::worker::host {
namespace {

// The interior lies this far behind the lips, IOD.
constexpr float kBehindLips = 0.10f;

// Planes of `count` values that are used again for every frame.
class Planes {
 public:
  explicit Planes(size_t count) : count_(count) {}
  float* Get(int index) {
    while (planes_.size() <= static_cast<size_t>(index)) {
      planes_.emplace_back(count_);
    }
    return planes_[index].data();
  }

 private:
  const size_t count_;
  std::vector<std::vector<float>> planes_;
};

Texture PhotographedGap(const FaceRig& rig) {
  if (!rig.shows_teeth) return {};
  const Plane alpha = TeethAlpha(rig);
  Texture out(rig.width, rig.height);
  for (int y = 0; y < rig.height; ++y) {
    for (int x = 0; x < rig.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        out.at(x, y)[c] = ToTexel(rig.gap_texture.at(x, y, c));
      }
      out.at(x, y)[3] = ToShare(alpha.at(x, y));
    }
  }
  return out;
}

// s or t (axis 0 or 1) of the mouth frame at a pixel, times `scale`.
Axis MouthAxis(const FaceRig& rig, int axis, float scale, Vec2 shift) {
  const auto value = [&](float x, float y) {
    const Vec2 st = MouthPoint(rig, FacePoint(rig, x + shift.x, y + shift.y));
    return scale * (axis == 0 ? st.x : st.y);
  };
  const float origin = value(0, 0);
  return {value(1, 0) - origin, value(0, 1) - origin, origin};
}

}  // namespace

struct Mouth::State {
  State(const FaceRig& rig, const PixelBox& moving);

  PixelBox Place(const FacePose& pose, const Warp& warp) const;
  void SolveLips(const Warp& warp, const PixelBox& part);
  PixelBox FindOpening(const PixelBox& part);
  void DrawOpening(const FacePose& pose, const Warp& warp, const PixelBox& part,
                   const PixelBox& opening);
  void SoftenOpening(const PixelBox& opening);
  void JoinRow(int row, const PixelBox& part, const PixelBox& opening,
               const Texture& head, const uint8_t* plate, uint8_t* rgb);

  // Rows of the part with one more pixel all around: [part_h + 2, wide].
  float* Wide(std::vector<float>& plane, int row) {
    return &plane[static_cast<size_t>(row) * wide];
  }

  const FaceRig& geometry;
  PixelBox box;
  int part_w = 0, part_h = 0, wide = 0;
  Plane phi_upper, phi_lower;
  Texture gap;  // empty unless the photograph's teeth are used
  InteriorTraits traits;
  std::vector<float> tooth_table, blur;
  Axis along;  // s of a pixel

  // Of one frame. Origins are pairs: rows of 2 * wide floats.
  std::vector<float> upper_at, lower_at;
  std::vector<float> upper_phi, lower_phi;
  std::vector<float> upper_cover, lower_cover, seen;  // [part_h, wide]
  // Of its opening, [opening.h, opening.w].
  std::array<std::vector<float>, 3> colour, soft;
  std::vector<float> photo, weight;
  Planes rows;  // [wide] scratch
  std::vector<int16_t> over, layer;
};

Mouth::State::State(const FaceRig& rig, const PixelBox& moving)
    : geometry(rig),
      box(moving),
      part_w(std::min(moving.w, 2 * static_cast<int>(std::ceil(
                                        (1.25f * rig.mouth_half_width + 0.22f) *
                                        rig.iod_px)))),
      part_h(
          std::min(moving.h, static_cast<int>(std::ceil(1.25f * rig.iod_px)))),
      wide(part_w),
      phi_upper(rig.phi_upper),
      phi_lower(rig.phi_lower),
      gap(PhotographedGap(rig)),
      traits(rig),
      tooth_table(MakeToothTable()),
      blur(BlurTaps(std::max(0.6f, 0.42f * rig.softness_px))),
      along(MouthAxis(rig, 0, 1, {})),
      rows(static_cast<size_t>(part_w) * 2) {
  const size_t plane = static_cast<size_t>(part_h) * wide;
  upper_at.resize(2 * plane);
  lower_at.resize(2 * plane);
  for (auto* p : {&upper_phi, &lower_phi, &upper_cover, &lower_cover, &seen,
                  &photo, &weight}) {
    p->resize(plane);
  }
  for (int c = 0; c < 3; ++c) {
    colour[c].resize(plane);
    soft[c].resize(plane);
  }
  layer.resize(static_cast<size_t>(wide) * 4);
  over = layer;
}

// The part of the frame that is redrawn, a pixel inside the box: only where
// the lips can be.
PixelBox Mouth::State::Place(const FacePose& pose, const Warp& warp) const {
  const FaceRig& g = geometry;
  const Vec2 shift = HeadShiftPx(g, MakeHeadTurn(pose), g.mouth_centre);
  const Vec2 rest = PixelPoint(g, g.mouth_centre);
  const float x = rest.x + shift.x, y = rest.y + shift.y - 0.42f * g.iod_px;
  const int x0 = std::clamp(static_cast<int>(std::floor(x)) - part_w / 2,
                            box.x0, box.x0 + box.w - part_w);
  const int y0 = std::clamp(static_cast<int>(std::floor(y)), box.y0,
                            box.y0 + box.h - part_h);
  const Range lips = warp.lip_rows();
  const int top = std::max(y0, lips.first);
  const int bottom = std::min(y0 + part_h, lips.end);
  const Range columns = warp.lip_columns();
  const int left = std::max(x0, columns.first);
  const int right = std::min(x0 + part_w, columns.end);
  return {left + 1, top + 1, right - left - 2, bottom - top - 2};
}

// Origins and signed distances, one pixel past the part all around.
void Mouth::State::SolveLips(const Warp& warp, const PixelBox& part) {
  for (int row = 0; row < part.h + 2; ++row) {
    float* upper = Wide(upper_at, 2 * row);
    float* lower = Wide(lower_at, 2 * row);
    warp.LipRow(part.x0 - 1, part.y0 - 1 + row, part.w + 2, upper, lower);
    SampleAt(phi_upper, upper, part.w + 2, Wide(upper_phi, row));
    SampleAt(phi_lower, lower, part.w + 2, Wide(lower_phi, row));
  }
}

// The smallest box around all that is neither beyond the corners nor under a
// lip, and as much around it as the blur reaches; empty where all is covered.
// From the part's corner.
PixelBox Mouth::State::FindOpening(const PixelBox& part) {
  int x0 = part.w, x1 = 0, y0 = part.h, y1 = 0;
  for (int row = 0; row < part.h; ++row) {
    float* upper = Wide(upper_cover, row);
    float* lower = Wide(lower_cover, row);
    float* open = Wide(seen, row);
    const auto cover = [&](std::vector<float>& phi, float* out) {
      CoverRow(Wide(phi, row), Wide(phi, row + 1), Wide(phi, row + 2), part.w,
               out);
    };
    cover(upper_phi, upper);
    cover(lower_phi, lower);
    float* s = rows.Get(0);
    Project(along, Wide(upper_at, 2 * (row + 1)) + 2, part.w, s);
    if (!Uncovered(s, upper, lower, part.w, open)) continue;
    y0 = std::min(y0, row);
    y1 = row + 1;
    x0 = std::min(x0,
                  static_cast<int>(std::find_if(open, open + part.w,
                                                [](float v) { return v > 0; }) -
                                   open));
    int last = part.w;
    while (last > x1 && open[last - 1] <= 0) --last;
    x1 = std::max(x1, last);
  }
  if (y1 == 0) return {};
  const int margin = static_cast<int>(blur.size() / 2);
  const int left = std::max(0, x0 - margin), top = std::max(0, y0 - margin);
  return {left, top, std::min(part.w, x1 + margin) - left,
          std::min(part.h, y1 + margin) - top};
}

void Mouth::State::DrawOpening(const FacePose& pose, const Warp& warp,
                               const PixelBox& part, const PixelBox& opening) {
  const FaceRig& g = geometry;
  const Vec2 behind{kBehindLips * std::sin(pose.yaw) * g.iod_px,
                    kBehindLips * std::sin(pose.pitch) * g.iod_px};
  const Axis x_axis = MouthAxis(g, 0, g.mouth_half_width, behind);
  const Axis t_axis = MouthAxis(g, 1, 1, behind);
  const float cover = TeethCover(pose) * g.iod_px;
  const Vec2 down = {g.mouth_y.x * g.ex.x + g.mouth_y.y * g.ey.x,
                     g.mouth_y.x * g.ex.y + g.mouth_y.y * g.ey.y};
  const Vec2 teeth_shift{behind.x + cover * down.x, behind.y + cover * down.y};
  const int n = opening.w;
  for (int row = 0; row < opening.h; ++row) {
    const int in_part = opening.y0 + row;
    float* skull = rows.Get(0);
    warp.SkullRow(part.x0 + opening.x0, part.y0 + in_part, n, skull);
    float *x = rows.Get(1), *t = rows.Get(2);
    Project(x_axis, skull, n, x);
    Project(t_axis, skull, n, t);
    float *opened = rows.Get(3), *shown = rows.Get(4);
    const size_t lips = 2 * static_cast<size_t>(opening.x0 + 1);
    Parted(Wide(upper_at, 2 * (in_part + 1)) + lips,
           Wide(lower_at, 2 * (in_part + 1)) + lips, skull, n, opened, shown);
    float *under_upper = rows.Get(5), *over_lower = rows.Get(6);
    const float* u = Wide(upper_phi, in_part + 1) + opening.x0 + 1;
    const float* l = Wide(lower_phi, in_part + 1) + opening.x0 + 1;
    const float* up = Wide(upper_cover, in_part) + opening.x0;
    float* s = rows.Get(7);
    Project(along, Wide(upper_at, 2 * (in_part + 1)) + lips, n, s);
    for (int i = 0; i < n; ++i) {
      under_upper[i] = -u[i];
      over_lower[i] = -l[i];
    }
    const size_t at = static_cast<size_t>(row) * n;
    // Under the upper lip's cover the interior is not seen.
    float* none = rows.Get(8);
    std::fill_n(none, n, 0.f);
    Uncovered(s, up, none, n, &weight[at]);
    for (int i = 0; i < n; ++i) weight[at + i] *= shown[i];
    std::array<float*, kToothRows> teeth;
    for (int k = 0; k < kToothRows; ++k) teeth[k] = rows.Get(9 + k);
    TeethAt(tooth_table, x, n, teeth);
    float* photo_rgb[4] = {rows.Get(20), rows.Get(21), rows.Get(22),
                           &photo[at]};
    if (gap.width > 0) {
      float* place = rows.Get(23);
      for (int i = 0; i < n; ++i) {
        place[2 * i] = skull[2 * i] + teeth_shift.x;
        place[2 * i + 1] = skull[2 * i + 1] + teeth_shift.y;
      }
      SampleTexture(gap, place, n, layer.data());
      ToPlanes(layer.data(), n, 4, photo_rgb);
    } else {
      for (float* plane : photo_rgb) std::fill_n(plane, n, 0.f);
    }
    InteriorRow interior{x,
                         t,
                         under_upper,
                         over_lower,
                         opened,
                         {},
                         {},
                         &photo[at],
                         {&colour[0][at], &colour[1][at], &colour[2][at]}};
    std::copy(teeth.begin(), teeth.end(), interior.teeth);
    std::copy_n(photo_rgb, 3, interior.photo_rgb);
    DrawInterior(traits, pose, interior, n);
  }
}

// As soft as the photograph; its own teeth already are.
void Mouth::State::SoftenOpening(const PixelBox& opening) {
  const int w = opening.w, h = opening.h;
  const int taps = static_cast<int>(blur.size()), reach = taps / 2;
  std::vector<float> padded(static_cast<size_t>(w) + 2 * reach);
  std::vector<const float*> lines(taps);
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < h; ++y) {
      const float* row = &colour[c][static_cast<size_t>(y) * w];
      std::fill_n(padded.begin(), reach, row[0]);
      std::copy_n(row, w, padded.begin() + reach);
      std::fill_n(padded.begin() + reach + w, reach, row[w - 1]);
      WeightAlong(padded.data(), blur.data(), taps, w,
                  &soft[c][static_cast<size_t>(y) * w]);
    }
    for (int y = 0; y < h; ++y) {
      for (int k = 0; k < taps; ++k) {
        lines[k] =
            &soft[c]
                 [static_cast<size_t>(std::clamp(y + k - reach, 0, h - 1)) * w];
      }
      float* blurred = rows.Get(0);
      WeightRows(lines.data(), blur.data(), taps, w, blurred);
      float* row = &colour[c][static_cast<size_t>(y) * w];
      const float* own = &photo[static_cast<size_t>(y) * w];
      for (int x = 0; x < w; ++x) {
        row[x] = blurred[x] + (row[x] - blurred[x]) * own[x] * own[x];
      }
    }
  }
}

void Mouth::State::JoinRow(int row, const PixelBox& part,
                           const PixelBox& opening, const Texture& head,
                           const uint8_t* plate, uint8_t* rgb) {
  const auto sample = [&](std::vector<float>& at, std::vector<int16_t>* out) {
    float* places = rows.Get(0);
    const float* from = Wide(at, 2 * (row + 1)) + 2;
    for (int i = 0; i < 2 * part.w; ++i) places[i] = 2 * from[i];
    SampleTexture(head, places, part.w, out->data());
  };
  const float* cover = Wide(lower_cover, row);
  const auto [least, most] = std::minmax_element(cover, cover + part.w);
  // Rows past the lips are of one layer alone.
  if (*least < 1) {
    sample(upper_at, &layer);
    if (row >= opening.y0 && row < opening.y0 + opening.h) {
      const size_t at = static_cast<size_t>(row - opening.y0) * opening.w;
      const float* planes[3] = {&colour[0][at], &colour[1][at], &colour[2][at]};
      int16_t* seen_there = &layer[4 * static_cast<size_t>(opening.x0)];
      std::copy_n(seen_there, 4 * opening.w, over.data());
      FromPlanes(planes, opening.w, over.data());
      MixTexels(over.data(), &weight[at], opening.w, seen_there);
    }
  }
  if (*most > 0) {
    sample(lower_at, *least < 1 ? &over : &layer);
    if (*least < 1) MixTexels(over.data(), cover, part.w, layer.data());
  }
  PutOverPlate(layer.data(), plate, part.w, rgb);
}

Mouth::Mouth(const FaceRig& rig, const PixelBox& box)
    : state_(std::make_unique<State>(rig, box)) {}
Mouth::~Mouth() = default;

void Mouth::Draw(const FacePose& pose, const Warp& warp, const Texture& head,
                 const uint8_t* plate, Image* out) {
  State& s = *state_;
  const PixelBox part = s.Place(pose, warp);
  if (part.h <= 0 || part.w <= 0) return;
  s.SolveLips(warp, part);
  const PixelBox opening = s.FindOpening(part);
  if (opening.w > 0) {
    s.DrawOpening(pose, warp, part, opening);
    s.SoftenOpening(opening);
  }
  for (int row = 0; row < part.h; ++row) {
    const size_t pixel =
        static_cast<size_t>(part.y0 + row) * out->width + part.x0;
    s.JoinRow(row, part, opening, head, plate + 4 * pixel,
              out->rgb.data() + 3 * pixel);
  }
}

}  // namespace longtake::worker::host
