#pragma once
// One thread's look at parts of a film: every picture's luma, and of some the
// mouth, the face and the colours. Private to worker/quality.

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/identity/face_finder.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/media/video_reader.h"
#include "worker/quality/colour_figures.h"
#include "worker/quality/film_plan.h"
#include "worker/quality/identity_figures.h"
#include "worker/quality/lip_sync.h"
#include "worker/quality/mouth_tracker.h"
#include "worker/quality/picture_meter.h"

namespace longtake::worker {

// Larger pictures are shrunk for the face networks, which see 112 and 150
// pixels of a face.
inline constexpr int kLookedAtSide = 720;

// The faces that a look follows and compares.
struct FilmFaces {
  const FaceNetworks* networks = nullptr;  // borrowed; null: nothing of faces
  FoundFace in_film;                       // where to look first
  // Whose box says how descriptors are cut out, so that both show as much of a
  // face; and what they are compared with.
  FoundFace reference;
  FaceDescriptor descriptor{};
};

// What there was to see in a cell.
struct CellFindings {
  std::vector<PictureRecord> records;  // of all pictures; the first's change is
                                       // not known
  LumaRows first, last;
  std::vector<SeenMouth> seen;  // in the stretch
  std::vector<FaceSample> faces;
  std::vector<ColourSample> colours;
};

// The descriptor of the face at `place`, cut out as `like` is: the mean over
// the picture and its mirror image, which takes out some of the network's
// dependence on the crop. Nothing where the face is not in the picture.
StatusOr<std::optional<FaceDescriptor>> DescribeFace(
    const FaceNetworks& networks, const Image& picture, const FoundFace& like,
    const FacePlace& place);

// One thread only. Same cell, same findings.
class FilmLook {
 public:
  // `faces` outlives this.
  FilmLook(std::unique_ptr<VideoReader> reader, const FilmFaces& faces,
           std::stop_token stop);

  // Cells in rising order. Cancelled where it was stopped.
  StatusOr<CellFindings> Look(const FilmCell& cell);

 private:
  Status LookAt(const FilmCell& cell, const FrameStamp& stamp,
                CellFindings* found);
  Status Sample(double seconds, CellFindings* found);
  StatusOr<const Image*> Picture();

  const std::unique_ptr<VideoReader> reader_;
  const FilmFaces& faces_;
  const std::stop_token stop_;
  const double rate_;
  const int stride_;  // pictures, in a stretch
  bool begun_ = false;
  // Of the cell under way.
  std::optional<MouthTracker> mouth_, face_;
  size_t next_sample_ = 0;
  int64_t in_stretch_ = 0;
  Image picture_;
  bool converted_ = false;
};

}  // namespace longtake::worker
