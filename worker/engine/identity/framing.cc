#include "worker/engine/identity/framing.h"

#include <fmt/format.h>

#include <algorithm>

#include "worker/engine/identity/face_finder.h"
#include "worker/engine/identity/resample.h"

namespace longtake::worker {
namespace {

// The frame's centre lies this far below the eyes, in IOD.
constexpr double kCentreBelowEyes = 0.55;

bool GoodSide(int side) {
  return side >= kMinFrameSide && side <= kMaxFrameSide && side % 2 == 0;
}

// Shift that puts source coordinate `centre` at the middle of `out_size`, moved
// so that the scaled source still covers the frame.
double ShiftFor(double centre, double scale, int in_size, int out_size) {
  const double lowest = out_size - in_size * scale;  // <= 0
  return std::clamp(out_size / 2. - centre * scale, std::min(lowest, 0.), 0.);
}

}  // namespace

StatusOr<FramedPortrait> FramePortrait(const FaceNetworks& networks,
                                       const Image& portrait,
                                       const IdentityOptions& options,
                                       std::vector<std::string>* warnings) {
  if (!GoodSide(options.width) || !GoodSide(options.height)) {
    return InvalidArgument(fmt::format(
        "output size {}x{}: both sides must be even, from {} to {}",
        options.width, options.height, kMinFrameSide, kMaxFrameSide));
  }
  LT_ASSIGN_OR_RETURN(const FoundFace face,
                      FindFace(networks, portrait, options.portrait_name,
                               warnings, {options.face, options.max_faces}));
  const double w = options.width, h = options.height;
  const double scale =
      std::max({kFramingIodPx / face.iod_px * std::min(w, h) / kFramingSidePx,
                w / portrait.width, h / portrait.height});
  const Vec2 left = EyeCentre(face.landmarks, true);
  const Vec2 right = EyeCentre(face.landmarks, false);
  const double centre_x = (static_cast<double>(left.x) + right.x) / 2;
  const double centre_y = (static_cast<double>(left.y) + right.y) / 2 +
                          kCentreBelowEyes * face.iod_px;
  const double shift_x =
      ShiftFor(centre_x, scale, portrait.width, options.width);
  const double shift_y =
      ShiftFor(centre_y, scale, portrait.height, options.height);

  FramedPortrait framed;
  framed.image = ScaleAndShift(portrait, scale, shift_x, shift_y, options.width,
                               options.height);
  for (size_t i = 0; i < face.landmarks.size(); ++i) {
    const Vec2& p = face.landmarks[i];
    framed.landmarks_px[i] = {static_cast<float>(p.x * scale + shift_x),
                              static_cast<float>(p.y * scale + shift_y)};
  }
  framed.iod_px = static_cast<float>(face.iod_px * scale);
  framed.source_scale = static_cast<float>(scale);
  framed.descriptor = face.descriptor;
  return framed;
}

}  // namespace longtake::worker
