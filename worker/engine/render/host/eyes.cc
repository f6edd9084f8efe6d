#include "worker/engine/render/host/eyes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "worker/engine/render/eye_parts.h"
#include "worker/engine/render/host/lids.h"
#include "worker/engine/render/host/rows.h"

namespace longtake::worker::host {
namespace {

// Reach of the smooth lid's blur, IOD.
constexpr float kSoftReach = 0.04f;
// Rows of an eye are short: pixels of some are drawn together, about as many as
// the first cache holds the planes of.
constexpr int kPixelsTogether = 192;

Texture FromPlane(const Plane& plane) {
  Texture out(plane.width, plane.height);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      for (int c = 0; c < 3; ++c) out.at(x, y)[c] = ToTexel(plane.at(x, y, c));
    }
  }
  return out;
}

// The doubled texture's mean over a square of 2 reach + 1 texels, back to one
// sample a pixel.
Texture Softened(const Texture& head, int reach) {
  Texture out((head.width + 1) / 2, (head.height + 1) / 2);
  const int taps = 2 * reach + 1;
  std::vector<int32_t> columns(static_cast<size_t>(head.width) * 4);
  const auto row = [&](int y) {
    return head.at(0, std::clamp(y, 0, head.height - 1));
  };
  const auto add = [&](int y, int sign) {
    const int16_t* from = row(y);
    for (size_t i = 0; i < columns.size(); ++i) columns[i] += sign * from[i];
  };
  for (int y = -reach; y < reach; ++y) add(y, 1);
  for (int y = 0; y < out.height; ++y) {
    // Rows 2 y - reach to 2 y + reach.
    if (y > 0) {
      add(2 * y - 2 - reach, -1);
      add(2 * y - 1 - reach, -1);
      add(2 * y - 1 + reach, 1);
    }
    add(2 * y + reach, 1);
    for (int c = 0; c < 4; ++c) {
      const auto column = [&](int x) -> int64_t {
        return columns[static_cast<size_t>(std::clamp(x, 0, head.width - 1)) *
                           4 +
                       c];
      };
      int64_t sum = 0;
      for (int x = -reach; x <= reach; ++x) sum += column(x);
      for (int x = 0; x < out.width; ++x) {
        if (x > 0) {
          sum += column(2 * x - 1 + reach) + column(2 * x + reach) -
                 column(2 * x - 2 - reach) - column(2 * x - 1 - reach);
        }
        out.at(x, y)[c] = static_cast<int16_t>(
            std::lround(static_cast<double>(sum) / (taps * taps)));
      }
    }
  }
  return out;
}

}  // namespace

struct Eyes::State {
  struct Eye {
    LidTraits traits;
    Texture sclera, iris;
    Vec2 corner;  // pixel of their first sample
  };
  struct Strip {  // of one row of the frame
    size_t pixel;
    int count;
  };

  State(const FaceRig& rig, const PixelBox& moving, const Texture& head);

  void DrawEye(const FacePose& pose, const EyeNumbers& numbers, int k,
               const Warp& warp, const Texture& head, Image* out);
  // The pixels gathered in `strips`, with their origins in `at`.
  void DrawStrips(const FacePose& pose, const EyeNumbers& numbers, int k,
                  const Texture& head, Image* out);
  // Levels of a texture `per_pixel` samples a pixel at places[count, 2] pixels
  // from `corner`, moved down by `below` IOD where given.
  void Read(const Texture& from, float per_pixel, Vec2 corner,
            const float* below, int count, std::vector<float> (&to)[3]);

  const FaceRig& geometry;
  PixelBox box;
  const EyeParts parts;
  int room = 0;  // pixels that are drawn together
  std::array<Eye, 2> eyes;
  Texture soft;
  LidRow row;
  std::vector<Strip> strips;
  int gathered = 0;  // pixels of all strips
  std::vector<float> at, row_at, places;
  std::vector<int16_t> texels;
  std::vector<uint8_t> rgb;
};

Eyes::State::State(const FaceRig& rig, const PixelBox& moving,
                   const Texture& head)
    : geometry(rig),
      box(moving),
      parts(rig, moving),
      room(std::max(parts.part_w(), kPixelsTogether)),
      soft(Softened(head, std::max(1, static_cast<int>(std::lround(
                                          kSoftReach * 2 * rig.iod_px))))),
      row(room) {
  const Vec2 zero = FacePoint(rig, 0, 0), right = FacePoint(rig, 1, 0),
             down = FacePoint(rig, 0, 1);
  const float shared_half =
      static_cast<float>(rig.eyes[0].x1 - rig.eyes[0].x0) / 2;
  for (int k = 0; k < 2; ++k) {
    const RigEye& from = rig.eyes[k];
    Eye& eye = eyes[k];
    LidTraits& t = eye.traits;
    t.curves = MakeEyeCurves(from);
    t.centre_x = from.centre_x;
    t.half_width = from.half_width;
    t.iris_radius = from.iris_radius;
    t.box_centre = {static_cast<float>(from.x0 + from.x1 - 1) / 2,
                    static_cast<float>(from.y0 + from.y1 - 1) / 2};
    t.box_half = shared_half;
    t.iod_px = rig.iod_px;
    t.face_x = {right.x - zero.x, down.x - zero.x, zero.x};
    t.face_y = {right.y - zero.y, down.y - zero.y, zero.y};
    SetReach(&t);
    t.crease = LidColour(rig.skin, from.crease);
    eye.sclera = FromPlane(from.sclera);
    eye.iris = FromPlane(from.iris_texture);
    eye.corner = {static_cast<float>(from.x0), static_cast<float>(from.y0)};
  }
  const auto pixels = static_cast<size_t>(room);
  at.resize(2 * pixels);
  row_at.resize(2 * static_cast<size_t>(parts.part_w()));
  places.resize(2 * pixels);
  texels.resize(4 * pixels);
  rgb.resize(3 * pixels);
}

void Eyes::State::Read(const Texture& from, float per_pixel, Vec2 corner,
                       const float* below, int count,
                       std::vector<float> (&to)[3]) {
  const float down_x = geometry.iod_px * geometry.ey.x;
  const float down_y = geometry.iod_px * geometry.ey.y;
  for (int i = 0; i < count; ++i) {
    const float way = below != nullptr ? below[i] : 0;
    places[2 * i] = (at[2 * i] + way * down_x - corner.x) * per_pixel;
    places[2 * i + 1] = (at[2 * i + 1] + way * down_y - corner.y) * per_pixel;
  }
  SampleTexture(from, places.data(), count, texels.data());
  float* planes[3] = {to[0].data(), to[1].data(), to[2].data()};
  ToPlanes(texels.data(), count, 3, planes);
}

void Eyes::State::DrawEye(const FacePose& pose, const EyeNumbers& numbers,
                          int k, const Warp& warp, const Texture& head,
                          Image* out) {
  const Eye& eye = eyes[k];
  const PixelBox part = parts.Place({&pose, 1}, k).front();
  const int x0 = box.x0 + part.x0;
  for (int y = box.y0 + part.y0; y < box.y0 + part.y0 + part.h; ++y) {
    warp.MapRow(x0, y, part.w, row_at.data());
    int first = 0, end = 0;
    FindLids(eye.traits, row_at.data(), part.w, &first, &end);
    const int n = end - first;
    if (n == 0) continue;
    if (gathered + n > room) DrawStrips(pose, numbers, k, head, out);
    std::copy_n(&row_at[2 * static_cast<size_t>(first)], 2 * n,
                &at[2 * static_cast<size_t>(gathered)]);
    strips.push_back({static_cast<size_t>(y) * out->width + x0 + first, n});
    gathered += n;
  }
  DrawStrips(pose, numbers, k, head, out);
}

void Eyes::State::DrawStrips(const FacePose& pose, const EyeNumbers& numbers,
                             int k, const Texture& head, Image* out) {
  if (gathered == 0) return;
  const FaceRig& g = geometry;
  const Eye& eye = eyes[k];
  const bool closing = pose.eyes[0].blink > 0 || pose.eyes[1].blink > 0;
  const auto& gaze = parts.traits();
  const bool gazing = GazeOf(pose, gaze, 0) > 0 || GazeOf(pose, gaze, 1) > 0;
  const Vec2 gone{
      (numbers[kGazeX][k] * g.ex.x + numbers[kGazeY][k] * g.ey.x) * g.iod_px,
      (numbers[kGazeX][k] * g.ex.y + numbers[kGazeY][k] * g.ey.y) * g.iod_px};
  const int n = gathered;
  uint8_t* to = rgb.data();
  for (const Strip& strip : strips) {
    to = std::copy_n(&out->rgb[3 * strip.pixel], 3 * strip.count, to);
  }
  Project(eye.traits.face_x, at.data(), n, row.x.data());
  Project(eye.traits.face_y, at.data(), n, row.y.data());
  PlaceLids(eye.traits, numbers, k, at.data(), n, &row);
  const float *skin = row.skin_from.data(), *ball = row.ball_from.data();
  Read(head, 2, {}, nullptr, n, row.still);
  Read(head, 2, {}, skin, n, row.skin);
  Read(head, 2, {}, ball, n, row.ball);
  if (closing) Read(soft, 1, {}, skin, n, row.soft);
  if (gazing) {
    Read(eye.sclera, 1, eye.corner, ball, n, row.white);
    Read(eye.iris, 1, {eye.corner.x + gone.x, eye.corner.y + gone.y}, ball, n,
         row.iris);
  }
  AddLids(eye.traits, numbers, k, closing, gazing, n, &row, rgb.data());
  const uint8_t* from = rgb.data();
  for (const Strip& strip : strips) {
    std::copy_n(from, 3 * strip.count, &out->rgb[3 * strip.pixel]);
    from += 3 * strip.count;
  }
  strips.clear();
  gathered = 0;
}

Eyes::Eyes(const FaceRig& rig, const PixelBox& box, const Texture& head)
    : state_(std::make_unique<State>(rig, box, head)) {}
Eyes::~Eyes() = default;

void Eyes::Draw(const FacePose& pose, const Warp& warp, const Texture& head,
                Image* out) {
  const EyeParts& parts = state_->parts;
  if (!parts.Moves(pose)) return;
  const EyeNumbers numbers = NumbersOf(pose, parts.traits());
  for (int k = 0; k < 2; ++k) {
    state_->DrawEye(pose, numbers, k, warp, head, out);
  }
}

}  // namespace longtake::worker::host
