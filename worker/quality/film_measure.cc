#include "worker/quality/film_measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "worker/quality/film_collect.h"
#include "worker/quality/film_face.h"
#include "worker/quality/film_look.h"
#include "worker/quality/film_plan.h"
#include "worker/quality/film_sound.h"
#include "worker/quality/thumbnails.h"

namespace longtake::worker {
namespace {

// A sound is heard down to this far below the film's loudness, and to this
// level at least.
constexpr double kHeardBelowLoudnessDb = 20;
constexpr double kLeastHeardDb = -60;

// Runs work(i) for all i below `count`; the first error by number, or OK.
Status ForEach(size_t count, int threads,
               const std::function<Status(size_t)>& work) {
  std::vector<Status> ended(count);
  std::atomic<size_t> next = 0;
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) ended[i] = work(i);
  };
  {
    std::vector<std::jthread> helpers;
    const size_t most = std::min(count, static_cast<size_t>(threads));
    for (size_t i = 1; i < most; ++i) helpers.emplace_back(run);
    run();
  }
  for (const Status& status : ended) LT_RETURN_IF_ERROR(status);
  return OkStatus();
}

// One film on its way through.
class Measuring {
 public:
  Measuring(const FaceNetworks& faces, const SpeechNet& ears,
            const std::string& path, const std::string& name,
            const FilmMeasureOptions& options)
      : networks_(faces),
        ears_(ears),
        path_(path),
        name_(name),
        options_(options) {}

  StatusOr<FilmMeasures> Run();

 private:
  Status SetReference(FoundFace face, const Image& picture);
  StatusOr<std::unique_ptr<VideoReader>> OpenPictures() const {
    return VideoReader::Open(path_, name_, {.max_short_side = kLookedAtSide});
  }
  Status FindFaces();
  Status LookAndListen();
  Status MeasureLips(std::vector<std::vector<SeenMouth>> seen);
  Status MeasureFrozen();

  const FaceNetworks& networks_;
  const SpeechNet& ears_;
  const std::string& path_;
  const std::string& name_;
  const FilmMeasureOptions& options_;
  FilmMeasures out_;
  FilmFaces faces_;
  FilmSound sound_;
  CollectedLooks looks_;
};

Status Measuring::SetReference(FoundFace face, const Image& picture) {
  faces_.reference = std::move(face);
  LT_ASSIGN_OR_RETURN(const std::optional<FaceDescriptor> own,
                      DescribeFace(networks_, picture, faces_.reference,
                                   PlaceOf(faces_.reference.landmarks)));
  faces_.descriptor = own.value_or(faces_.reference.descriptor);
  return OkStatus();
}

// The face in the film, and the one it is compared with.
Status Measuring::FindFaces() {
  if (options_.measure == Measure::kNone) {
    out_.why_no_face = "not asked for";
    return OkStatus();
  }
  out_.face_expected = options_.portrait.width > 0;
  if (out_.face_expected) {
    LT_ASSIGN_OR_RETURN(
        FoundFace own,
        FindFace(networks_, options_.portrait, options_.portrait_name, nullptr,
                 FaceChoice{.number = options_.face}));
    LT_RETURN_IF_ERROR(SetReference(std::move(own), options_.portrait));
  }
  if (out_.video.duration_us <= 0 || out_.video.rate.num <= 0) {
    out_.why_no_face =
        "the film doesn't tell how long it is: copy it into an MP4";
    return OkStatus();
  }
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<VideoReader> reader,
                      OpenPictures());
  Image picture;
  StatusOr<FoundFace> face =
      FindFaceInFilm(networks_, *reader, name_, &picture);
  if (face.status().code() == StatusCode::kInvalidArgument) {
    out_.why_no_face = "no face in the film, or none large enough";
    return OkStatus();
  }
  LT_RETURN_IF_ERROR(face.status());
  faces_.in_film = *std::move(face);
  if (!out_.face_expected) {
    LT_RETURN_IF_ERROR(SetReference(faces_.in_film, picture));
  }
  faces_.networks = &networks_;
  return OkStatus();
}

// The sound by one thread, the pictures by it and the others.
Status Measuring::LookAndListen() {
  const std::vector<FilmCell> cells =
      PlanCells(out_.video.duration_us, options_.measure);
  FilmCollect collect(out_.video, options_.seams);
  Status sound;
  std::atomic<size_t> next = 0;
  const auto look = [&]() -> Status {
    LT_ASSIGN_OR_RETURN(std::unique_ptr<VideoReader> reader, OpenPictures());
    FilmLook looker(std::move(reader), faces_, options_.stop);
    for (size_t i = next++; i < cells.size(); i = next++) {
      LT_ASSIGN_OR_RETURN(CellFindings found, looker.Look(cells[i]));
      collect.Add(i, std::move(found));
    }
    return OkStatus();
  };
  const size_t lookers = static_cast<size_t>(std::max(1, options_.threads));
  LT_RETURN_IF_ERROR(
      ForEach(lookers, options_.threads, [&](size_t i) -> Status {
        // Numbers go by what is measured, not by who measures it.
        if (i == 0) sound = sound_.Open(path_, name_, options_.pcm_path);
        return look();
      }));
  looks_ = collect.Finish();
  if (sound.ok()) {
    out_.sound = SoundMeasures{sound_.facts(), sound_.begin_seconds(),
                               sound_.end_seconds(), sound_.loudness()};
  } else if (sound.code() == StatusCode::kInvalidArgument) {
    out_.why_no_sound = "no sound in the film that can be decoded";
  } else {
    return sound;
  }
  return OkStatus();
}

Status Measuring::MeasureLips(std::vector<std::vector<SeenMouth>> seen) {
  std::erase_if(seen, [](const auto& s) { return s.empty(); });
  if (faces_.networks == nullptr || seen.empty() || !out_.sound) {
    out_.why_no_lips = faces_.networks == nullptr ? out_.why_no_face
                       : !out_.sound              ? out_.why_no_sound
                                     : "no face where the film was looked at";
    return OkStatus();
  }
  std::vector<SyncStretch> stretches(seen.size());
  LT_RETURN_IF_ERROR(
      ForEach(seen.size(), options_.threads, [&](size_t i) -> Status {
        if (options_.stop.stop_requested()) return Cancelled("interrupted");
        SyncStretch& stretch = stretches[i];
        stretch.seen = std::move(seen[i]);
        LT_ASSIGN_OR_RETURN(stretch.heard,
                            sound_.Hear(ears_, stretch.seen.front().seconds,
                                        stretch.seen.back().seconds));
        return OkStatus();
      }));
  out_.lip_sync = MeasureLipSync(stretches);
  out_.curves = LipCurvesOf(stretches, *out_.lip_sync);
  return OkStatus();
}

// A film may stand still while nothing is said.
Status Measuring::MeasureFrozen() {
  if (!out_.sound) return OkStatus();
  double heard = kLeastHeardDb;
  const auto& loudness = out_.sound->loudness;
  if (loudness && loudness->integrated_lufs) {
    heard = std::max(heard, *loudness->integrated_lufs - kHeardBelowLoudnessDb);
  }
  for (const PictureSpan& span : out_.pictures.still_spans) {
    LT_ASSIGN_OR_RETURN(const double level,
                        sound_.LevelDb(span.begin_seconds, span.end_seconds));
    if (level < heard) continue;
    out_.frozen_seconds += span.seconds();
    out_.frozen_spans.push_back(span);
  }
  return OkStatus();
}

StatusOr<FilmMeasures> Measuring::Run() {
  {
    LT_ASSIGN_OR_RETURN(const std::unique_ptr<VideoReader> reader,
                        OpenPictures());
    out_.video = reader->facts();
  }
  out_.seams_known = options_.seams_known;
  out_.seams_by_keyframe = options_.seams.keyframes;
  out_.frames_expected = options_.frames_expected;
  LT_RETURN_IF_ERROR(FindFaces());
  LT_RETURN_IF_ERROR(LookAndListen());
  out_.timing = looks_.timing;
  out_.pictures = std::move(looks_.pictures);
  out_.seams = std::move(looks_.seams);
  out_.colour = MeasureColour(looks_.colours);
  if (faces_.networks != nullptr) {
    out_.identity = MeasureIdentity(faces_.descriptor, looks_.faces);
    if (out_.identity) out_.identity->to_portrait = out_.face_expected;
    if (!out_.identity) out_.why_no_face = "no face where it was looked for";
  }
  LT_RETURN_IF_ERROR(MeasureLips(std::move(looks_.seen)));
  LT_RETURN_IF_ERROR(MeasureFrozen());
  if (options_.thumbnails) {
    LT_ASSIGN_OR_RETURN(out_.thumbnails,
                        TakeThumbnails(path_, name_, NotablePictures(out_)));
  }
  return std::move(out_);
}

}  // namespace

StatusOr<FilmMeasures> MeasureFilm(const FaceNetworks& faces,
                                   const SpeechNet& ears,
                                   const std::string& path,
                                   const std::string& name,
                                   const FilmMeasureOptions& options) {
  return Measuring(faces, ears, path, name, options).Run();
}

}  // namespace longtake::worker
