#include "tools/motion_model/own/film_mouth.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "tools/motion_model/memory_pcm.h"
#include "tools/motion_model/own/measured_curves.h"
#include "tools/motion_model/own/mouth_measures.h"
#include "worker/engine/speech/hearing.h"
#include "worker/media/video_reader.h"
#include "worker/quality/film_face.h"
#include "worker/quality/heard_mouth.h"
#include "worker/quality/mouth_tracker.h"

namespace longtake::own {
namespace {

// Larger pictures are shrunk: the landmark network sees 112 pixels of a face.
constexpr int kShortSide = 720;
// Of faster films, every second or third picture is looked at.
constexpr double kEnoughPictures = 50;
// The sound is heard in pieces of 20 s.
constexpr int64_t kPieceSteps = 1000;

// Of the pictures that show a face.
StatusOr<std::vector<MouthMeasures>> LookAtFilm(
    const worker::FaceNetworks& faces, const std::string& path,
    double sound_starts_at) {
  LT_ASSIGN_OR_RETURN(
      const auto reader,
      worker::VideoReader::Open(path, path, {.max_short_side = kShortSide}));
  const double rate = reader->facts().rate.AsDouble();
  if (rate < kLeastFilmRate) {
    return InvalidArgument(
        fmt::format("video {}: {:.1f} pictures a second, at least {:.0f} show "
                    "how a mouth speaks",
                    path, rate, kLeastFilmRate));
  }
  LT_ASSIGN_OR_RETURN(const worker::FoundFace face,
                      worker::FindFaceInFilm(faces, *reader, path));
  LT_RETURN_IF_ERROR(reader->SeekTo(0));
  worker::MouthTracker tracker(faces, face);
  const int stride = std::max(1, static_cast<int>(rate / kEnoughPictures));
  std::vector<MouthMeasures> seen;
  worker::VideoFrame frame;
  for (int64_t n = 0;; ++n) {
    LT_ASSIGN_OR_RETURN(const bool more, reader->Next(&frame));
    if (!more) return seen;
    if (n % stride != 0) continue;
    LT_ASSIGN_OR_RETURN(const std::optional<worker::FaceLandmarks> landmarks,
                        tracker.NextLandmarks(frame.image));
    if (!landmarks) continue;
    MouthMeasures& m = seen.emplace_back(MeasureMouth(*landmarks));
    m.seconds = static_cast<double>(frame.time_us) * 1e-6 + 0.5 / rate -
                sound_starts_at;
  }
}

StatusOr<std::vector<worker::HeardMouth>> Listen(
    const worker::SpeechNet& net, const std::vector<float>& sound) {
  const motion_tools::MemoryPcm pcm(sound);
  const int64_t steps = worker::StepsOf(pcm.size_samples());
  std::vector<worker::HeardMouth> heard;
  for (int64_t begin = 0; begin < steps; begin += kPieceSteps) {
    LT_ASSIGN_OR_RETURN(const worker::SpeechNetOutput out,
                        worker::ListenTo(net, pcm, begin,
                                         std::min(begin + kPieceSteps, steps)));
    for (int64_t k = 0; k < out.steps(); ++k) {
      worker::HeardMouth& h = heard.emplace_back(worker::HeardAtStep(out, k));
      h.seconds = worker::StepSeconds(begin + k);
    }
  }
  return heard;
}

}  // namespace

StatusOr<std::vector<worker::MouthCurves>> CurvesOfFilm(
    const worker::FaceNetworks& faces, const worker::SpeechNet& net,
    const std::string& path, const std::vector<float>& sound,
    double sound_starts_at) {
  LT_ASSIGN_OR_RETURN(const std::vector<MouthMeasures> seen,
                      LookAtFilm(faces, path, sound_starts_at));
  LT_ASSIGN_OR_RETURN(const std::vector<worker::HeardMouth> heard,
                      Listen(net, sound));
  auto curves = CurvesOfMouth(
      seen, heard,
      static_cast<double>(sound.size()) / worker::kAnalysisSampleRateHz);
  if (!curves.ok()) return Annotate(curves.status(), "video " + path);
  return curves;
}

}  // namespace longtake::own
