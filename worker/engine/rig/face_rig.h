#pragma once
// What an animated portrait is made of: measured once from a photograph
// (rig/fit), drawn any number of times (render). Plain data, no LibTorch.
//
// Face frame: origin between the eyes, x to the image right along the eye line,
// y down, unit = inter-ocular distance (IOD). A point f in face units lies at
//   pixel = origin_px + iod_px * (f.x * ex + f.y * ey).
// Mouth frame: s in [-1, 1] along the mouth line from image left to right,
// t in IOD across it, down:
//   face = mouth_centre + s * mouth_half_width * mouth_x + t * mouth_y.
// Planes hold values that rig_file.h stores without loss: colours in whole
// levels, alpha and gap_alpha in 1/255, the others in half precision.
// Left/right below are the image's; eyes[0] is the image-left eye (the
// subject's right). Constants and recipe: the comments in fit.cc.

#include <array>
#include <string>
#include <vector>

#include "worker/engine/image.h"

namespace longtake::worker {

struct Vec2 {
  float x = 0, y = 0;
};
using Rgb = std::array<float, 3>;  // 0..255

// Samples along the mouth line: s = -1 + 2 i / (kMouthSamples - 1).
inline constexpr int kMouthSamples = 121;
// Samples along an eye, from its image-left to its image-right corner.
inline constexpr int kEyeSamples = 61;

struct RigEye {
  // Box in output pixels, [x0, x1) x [y0, y1); may reach past the frame, then
  // planes hold replicated borders.
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  std::vector<float> x;      // [kEyeSamples], face units
  std::vector<float> upper;  // [kEyeSamples], y of the upper lid's lash edge
  std::vector<float> lower;  // [kEyeSamples], y of the lower lid's edge: below
                             // upper everywhere, also at the corners
  float centre_x = 0, half_width = 0;
  Vec2 iris;                // centre, face units
  float iris_radius = 0;    // face units
  float iris_contrast = 0;  // grey levels between sclera and iris, the lesser
                            // of both eyes'; 0 = none seen. Gaze is animated
                            // only above a floor
  Plane sclera;             // [box, 3] the white filled over the iris
  Plane iris_texture;       // [box, 3] the iris pushed outward over the lids
  Rgb crease{};             // colour of the skin at the lid's crease
};

// Control points of the warp, face units, at rest. Sizes in brackets.
struct RigHandles {
  std::vector<Vec2> corner;       // [2] mouth corners, left, right
  std::vector<Vec2> upper_inner;  // [9] at s = kInnerS
  std::vector<Vec2> upper_outer;  // [5] at s = kOuterS
  std::vector<Vec2> lower_inner;  // [9]
  std::vector<Vec2> lower_outer;  // [5]
  std::vector<Vec2> nose;         // [9] landmarks 27..35
  std::vector<Vec2> jaw;          // [17] landmarks 0..16
  std::vector<Vec2> brow;         // [10] landmarks 17..26
  std::vector<Vec2> eye;          // [12] landmarks 36..47
  std::vector<Vec2> cheek;        // [4] upper left/right, lower left/right
  std::vector<Vec2> forehead;     // [10] brows raised by 0.55
  std::vector<Vec2> still;        // [31] ring and neck that never move
};
inline constexpr std::array<float, 9> kInnerS = {-.86f, -.68f, -.46f, -.23f, 0,
                                                 .23f,  .46f,  .68f,  .86f};
inline constexpr std::array<float, 5> kOuterS = {-.7f, -.4f, 0, .4f, .7f};

struct FaceRig {
  int width = 0, height = 0;  // output size, pixels
  float source_scale = 1;     // output pixels per source pixel
  float iod_px = 0;
  Vec2 origin_px, ex, ey;
  std::array<Vec2, 68> landmarks{};  // face units
  float softness_px = 1;  // blur of the photograph, sigma in output pixels

  // Mouth.
  Vec2 mouth_centre, mouth_x, mouth_y;
  float mouth_half_width = 0;
  std::vector<float> upper_edge;  // [kMouthSamples] t of the upper lip's edge
  std::vector<float> lower_edge;  // [kMouthSamples] equal to upper when closed
  bool shows_teeth = false;       // the photograph's own teeth are re-used
  float incisor_edge_t = 0;       // t of the upper incisors' edge
  Plane phi_upper;    // [h, w] signed distance, px: > 0 on the upper lip's side
  Plane phi_lower;    // [h, w] > 0 on the lower lip's side
  Plane gap_alpha;    // [h, w] where the photographed interior is used, 0..1;
                      // all 0 unless shows_teeth
  Plane gap_texture;  // [h, w, 3] photographed interior, pushed outward; empty
                      // unless shows_teeth
  std::array<RigEye, 2> eyes;

  // Head.
  float chin_y = 0;         // landmark 8, face units
  float head_centre_x = 0;  // face units
  float head_half_width = 0, head_centre_y = 0, head_half_height = 0;
  Plane depth;            // [h, w] IOD towards the camera
  Plane head_mask;        // [h, w] 1 moves with the head, 0 stays
  Plane expression_mask;  // [h, w] support of the expression field

  // Layers: frame at rest = image. premultiplied head = image -
  // (1-alpha)*plate.
  Plane image;  // [h, w, 3]
  Plane alpha;  // [h, w] 1 = subject
  Plane plate;  // [h, w, 3] background filled in behind the subject

  // Colours of the synthesised interior.
  Rgb skin{}, lip{}, teeth{}, cavity{}, tongue{}, gum{};
  float colourfulness = 1;  // 0 = grey subject (stone, monochrome), 1 = colour

  RigHandles handles;
};

}  // namespace longtake::worker
