#include "worker/quality/film_sound.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include "worker/engine/speech/hearing.h"
#include "worker/quality/heard_mouth.h"

namespace longtake::worker {
namespace {

// So much sound is heard beyond the pictures, for the offset.
constexpr double kBesideSeconds = 0.6;
constexpr double kNoLevelDb = -120;

}  // namespace

FilmSound::~FilmSound() {
  if (!path_.empty()) std::remove(path_.c_str());
}

Status FilmSound::Open(const std::string& film, const std::string& name,
                       const std::string& pcm_path) {
  LoudnessMeter meter;
  LT_ASSIGN_OR_RETURN(
      facts_, AnalyzeAudio(film, name, pcm_path, kMaxAudioMillis, &meter));
  path_ = pcm_path;
  loudness_ = meter.Finish();
  LT_ASSIGN_OR_RETURN(pcm_, PcmFile::Open(pcm_path));
  return OkStatus();
}

double FilmSound::begin_seconds() const {
  return static_cast<double>(facts_.start_us) * 1e-6;
}

double FilmSound::end_seconds() const {
  return begin_seconds() +
         static_cast<double>(facts_.samples) / facts_.sample_rate_hz;
}

StatusOr<std::vector<HeardMouth>> FilmSound::Hear(const SpeechNet& ears,
                                                  double begin,
                                                  double end) const {
  const int64_t all = StepsOf(pcm_->size_samples());
  const auto step_at = [&](double seconds) {
    const double step =
        (seconds - begin_seconds()) * kHopsPerSecond / kHopsPerStep;
    return std::clamp<int64_t>(static_cast<int64_t>(step), 0, all);
  };
  const int64_t first = step_at(begin - kBesideSeconds);
  const int64_t last = step_at(end + kBesideSeconds);
  std::vector<HeardMouth> heard;
  if (first >= last) return heard;
  LT_ASSIGN_OR_RETURN(const SpeechNetOutput out,
                      ListenTo(ears, *pcm_, first, last));
  for (int64_t k = 0; k < out.steps(); ++k) {
    HeardMouth& h = heard.emplace_back(HeardAtStep(out, k));
    h.seconds = begin_seconds() + StepSeconds(first + k);
  }
  return heard;
}

StatusOr<double> FilmSound::LevelDb(double begin, double end) const {
  const auto sample_at = [this](double seconds) {
    const double at = (seconds - begin_seconds()) * kAnalysisSampleRateHz;
    return std::clamp<int64_t>(std::llround(at), 0, pcm_->size_samples());
  };
  const int64_t first = sample_at(begin), last = sample_at(end);
  std::array<float, 4096> block;
  double sum = 0;
  for (int64_t at = first; at < last;) {
    const auto part = std::span(block).first(
        static_cast<size_t>(std::min<int64_t>(block.size(), last - at)));
    LT_RETURN_IF_ERROR(pcm_->Read(at, part));
    for (const float v : part) sum += static_cast<double>(v) * v;
    at += std::ssize(part);
  }
  if (last <= first || sum <= 0) return kNoLevelDb;
  return std::max(kNoLevelDb,
                  10 * std::log10(sum / static_cast<double>(last - first)));
}

}  // namespace longtake::worker
