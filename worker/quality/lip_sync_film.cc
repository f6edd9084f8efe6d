#include "worker/quality/lip_sync_film.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "worker/engine/speech/hearing.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"
#include "worker/media/video_reader.h"
#include "worker/quality/film_face.h"
#include "worker/quality/heard_mouth.h"
#include "worker/quality/mouth_tracker.h"

namespace longtake::worker {
namespace {

// Larger pictures are shrunk: the landmark network sees 112 pixels of a face.
constexpr int kShortSide = 720;
// Of faster films, every second or third picture is looked at, so that there
// are as many as this a second at least.
constexpr double kLeastPictures = 25;
// So much sound is heard beyond the pictures, for the offset.
constexpr double kBesideSeconds = 0.6;

constexpr double Seconds(int64_t us) { return static_cast<double>(us) * 1e-6; }

// The sound as 16 kHz samples; the file goes with this.
struct Sound {
  Sound() = default;
  Sound(Sound&&) = default;
  ~Sound() {
    if (!path.empty()) std::remove(path.c_str());
  }
  std::string path;
  std::unique_ptr<PcmFile> pcm;
  double starts_at = 0;  // on the film's clock, seconds
};

Status OpenSound(const std::string& film, const std::string& name,
                 const std::string& pcm_path, Sound* sound) {
  LT_ASSIGN_OR_RETURN(const AudioFacts facts,
                      AnalyzeAudio(film, name, pcm_path));
  sound->path = pcm_path;
  sound->starts_at = Seconds(facts.start_us);
  LT_ASSIGN_OR_RETURN(sound->pcm, PcmFile::Open(pcm_path));
  return OkStatus();
}

StatusOr<std::vector<HeardMouth>> Hear(const SpeechNet& ears,
                                       const Sound& sound, double begin,
                                       double end) {
  const int64_t all = StepsOf(sound.pcm->size_samples());
  const auto step_at = [&](double seconds) {
    const double step =
        (seconds - sound.starts_at) * kHopsPerSecond / kHopsPerStep;
    return std::clamp<int64_t>(static_cast<int64_t>(step), 0, all);
  };
  const int64_t first = step_at(begin - kBesideSeconds);
  const int64_t last = step_at(end + kBesideSeconds);
  std::vector<HeardMouth> heard;
  if (first >= last) return heard;
  LT_ASSIGN_OR_RETURN(const SpeechNetOutput out,
                      ListenTo(ears, *sound.pcm, first, last));
  for (int64_t k = 0; k < out.steps(); ++k) {
    HeardMouth& h = heard.emplace_back(HeardAtStep(out, k));
    h.seconds = sound.starts_at + StepSeconds(first + k);
  }
  return heard;
}

struct Film {
  const FaceNetworks& faces;
  const SpeechNet& ears;
  const std::string& path;
  const std::string& name;
  const Sound& sound;
  FoundFace face;
  std::stop_token stop;
};

StatusOr<std::unique_ptr<VideoReader>> OpenPictures(const std::string& path,
                                                    const std::string& name) {
  return VideoReader::Open(path, name, {.max_short_side = kShortSide});
}

StatusOr<SyncStretch> Look(const Film& film, VideoReader& reader,
                           const TimeSpan& span) {
  const double rate = reader.facts().rate.AsDouble();
  const int stride = std::max(1, static_cast<int>(rate / kLeastPictures));
  SyncStretch stretch;
  MouthTracker tracker(film.faces, film.face);
  LT_RETURN_IF_ERROR(reader.SeekTo(span.begin_us));
  VideoFrame frame;
  for (int64_t n = 0;; ++n) {
    if (film.stop.stop_requested()) return Cancelled("interrupted");
    LT_ASSIGN_OR_RETURN(const bool more, reader.Next(&frame));
    if (!more || frame.time_us >= span.end_us) break;
    if (n % stride != 0) continue;
    LT_ASSIGN_OR_RETURN(const std::optional<float> opening,
                        tracker.Next(frame.image));
    if (!opening) continue;
    stretch.seen.push_back({Seconds(frame.time_us) + 0.5 / rate, *opening});
  }
  if (stretch.seen.empty()) return stretch;
  LT_ASSIGN_OR_RETURN(stretch.heard,
                      Hear(film.ears, film.sound, stretch.seen.front().seconds,
                           stretch.seen.back().seconds));
  return stretch;
}

// The stretches, looked at by several threads, each with a reader of its own.
StatusOr<std::vector<SyncStretch>> LookAtAll(const Film& film,
                                             const std::vector<TimeSpan>& spans,
                                             int threads) {
  std::vector<StatusOr<SyncStretch>> found(spans.size(),
                                           Internal("not looked at"));
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    const auto reader = OpenPictures(film.path, film.name);
    for (size_t i = next++; i < spans.size(); i = next++) {
      found[i] = reader.ok() ? Look(film, **reader, spans[i]) : reader.status();
    }
  };
  {
    std::vector<std::jthread> helpers;
    const int count = std::min(threads, static_cast<int>(spans.size()));
    for (int i = 1; i < count; ++i) helpers.emplace_back(work);
    work();
  }
  std::vector<SyncStretch> stretches;
  for (StatusOr<SyncStretch>& stretch : found) {
    LT_RETURN_IF_ERROR(stretch.status());
    if (!stretch->seen.empty()) stretches.push_back(*std::move(stretch));
  }
  return stretches;
}

}  // namespace

StatusOr<LipSync> MeasureFilm(const FaceNetworks& faces, const SpeechNet& ears,
                              const std::string& path, const std::string& name,
                              const LipSyncOptions& options) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<VideoReader> reader,
                      OpenPictures(path, name));
  const VideoFacts facts = reader->facts();
  if (facts.duration_us <= 0 || facts.rate.AsDouble() <= 0) {
    return InvalidArgument(fmt::format(
        "video {}: it doesn't tell how long it is: copy it into an MP4", name));
  }
  const std::vector<TimeSpan> spans =
      PlanStretches(facts.duration_us, options.measure);
  if (spans.empty()) return LipSync{};
  Sound sound;
  LT_RETURN_IF_ERROR(OpenSound(path, name, options.pcm_path, &sound));
  if (options.stop.stop_requested()) return Cancelled("interrupted");
  LT_ASSIGN_OR_RETURN(FoundFace face, FindFaceInFilm(faces, *reader, name));
  const Film film = {faces,           ears,        path, name, sound,
                     std::move(face), options.stop};
  LT_ASSIGN_OR_RETURN(const std::vector<SyncStretch> stretches,
                      LookAtAll(film, spans, options.threads));
  return MeasureLipSync(stretches);
}

}  // namespace longtake::worker
