#include "tools/sheets/sheets.h"

#include <algorithm>
#include <cmath>

#include "tools/sheets/label.h"
#include "worker/engine/render/head_turn.h"
#include "worker/engine/rig/rig_file.h"

namespace longtake::tools {
namespace {

using worker::FaceRig;
using worker::Image;
using worker::Vec2;

// Half of a tile's side and where its middle lies below the eyes or the middle
// of the mouth, all in distances between the eyes.
constexpr float kFaceHalf = 1.75f, kFaceBelowEyes = 0.55f;
constexpr float kMouthHalf = 0.75f, kBelowMouth = 0.10f;

struct Tile {
  int x = 0, y = 0, side = 0;  // frame pixels
};

Tile PlaceTile(const FaceRig& rig, View view) {
  const bool face = view == View::kFace;
  const Vec2 at =
      face ? Vec2{0, kFaceBelowEyes}
           : Vec2{rig.mouth_centre.x, rig.mouth_centre.y + kBelowMouth};
  const float half = (face ? kFaceHalf : kMouthHalf) * rig.iod_px;
  const Vec2 px = worker::PixelPoint(rig, at);
  return {static_cast<int>(std::lround(px.x - half)),
          static_cast<int>(std::lround(px.y - half)),
          static_cast<int>(std::lround(2 * half))};
}

// Copies the tile of `frame` to (x0, y0), each pixel `zoom` times as wide and
// high; past the frame's border the border goes on.
void PutTile(const Image& frame, const Tile& tile, int zoom, int x0, int y0,
             Image* sheet) {
  for (int y = 0; y < tile.side * zoom; ++y) {
    const int from_y = std::clamp(tile.y + y / zoom, 0, frame.height - 1);
    for (int x = 0; x < tile.side * zoom; ++x) {
      const int from_x = std::clamp(tile.x + x / zoom, 0, frame.width - 1);
      std::copy_n(
          &frame.rgb[(static_cast<size_t>(from_y) * frame.width + from_x) * 3],
          3,
          &sheet->rgb[(static_cast<size_t>(y0 + y) * sheet->width + x0 + x) *
                      3]);
    }
  }
}

}  // namespace

StatusOr<Image> DrawSheet(const worker::Engine& engine,
                          const std::string& latent,
                          std::span<const NamedPose> poses, int columns,
                          View view, int zoom) {
  LT_ASSIGN_OR_RETURN(const worker::Safetensors file,
                      worker::Safetensors::Parse(latent));
  LT_ASSIGN_OR_RETURN(const FaceRig rig, worker::ReadRig(file));
  LT_ASSIGN_OR_RETURN(const auto renderer, engine.OpenRenderer(latent));
  const Tile tile = PlaceTile(rig, view);
  const int wide = tile.side * zoom, high = wide + kLabelHeight;
  const int count = static_cast<int>(poses.size());
  Image sheet(columns * wide, (count + columns - 1) / columns * high), frame;
  for (int i = 0; i < count; ++i) {
    LT_RETURN_IF_ERROR(renderer->Render(poses[i].motion, i, &frame));
    const int x = i % columns * wide, y = i / columns * high;
    PutTile(frame, tile, zoom, x, y, &sheet);
    DrawLabel(poses[i].name, x, y + wide, &sheet);
  }
  return sheet;
}

}  // namespace longtake::tools
