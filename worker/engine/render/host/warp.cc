#include "worker/engine/render/host/warp.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace longtake::worker::host {
namespace {

// Node spacing where IOD is 84 px; grows with the face.
constexpr float kStepPerIod = 4.f / 84.f;
constexpr int kIterations = 5;
constexpr int kLipRefinements = 2;
constexpr int kHeadRefinements = 3;
// The fields reach no further than this times the farthest handle.
constexpr float kOvershoot = 1.5f;
// What moves no node of a row by so much is not felt there, pixels.
constexpr float kLeastMove = 0.003f;
// Lips are told apart at least this far around their edges, IOD.
constexpr float kLipMargin = 0.12f;

int CoarseStep(const FaceRig& rig) {
  return std::max(2, static_cast<int>(std::lround(kStepPerIod * rig.iod_px)));
}

// Around the mouth at rest, with room for what a frame's mouth part can reach
// back to.
PixelBox NearMouth(const FaceRig& rig) {
  const Vec2 mouth = PixelPoint(rig, rig.mouth_centre);
  const float half_w = (1.25f * rig.mouth_half_width + 0.55f) * rig.iod_px;
  return {static_cast<int>(std::floor(mouth.x - half_w)),
          static_cast<int>(std::floor(mouth.y - 0.6f * rig.iod_px)),
          static_cast<int>(std::ceil(2 * half_w)),
          static_cast<int>(std::ceil(1.75f * rig.iod_px))};
}

// The head's turn as weights of (x, y, z, 1) in pixels; the third row divides.
std::array<float, 12> TurnMatrix(const FaceRig& rig, const HeadTurn& t) {
  const std::array<float, 3> z2{-t.sin_yaw * t.cos_pitch, t.sin_pitch,
                                t.cos_yaw * t.cos_pitch};
  const std::array<float, 3> x1{t.cos_yaw, 0, t.sin_yaw};
  const std::array<float, 3> y2{t.sin_yaw * t.sin_pitch, t.cos_pitch,
                                -t.cos_yaw * t.sin_pitch};
  std::array<float, 12> matrix{};
  for (int i = 0; i < 3; ++i) {
    const float x3 = x1[i] * t.cos_roll - y2[i] * t.sin_roll;
    const float y3 = x1[i] * t.sin_roll + y2[i] * t.cos_roll;
    matrix[i] = (x3 * rig.ex.x + y3 * rig.ey.x) * rig.iod_px;
    matrix[4 + i] = (x3 * rig.ex.y + y3 * rig.ey.y) * rig.iod_px;
    matrix[8 + i] = -z2[i];
  }
  matrix[11] = kCameraDistance;
  return matrix;
}

Range Within(Range rows, int count) {
  const int first = std::clamp(rows.first, 0, std::max(0, count - 2));
  return {first, std::clamp(rows.end, first + 2, std::max(2, count))};
}

}  // namespace

Warp::Warp(const FaceRig& rig, const PixelBox& box)
    : Warp(rig, box, HandleBasis(rig)) {}

Warp::Warp(const FaceRig& rig, const PixelBox& box, const HandleBasis& handles)
    : geometry_(rig),
      coarse_(rig, handles.Evaluate(rig, CoverBox(box, CoarseStep(rig)))),
      fine_(rig,
            handles.Evaluate(rig, CoverBox(NearMouth(rig),
                                           std::max(1, CoarseStep(rig) / 2)))) {
  const float middle =
      (MouthCurve(rig.upper_edge, 0) + MouthCurve(rig.lower_edge, 0)) / 2;
  const auto height = [&](float x, float y) {
    return (MouthPoint(rig, FacePoint(rig, x, y)).y - middle) * rig.iod_px;
  };
  below_offset_ = height(0, 0);
  below_ = {height(1, 0) - below_offset_, height(0, 1) - below_offset_};
  const auto upper =
      std::min_element(rig.upper_edge.begin(), rig.upper_edge.end());
  const auto lower =
      std::max_element(rig.lower_edge.begin(), rig.lower_edge.end());
  lips_top_ = (*upper - middle) * rig.iod_px;
  lips_bottom_ = (*lower - middle) * rig.iod_px;

  const NodeGrid& c = coarse_.grid;
  for (int j = 0; j < c.nh; ++j) {
    for (int i = 0; i < c.nw; ++i) {
      const auto x = static_cast<float>(c.x0 + i * c.step);
      const auto y = static_cast<float>(c.y0 + j * c.step);
      const float most = std::max(SamplePlane(rig.head_mask, x, y),
                                  SamplePlane(rig.expression_mask, x, y));
      unmasked_.push_back(most < kLeastMask ? 0 : 1 / (most * rig.iod_px));
    }
  }
  origin_upper_ = origin_lower_ = merged_ = coarse_.base;
  line_.resize(2 * static_cast<size_t>(std::max(c.nw, fine_.grid.nw)));
  pixels_.resize(2 * static_cast<size_t>(rig.width + 64));
}

void Warp::TurnAll(const FacePose& pose, WarpNodes* nodes, Range rows) const {
  const auto turn = TurnMatrix(geometry_, MakeHeadTurn(pose));
  float matrix[12];
  std::copy(turn.begin(), turn.end(), matrix);
  for (int j = rows.first; j < rows.end; ++j) {
    const size_t at = static_cast<size_t>(j) * nodes->row_floats;
    const TurnRow row{&nodes->x[at],       &nodes->y[at],
                      &nodes->z[at],       &nodes->mask[at],
                      &nodes->rest_x[at],  &nodes->rest_y[at],
                      &nodes->distance[at]};
    TurnHead(row, matrix, nodes->row_floats, &nodes->turn_x[at],
             &nodes->turn_y[at]);
  }
}

// The handles that are felt in a row, in the units of its weights.
Moved Warp::MovesOf(const WarpNodes& nodes, int row) {
  const float* largest =
      &nodes.largest[static_cast<size_t>(row) * kHandleCount];
  int count = 0;
  for (int k = 0; k < moved_; ++k) {
    const float x = move_x_[k], y = move_y_[k];
    if (std::max(std::abs(x), std::abs(y)) * largest[handle_[k]] < kLeastMove) {
      continue;
    }
    felt_[count] = handle_[k];
    felt_x_[count] = x * nodes.per_weight;
    felt_y_[count] = y * nodes.per_weight;
    ++count;
  }
  return {count, felt_.data(), felt_x_.data(), felt_y_.data()};
}

// Columns of out [nw, 2] = row j of the head's turn and of the moved handles
// together.
void Warp::AddMoves(const std::vector<WarpNodes::Weights>& weights, int j,
                    const WarpNodes& nodes, Range columns, float* out) {
  const size_t at = static_cast<size_t>(j) * nodes.row_floats;
  float* x = pixels_.data();
  float* y = x + nodes.row_floats;
  std::copy_n(&nodes.turn_x[at], nodes.row_floats, x);
  std::copy_n(&nodes.turn_y[at], nodes.row_floats, y);
  const WarpNodes::Weights& row = weights[j];
  // Whole vectors of the row that meet the columns.
  const int first =
      std::max(0, columns.first - row.first) / kRowMultiple * kRowMultiple;
  const int end =
      std::min(row.count, (columns.end - row.first + kRowMultiple - 1) /
                              kRowMultiple * kRowMultiple);
  if (first < end) {
    AddHandles(&row.values[first], row.count, end - first, MovesOf(nodes, j),
               x + row.first + first, y + row.first + first);
  }
  for (int i = columns.first; i < columns.end; ++i) {
    out[2 * i] = x[i];
    out[2 * i + 1] = y[i];
  }
}

Range Warp::HeightRange(int j) const {
  const NodeGrid& g = coarse_.grid;
  const auto y = static_cast<float>(g.y0 + j * g.step);
  const float a = Height(static_cast<float>(g.x0), y);
  const float b = Height(static_cast<float>(g.x0 + (g.nw - 1) * g.step), y);
  return {static_cast<int>(std::floor(std::min(a, b))),
          static_cast<int>(std::ceil(std::max(a, b)))};
}

void Warp::Measure(const std::vector<float>& field, Range rows) {
  const int nw = coarse_.grid.nw;
  float longest = longest_move_;
  for (int k = rows.first * nw; k < rows.end * nw; ++k) {
    const float most =
        std::max(std::abs(field[2 * k]), std::abs(field[2 * k + 1]));
    longest = std::max(longest, most * unmasked_[k]);
  }
  longest_move_ = longest;
}

// u = y - field(u), by fixed-point steps; the fields shrink distances.
void Warp::Invert(const std::vector<float>& field, Range held, Range rows,
                  std::vector<float>* origin) const {
  const int nw = coarse_.grid.nw;
  const FieldView view = coarse_.View(field, {0, nw}, held);
  for (int j = rows.first; j < rows.end; ++j) {
    const float* base = &coarse_.base[static_cast<size_t>(j) * nw * 2];
    float* at = &(*origin)[static_cast<size_t>(j) * nw * 2];
    std::copy_n(base, 2 * nw, at);
    for (int i = 0; i <= kIterations; ++i) StepBack(view, base, nw, at);
  }
}

// One map for the whole box: the lower field below the mouth line. Between the
// corners the two differ at the line, but that part is drawn by the mouth
// stage; beyond the corners they agree.
void Warp::Merge(Range upper, Range lower) {
  const int nw = coarse_.grid.nw;
  for (int j = 0; j < coarse_.grid.nh; ++j) {
    const size_t row = static_cast<size_t>(j) * nw * 2;
    const float* above = &origin_upper_[row];
    const float* below = &origin_lower_[row];
    float* out = &merged_[row];
    if (j < lower.first || j >= upper.end) {
      std::copy_n(j < lower.first ? above : below, 2 * nw, out);
      continue;
    }
    for (int i = 0; i < 2 * nw; i += 2) {
      const float weight =
          std::clamp(0.5f * Height(below[i], below[i + 1]) + 0.5f, 0.f, 1.f);
      out[i] = above[i] + (below[i] - above[i]) * weight;
      out[i + 1] = above[i + 1] + (below[i + 1] - above[i + 1]) * weight;
    }
  }
}

// What the lips' pixels can reach back to, on the finer grid.
void Warp::FillFine(const FacePose& pose) {
  const NodeGrid& g = fine_.grid;
  const float reach = kOvershoot * farthest_move_ + 0.1f * geometry_.iod_px;
  const auto nodes = [&](Range pixels, float shift, int origin, int count) {
    const auto node = [&](float at) {
      return static_cast<int>(std::floor((at - static_cast<float>(origin)) /
                                         static_cast<float>(g.step)));
    };
    return Within({node(static_cast<float>(pixels.first) - shift - reach),
                   node(static_cast<float>(pixels.end) - shift + reach) + 2},
                  count);
  };
  fine_rows_ = nodes(lip_rows_, mouth_shift_.y, g.y0, g.nh);
  fine_columns_ = nodes(lip_columns_, mouth_shift_.x, g.x0, g.nw);
  TurnAll(pose, &fine_, fine_rows_);
  for (int j = fine_rows_.first; j < fine_rows_.end; ++j) {
    const size_t at = static_cast<size_t>(j) * g.nw * 2;
    AddMoves(fine_.upper, j, fine_, fine_columns_, &fine_.above[at]);
    AddMoves(fine_.lower, j, fine_, fine_columns_, &fine_.below[at]);
    const size_t plane = static_cast<size_t>(j) * fine_.row_floats;
    for (int i = fine_columns_.first; i < fine_columns_.end; ++i) {
      fine_.head[at + 2 * i] = fine_.turn_x[plane + i];
      fine_.head[at + 2 * i + 1] = fine_.turn_y[plane + i];
    }
  }
}

void Warp::SetMoves(const FacePose& pose) {
  const FaceRig& g = geometry_;
  moved_ = 0;
  farthest_move_ = corners_move_ = 0;
  for (int k = 0; k < kHandleCount; ++k) {
    const Vec2 d = pose.handles[k];
    if (d.x == 0 && d.y == 0) continue;
    const float x = (d.x * g.ex.x + d.y * g.ey.x) * g.iod_px;
    const float y = (d.x * g.ex.y + d.y * g.ey.y) * g.iod_px;
    handle_[moved_] = k;
    move_x_[moved_] = x;
    move_y_[moved_] = y;
    ++moved_;
    farthest_move_ = std::max(farthest_move_, std::hypot(x, y));
    if (k < kHandleUpperInner) {
      corners_move_ = std::max(corners_move_, std::hypot(x, y));
    }
  }
}

// Where the lips can be, of what is solved by both fields.
void Warp::FindLips(const FacePose& pose, Range upper, Range lower) {
  const FaceRig& rig = geometry_;
  const NodeGrid& g = coarse_.grid;
  mouth_shift_ = HeadShiftPx(rig, MakeHeadTurn(pose), rig.mouth_centre);
  const Vec2 mouth = PixelPoint(rig, rig.mouth_centre);
  const float tilt = std::abs(pose.roll) + 0.5f * std::abs(below_.x / below_.y);
  const float around =
      kOvershoot * farthest_move_ + (kLipMargin + tilt) * rig.iod_px;
  const float line = mouth.y + mouth_shift_.y - Height(mouth.x, mouth.y);
  lip_rows_ = {
      std::max(static_cast<int>(std::floor(line + lips_top_ - around)),
               g.y0 + lower.first * g.step),
      std::min(static_cast<int>(std::ceil(line + lips_bottom_ + around)) + 1,
               g.y0 + (upper.end - 1) * g.step + 1)};
  // Beyond this of the half width both fields are one (warp_grid.cc).
  constexpr float kBothEqual = 1.25f;
  const float aside =
      (kBothEqual * rig.mouth_half_width + 0.05f + 0.3f * tilt) * rig.iod_px +
      kOvershoot * corners_move_;
  const float middle = mouth.x + mouth_shift_.x;
  lip_columns_ = {static_cast<int>(std::floor(middle - aside)),
                  static_cast<int>(std::ceil(middle + aside)) + 1};
}

void Warp::Solve(const FacePose& pose) {
  SetMoves(pose);
  const NodeGrid& g = coarse_.grid;
  TurnAll(pose, &coarse_, {0, g.nh});
  float turned = 0;
  for (size_t k = 0; k < coarse_.turn_x.size(); ++k) {
    turned = std::max(turned, std::max(std::abs(coarse_.turn_x[k]),
                                       std::abs(coarse_.turn_y[k])));
  }
  // Nothing travels further, so a field counts only so far past the lips.
  const float reach = 1.5f * turned + kOvershoot * farthest_move_ +
                      kLipMargin * geometry_.iod_px;
  Range upper{0, 0}, lower{g.nh, g.nh};
  for (int j = 0; j < g.nh; ++j) {
    const Range height = HeightRange(j);
    if (static_cast<float>(height.first) <= lips_bottom_ + reach) {
      upper.end = j + 1;
    }
    if (static_cast<float>(height.end) >= lips_top_ - reach) {
      lower.first = std::min(lower.first, j);
    }
  }
  const int rows = static_cast<int>(reach) / g.step + 2;
  const Range upper_held = Within({0, upper.end + rows}, g.nh);
  const Range lower_held = Within({lower.first - rows, g.nh}, g.nh);
  const auto fill = [&](const std::vector<WarpNodes::Weights>& weights,
                        Range held, std::vector<float>* field) {
    for (int j = held.first; j < held.end; ++j) {
      AddMoves(weights, j, coarse_, {0, g.nw},
               &(*field)[static_cast<size_t>(j) * g.nw * 2]);
    }
  };
  fill(coarse_.upper, upper_held, &coarse_.above);
  fill(coarse_.lower, lower_held, &coarse_.below);
  longest_move_ = 0;
  Measure(coarse_.above, upper_held);
  Measure(coarse_.below, lower_held);
  Invert(coarse_.above, upper_held, upper, &origin_upper_);
  Invert(coarse_.below, lower_held, lower, &origin_lower_);
  Merge(upper, lower);
  FindLips(pose, upper, lower);
  FillFine(pose);
}

// Row y of a grid of pairs, linearly between two rows of nodes: [nw, 2].
const float* Warp::Line(const std::vector<float>& nodes, const NodeGrid& g,
                        int y) const {
  const int from_top = std::clamp(y - g.y0, 0, (g.nh - 1) * g.step);
  const int j = std::min(from_top / g.step, std::max(0, g.nh - 2));
  const float below =
      static_cast<float>(from_top - j * g.step) / static_cast<float>(g.step);
  const float* top = &nodes[static_cast<size_t>(j) * g.nw * 2];
  if (below == 0) return top;
  const float* bottom = top + 2 * g.nw;
  float* line = line_.data();
  for (int i = 0; i < 2 * g.nw; ++i) {
    line[i] = top[i] + (bottom[i] - top[i]) * below;
  }
  return line;
}

void Warp::MapRow(int x, int y, int count, float* at) const {
  const NodeGrid& g = coarse_.grid;
  Spread(Line(merged_, g, y), g.step, x - g.x0, count, at);
}

void Warp::LipRow(int x, int y, int count, float* upper, float* lower) const {
  const NodeGrid& g = coarse_.grid;
  for (int i = 0; i < count; ++i) {
    pixels_[2 * i] = static_cast<float>(x + i);
    pixels_[2 * i + 1] = static_cast<float>(y);
  }
  // First guess: the coarse solution.
  Spread(Line(origin_upper_, g, y), g.step, x - g.x0, count, upper);
  Spread(Line(origin_lower_, g, y), g.step, x - g.x0, count, lower);
  const FieldView above = fine_.View(fine_.above, fine_columns_, fine_rows_);
  const FieldView below = fine_.View(fine_.below, fine_columns_, fine_rows_);
  for (int i = 0; i < kLipRefinements; ++i) {
    StepBack(above, pixels_.data(), count, upper);
    StepBack(below, pixels_.data(), count, lower);
  }
}

void Warp::SkullRow(int x, int y, int count, float* at) const {
  for (int i = 0; i < count; ++i) {
    pixels_[2 * i] = static_cast<float>(x + i);
    pixels_[2 * i + 1] = static_cast<float>(y);
    // First guess: one shift for the whole head.
    at[2 * i] = pixels_[2 * i] - mouth_shift_.x;
    at[2 * i + 1] = pixels_[2 * i + 1] - mouth_shift_.y;
  }
  const FieldView head = fine_.View(fine_.head, fine_columns_, fine_rows_);
  for (int i = 0; i < kHeadRefinements; ++i) {
    StepBack(head, pixels_.data(), count, at);
  }
}

}  // namespace longtake::worker::host
