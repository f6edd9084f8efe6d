#pragma once
// The three face networks of the npm package @vladmandic/face-api 1.7.15 (MIT):
// tiny face detector, 68 landmarks, 128-d descriptor, computed by LibTorch from
// the package's own weight files.
//
// Coordinates are pixels of the image that is passed in: x right, y down, the
// first pixel's centre at 0, 0.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/identity/net_input.h"
#include "worker/engine/image.h"
#include "worker/engine/rig/face_rig.h"

namespace longtake::worker {

// Box of a face, from the brows to the chin.
struct FaceBox {
  float x = 0, y = 0, width = 0, height = 0;
  float score = 0;  // 0..1
  friend bool operator==(const FaceBox&, const FaceBox&) = default;
};

// The iBUG 300-W order: 0-16 jaw from image left to right, 17-26 brows, 27-35
// nose, 36-41 image-left eye, 42-47 image-right eye, 48-67 mouth.
inline constexpr int kFaceLandmarks = 68;
using FaceLandmarks = std::array<Vec2, kFaceLandmarks>;

// Faces of one person lie within about 0.35 of each other (Euclidean), of
// different people at 0.44 and more. The L2 norm is near 1.45.
using FaceDescriptor = std::array<float, 128>;
float DescriptorDistance(const FaceDescriptor& a, const FaceDescriptor& b);

// The detector's inputs are squares of a multiple of 32 pixels.
inline constexpr int kDetectorStride = 32;
inline constexpr int kDetectorMaxInput = 1280;
inline constexpr int kDefaultDetectorInput = 416;

// The largest rectangle of whole pixels that floor(box) and the image share;
// empty (width or height 0) where they share none.
PixelRect FloorRect(const FaceBox& box, const Image& image);

// Thread-safe: calls may run at once. Every call computes on its caller's
// thread alone (see threading.h), so results are the same bits on every machine
// of one instruction set and library version.
class FaceNetworks {
 public:
  // Reads tiny_face_detector_model, face_landmark_68_model and
  // face_recognition_model from `model_dir`. FailedPrecondition where one isn't
  // installed, DataLoss where one is damaged.
  static StatusOr<std::unique_ptr<FaceNetworks>> Load(
      const std::string& model_dir);
  ~FaceNetworks();
  FaceNetworks(const FaceNetworks&) = delete;
  FaceNetworks& operator=(const FaceNetworks&) = delete;

  // Faces scored above `min_score`, best first, overlaps (intersection over
  // union > 0.4) removed. The whole image is scaled into a square of
  // `input_size`; faces of 24 input pixels or less are seldom found.
  StatusOr<std::vector<FaceBox>> Detect(const Image& image, int input_size,
                                        float min_score) const;

  // Landmarks of the face in `crop`, in pixels of `image` (not of the crop).
  // The crop should be about the detector's box.
  StatusOr<FaceLandmarks> Landmarks(const Image& image,
                                    const PixelRect& crop) const;
  StatusOr<FaceLandmarks> Landmarks(const Image& image,
                                    const FaceBox& box) const {
    return Landmarks(image, FloorRect(box, image));
  }

  StatusOr<FaceDescriptor> Descriptor(const Image& image,
                                      const PixelRect& crop) const;
  StatusOr<FaceDescriptor> Descriptor(const Image& image,
                                      const FaceBox& box) const {
    return Descriptor(image, FloorRect(box, image));
  }

 private:
  struct Networks;
  explicit FaceNetworks(std::unique_ptr<const Networks> networks);

  const std::unique_ptr<const Networks> networks_;
};

}  // namespace longtake::worker
