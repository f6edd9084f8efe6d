#pragma once
// From any portrait to the picture that is animated: cut out and scaled so that
// faces come out alike in size and place.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/image.h"

namespace longtake::worker {

// Pixels between the eyes in a frame whose shorter side is kFramingSidePx.
inline constexpr double kFramingIodPx = 84;
inline constexpr double kFramingSidePx = 512;
// Output sides that are accepted, pixels.
inline constexpr int kMinFrameSide = 64;
inline constexpr int kMaxFrameSide = 4096;

struct FramedPortrait {
  Image image;                   // options.width x options.height
  FaceLandmarks landmarks_px{};  // in `image`, pixel centres at whole numbers
  float iod_px = 0;              // between the eyes, in `image`
  // Output pixels per source pixel:
  // max(84 / IOD * min(W, H) / 512, W / source W, H / source H), so the source
  // covers the frame; above 1 it is enlarged.
  float source_scale = 1;
  // Of the face in the source. Compare with FindFace's of a rendered frame.
  FaceDescriptor descriptor{};
};

// Finds the face (see face_finder.h for its errors and warnings), puts the
// middle between the eyes 0.55 IOD above the frame's centre, or as near as the
// source's edges let it, and resamples. InvalidArgument also for output sides
// that are odd or out of range. `warnings` may be null. Thread-safe; same
// input, same bits.
StatusOr<FramedPortrait> FramePortrait(const FaceNetworks& networks,
                                       const Image& portrait,
                                       const IdentityOptions& options,
                                       std::vector<std::string>* warnings);

}  // namespace longtake::worker
