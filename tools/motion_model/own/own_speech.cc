#include "tools/motion_model/own/own_speech.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>

#include "tools/motion_model/curve_file.h"
#include "tools/motion_model/memory_pcm.h"
#include "tools/motion_model/own/film_mouth.h"
#include "tools/motion_model/own/trusted_parts.h"
#include "tools/motion_model/speech_data/speech_files.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/phonetics/languages.h"
#include "worker/engine/phonetics/transcript.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::own {
namespace {

namespace fs = std::filesystem;
using worker::kAnalysisSampleRateHz;
using worker::PhoneSegment;

constexpr char kEngine[] = "own";
// Phone times may end a little after a sound that was cut.
constexpr double kEndSlack = 0.1;

double SecondsOf(const std::vector<float>& samples) {
  return static_cast<double>(samples.size()) / kAnalysisSampleRateHz;
}

// Contiguous from 0 to `seconds`, as a .phones file is.
speech_data::PhoneTrack TrackOf(const std::vector<PhoneSegment>& phones,
                                double seconds) {
  std::vector<speech_data::PhoneStart> starts;
  const std::string silence(worker::PhoneName(worker::kSilence));
  double at = 0;
  for (const PhoneSegment& p : phones) {
    if (p.begin > at + 1e-4) starts.push_back({at, {silence}});
    starts.push_back({p.begin, {std::string(worker::PhoneName(p.phone))}});
    at = p.end;
  }
  if (at < seconds) starts.push_back({at, {silence}});
  return speech_data::TrackFromStarts(starts, seconds);
}

speech_data::Sound SoundOf(const std::vector<float>& samples, double begin,
                           double end) {
  const auto at = [&](double seconds) {
    return std::min(
        samples.size(),
        static_cast<size_t>(std::lround(seconds * kAnalysisSampleRateHz)));
  };
  speech_data::Sound sound;
  sound.rate_hz = kAnalysisSampleRateHz;
  for (size_t i = at(begin); i < at(end); ++i) {
    sound.samples.push_back(static_cast<int16_t>(
        std::lround(32767 * std::clamp(samples[i], -1.f, 1.f))));
  }
  return sound;
}

// Of the part alone.
std::vector<worker::MouthCurves> CurvesOf(
    const std::vector<worker::MouthCurves>& curves, const Part& part) {
  const double step = motion_tools::kCurveStepSeconds;
  std::vector<worker::MouthCurves> rows;
  for (double t = 0; t < part.end - part.begin;
       t = static_cast<double>(rows.size()) * step) {
    rows.push_back(motion_tools::CurvesAt(curves, part.begin + t));
  }
  return rows;
}

class Maker {
 public:
  Maker(const worker::SpeechNet& net, const OwnSpeechOptions& options,
        std::string language)
      : net_(net),
        options_(options),
        language_(std::move(language)),
        scratch_((fs::temp_directory_path() /
                  fmt::format("longtake-own-{}", ::getpid()))
                     .string()) {}
  ~Maker() {
    std::error_code ignored;
    fs::remove(scratch_, ignored);
  }

  Status Add(const Recording& recording) {
    Take take;
    Status status = ReadSound(recording.audio, &take);
    own_.given_s += SecondsOf(take.samples);
    if (status.ok() && recording.film) status = Look(recording, &take);
    if (status.code() == StatusCode::kInvalidArgument && recording.film) {
      own_.left_out.push_back(std::string(Message(status)));
      return OkStatus();
    }
    LT_RETURN_IF_ERROR(status);
    LT_ASSIGN_OR_RETURN(const std::vector<Part> parts,
                        PartsOf(recording, take));
    for (const Part& part : parts) {
      LT_RETURN_IF_ERROR(Write(recording.voice, take, part));
    }
    return OkStatus();
  }

  OwnSpeech Result() { return std::move(own_); }

 private:
  // What one file holds.
  struct Take {
    std::vector<float> samples;
    double starts_at = 0;                     // the sound, on the film's clock
    std::vector<worker::MouthCurves> curves;  // empty: not measured
  };

  Status ReadSound(const std::string& path, Take* take) {
    LT_ASSIGN_OR_RETURN(const worker::AudioFacts facts,
                        worker::AnalyzeAudio(path, path, scratch_));
    take->starts_at = static_cast<double>(facts.start_us) * 1e-6;
    LT_ASSIGN_OR_RETURN(const auto pcm, worker::PcmFile::Open(scratch_));
    take->samples.resize(static_cast<size_t>(pcm->size_samples()));
    return pcm->Read(0, take->samples);
  }

  // InvalidArgument: of the film, nothing can be used.
  Status Look(const Recording& recording, Take* take) {
    if (faces_ == nullptr) {
      LT_ASSIGN_OR_RETURN(faces_,
                          worker::FaceNetworks::Load(options_.face_networks));
    }
    auto curves = CurvesOfFilm(*faces_, net_, recording.audio, take->samples,
                               take->starts_at);
    if (curves.ok()) {
      take->curves = *std::move(curves);
      return OkStatus();
    }
    const bool said = !recording.text.empty() || !recording.phones.empty();
    if (!said || curves.status().code() != StatusCode::kInvalidArgument) {
      return curves.status();
    }
    own_.left_out.push_back(fmt::format("{}; its sound and its text are used",
                                        Message(curves.status())));
    return OkStatus();
  }

  StatusOr<std::vector<Part>> PartsOf(const Recording& recording,
                                      const Take& take) {
    if (!recording.phones.empty()) {
      return GivenPhones(recording, SecondsOf(take.samples));
    }
    std::vector<Part> parts;
    if (recording.text.empty()) {
      parts = SeenParts(take.curves);
      if (parts.empty()) {
        own_.left_out.push_back(
            fmt::format("video {}: its face is never seen for {:.0f} s",
                        recording.audio, kShortestPart));
      }
      return parts;
    }
    LT_ASSIGN_OR_RETURN(parts, FindWords(recording, take.samples));
    if (!parts.empty()) return parts;
    parts = SeenParts(take.curves);
    own_.left_out.push_back(fmt::format(
        "{}: less than {:.0f} s of it says what its text says{}",
        recording.audio, kShortestPart,
        parts.empty() ? "" : "; what is seen of its mouth is used"));
    return parts;
  }

  StatusOr<std::vector<Part>> FindWords(const Recording& recording,
                                        const std::vector<float>& samples) {
    LT_ASSIGN_OR_RETURN(const std::string text,
                        speech_data::ReadFile(recording.text));
    const double seconds = SecondsOf(samples);
    LT_ASSIGN_OR_RETURN(
        const auto phrases,
        worker::ParseTranscript({text, recording.text},
                                static_cast<int64_t>(seconds * 1e6)));
    const motion_tools::MemoryPcm pcm(samples);
    LT_ASSIGN_OR_RETURN(const worker::PlacedTranscript placed,
                        worker::PlaceTranscript(net_, pcm, phrases, language_));
    return TrustedParts(placed, seconds);
  }

  StatusOr<std::vector<Part>> GivenPhones(const Recording& recording,
                                          double seconds) {
    Part part;
    LT_ASSIGN_OR_RETURN(part.phones, worker::ReadPhones(recording.phones));
    if (part.phones.empty() || part.phones.back().end > seconds + kEndSlack) {
      return InvalidArgument(fmt::format(
          "{}: ends at {:.2f} s, but {} is {:.2f} s long", recording.phones,
          part.phones.empty() ? 0.0 : part.phones.back().end, recording.audio,
          seconds));
    }
    part.end = seconds;
    return std::vector<Part>{part};
  }

  Status Write(const std::string& voice, const Take& take, const Part& part) {
    const std::string path =
        fmt::format("{}/{}/{:05d}", kEngine, voice, counts_[voice]++);
    const fs::path base = fs::path(options_.directory) / path;
    std::error_code error;
    fs::create_directories(base.parent_path(), error);
    const speech_data::Sound sound =
        SoundOf(take.samples, part.begin, part.end);
    const double seconds = sound.duration_s();
    LT_RETURN_IF_ERROR(speech_data::WriteFile(base.string() + ".wav",
                                              speech_data::FormatWav(sound)));
    if (!part.phones.empty()) {
      LT_RETURN_IF_ERROR(speech_data::WriteFile(
          base.string() + ".phones",
          speech_data::FormatPhones(TrackOf(part.phones, seconds))));
    }
    if (!take.curves.empty()) {
      const auto curves = CurvesOf(take.curves, part);
      for (const worker::MouthCurves& row : curves) {
        own_.seen_s += std::isnan(row[worker::kCurveJaw])
                           ? 0
                           : motion_tools::kCurveStepSeconds;
      }
      LT_RETURN_IF_ERROR(speech_data::WriteFile(
          base.string() + ".curves", motion_tools::FormatCurves(curves)));
    }
    own_.lines.push_back(
        {path, kEngine, voice,
         language_.empty() || part.phones.empty() ? "und" : language_,
         seconds});
    own_.kept_s += seconds;
    return OkStatus();
  }

  const worker::SpeechNet& net_;
  const OwnSpeechOptions& options_;
  const std::string language_;
  const std::string scratch_;
  std::unique_ptr<const worker::FaceNetworks> faces_;  // once a film came
  std::map<std::string, int> counts_;                  // of parts, by voice
  OwnSpeech own_;
};

Status NothingLeft(const OwnSpeech& own, const std::string& recordings) {
  constexpr size_t kNamed = 3;
  std::string reasons;
  for (size_t i = 0; i < std::min(own.left_out.size(), kNamed); ++i) {
    reasons += fmt::format("{}{}", i == 0 ? "" : "; ", own.left_out[i]);
  }
  if (own.left_out.size() > kNamed) reasons += "; …";
  return InvalidArgument(
      fmt::format("{}: nothing of it can be learned from (of texts: is the "
                  "language right?): {}",
                  recordings, reasons));
}

}  // namespace

StatusOr<OwnSpeech> MakeOwnSpeech(const worker::SpeechNet& net,
                                  const OwnSpeechOptions& options) {
  const std::string manifest = options.directory + "/manifest.tsv";
  if (fs::exists(manifest)) {
    return FailedPrecondition(
        manifest + ": a set of speech is there already; give another folder");
  }
  LT_ASSIGN_OR_RETURN(const std::vector<Recording> recordings,
                      ListRecordings(options.recordings));
  std::string language;
  if (!options.language.empty()) {
    auto parsed = worker::ParseLanguage(options.language);
    if (!parsed.ok()) return Annotate(parsed.status(), "--language");
    language = *std::move(parsed);
  }
  Maker maker(net, options, language);
  for (const Recording& recording : recordings) {
    if (!recording.text.empty() && language.empty()) {
      return InvalidArgument(recording.text +
                             ": its language is not told: give --language, "
                             "for example --language en");
    }
    if (recording.film && options.face_networks.empty()) {
      return FailedPrecondition(recording.audio +
                                ": a film: give the folder of the face "
                                "networks, --faces");
    }
  }
  for (const Recording& recording : recordings) {
    LT_RETURN_IF_ERROR(maker.Add(recording));
  }
  OwnSpeech own = maker.Result();
  if (own.lines.empty()) return NothingLeft(own, options.recordings);
  LT_RETURN_IF_ERROR(
      speech_data::WriteFile(manifest, speech_data::FormatManifest(own.lines)));
  return own;
}

}  // namespace longtake::own
