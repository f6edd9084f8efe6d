#pragma once
// Stage 1 of a frame on the CPU: where in the resting portrait does each pixel
// come from? docs/drawing.md, "Fields". No LibTorch; one thread only. Internal
// to render/host.
//
// Far above the mouth line only the upper field can show, far below it only the
// lower one: each is solved only as far as a pose lets anything travel.

#include <array>
#include <vector>

#include "worker/engine/render/head_turn.h"
#include "worker/engine/render/host/field.h"
#include "worker/engine/render/host/warp_nodes.h"
#include "worker/engine/render/warp_grid.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker::host {

class Warp {
 public:
  // `rig` must outlive it; `box`: the part of the frame that moves.
  Warp(const FaceRig& rig, const PixelBox& box);

  // Evaluates both fields and the head's turn for a pose and inverts them.
  void Solve(const FacePose& pose);

  // Of the pose last solved. How far anything moves, the masks taken out of it,
  // IOD, as MovingBands counts:
  float longest_move() const { return longest_move_; }
  // where the two fields can differ in what is drawn:
  Range lip_rows() const { return lip_rows_; }
  Range lip_columns() const { return lip_columns_; }
  // origins of `count` pixels of row y from x on, [count, 2] pixels:
  void MapRow(int x, int y, int count, float* at) const;
  // the same by either field, refined around the mouth, there only,
  void LipRow(int x, int y, int count, float* upper, float* lower) const;
  // and by the head's turn alone.
  void SkullRow(int x, int y, int count, float* at) const;

 private:
  Warp(const FaceRig& rig, const PixelBox& box, const HandleBasis& handles);
  // Height over the mouth line of a point, pixels, y down.
  float Height(float x, float y) const {
    return below_.x * x + below_.y * y + below_offset_;
  }
  Range HeightRange(int j) const;  // of a coarse row, rounded outwards
  void TurnAll(const FacePose& pose, WarpNodes* nodes, Range rows) const;
  Moved MovesOf(const WarpNodes& nodes, int row);
  void AddMoves(const std::vector<WarpNodes::Weights>& weights, int j,
                const WarpNodes& nodes, Range columns, float* out);
  void FindLips(const FacePose& pose, Range upper, Range lower);
  void SetMoves(const FacePose& pose);
  void Measure(const std::vector<float>& field, Range rows);
  void Invert(const std::vector<float>& field, Range held, Range rows,
              std::vector<float>* origin) const;
  void Merge(Range upper, Range lower);
  void FillFine(const FacePose& pose);
  const float* Line(const std::vector<float>& nodes, const NodeGrid& grid,
                    int y) const;

  const FaceRig& geometry_;
  WarpNodes coarse_, fine_;
  Vec2 below_;
  float below_offset_ = 0;
  float lips_top_ = 0, lips_bottom_ = 0;  // heights of the resting lips' edges
  std::vector<float> unmasked_;           // [nh, nw] of coarse_

  // Of the pose last solved.
  std::array<int, kHandleCount> handle_{};
  std::array<float, kHandleCount> move_x_{}, move_y_{};  // pixels
  std::array<int, kHandleCount> felt_{};                 // of one row
  std::array<float, kHandleCount> felt_x_{}, felt_y_{};
  int moved_ = 0;
  float farthest_move_ = 0;  // of a handle, pixels
  float longest_move_ = 0;
  float corners_move_ = 0;  // aside, pixels
  Range lip_rows_, lip_columns_;
  Vec2 mouth_shift_;  // pixels
  Range fine_rows_, fine_columns_;
  std::vector<float> origin_upper_, origin_lower_, merged_;  // [nh, nw, 2]
  mutable std::vector<float> line_, pixels_;
};

}  // namespace longtake::worker::host
