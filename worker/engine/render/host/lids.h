#pragma once
// One row of an eye's pixels: where its lids lie and what shows between them.
// docs/drawing.md, "Eyes". No LibTorch; the same bits on every processor.
// Internal to render/host.

#include <vector>

#include "worker/engine/render/eye_curves.h"
#include "worker/engine/render/eye_numbers.h"
#include "worker/engine/render/host/rows.h"

namespace longtake::worker::host {

// Of the upper lid, IOD: the strip of lashes that moves rigidly, and above it
// the crease that stays.
inline constexpr float kLash = 0.030f, kCrease = 0.075f;
// So far under the lower lid, IOD, nothing is left of what lids do, and so many
// half widths of the eye aside.
inline constexpr float kFadeEnd = 0.27f, kLidReach = 1.30f;

// What of an eye doesn't change from frame to frame.
struct LidTraits {
  EyeCurves curves;
  float centre_x = 0, half_width = 0;  // face units
  float iris_radius = 0;
  Vec2 box_centre;     // pixels of the portrait
  float box_half = 0;  // half side of the eye's box, pixels
  float iod_px = 0;
  Rgb crease{};
  Axis face_x, face_y;  // of a pixel
  // Face heights between which lids change anything.
  float top = 0, bottom = 0;
};
// Sets them from the rest.
void SetReach(LidTraits* traits);

// Planes of a row; [count] values each.
struct LidRow {
  explicit LidRow(int most);

  std::vector<float> x, y;                 // face units of the origins
  std::vector<float> along, upper, lower;  // in half widths; y of the lids
  std::vector<float> move, inside;         // of the upper lid; y below it
  std::vector<float> t, squeeze;           // place on the stretched skin
  std::vector<float> bump, under;
  std::vector<float> skin_from, ball_from;  // way down to what shows, IOD
  std::vector<float> mask;                  // how much of it counts, 0..1
  std::vector<float> weight, light, share;  // scratch
  // Levels: of the head there, of the lid's skin and its blurred copy, of the
  // eyeball as photographed, of the white and of the iris drawn on it.
  std::vector<float> still[3], skin[3], soft[3], ball[3], white[3], iris[3];
};

// `at` [count, 2] are the pixels' origins in the portrait. Fills the geometry.
void PlaceLids(const LidTraits& traits, const EyeNumbers& numbers, int eye,
               const float* at, int count, LidRow* row);

// Columns [first, end) of pixels with these origins in which an eye can change
// anything; empty where none.
void FindLids(const LidTraits& traits, const float* at, int count, int* first,
              int* end);

// What the lids and the gaze change, added to rgb [count, 3]. `closing` and
// `gazing`: soft, white and iris of the row hold something.
void AddLids(const LidTraits& traits, const EyeNumbers& numbers, int eye,
             bool closing, bool gazing, int count, LidRow* row, uint8_t* rgb);

}  // namespace longtake::worker::host
