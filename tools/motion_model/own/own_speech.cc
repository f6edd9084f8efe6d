#include "tools/motion_model/own/own_speech.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "tools/motion_model/memory_pcm.h"
#include "tools/motion_model/own/trusted_parts.h"
#include "tools/motion_model/speech_data/speech_files.h"
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
    LT_ASSIGN_OR_RETURN(const std::vector<float> samples,
                        ReadSound(recording.audio));
    const double seconds = SecondsOf(samples);
    own_.given_s += seconds;
    std::vector<Part> parts;
    if (recording.phones.empty()) {
      LT_ASSIGN_OR_RETURN(parts, FindWords(recording, samples));
    } else {
      LT_ASSIGN_OR_RETURN(parts, GivenPhones(recording, seconds));
    }
    if (parts.empty()) {
      own_.left_out.push_back(
          fmt::format("{}: less than {:.0f} s of it says what its text says",
                      recording.audio, kShortestPart));
    }
    for (const Part& part : parts) {
      LT_RETURN_IF_ERROR(Write(recording.voice, samples, part));
    }
    return OkStatus();
  }

  OwnSpeech Take() { return std::move(own_); }

 private:
  StatusOr<std::vector<float>> ReadSound(const std::string& path) {
    LT_RETURN_IF_ERROR(worker::AnalyzeAudio(path, path, scratch_).status());
    LT_ASSIGN_OR_RETURN(const auto pcm, worker::PcmFile::Open(scratch_));
    std::vector<float> samples(static_cast<size_t>(pcm->size_samples()));
    LT_RETURN_IF_ERROR(pcm->Read(0, samples));
    return samples;
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

  Status Write(const std::string& voice, const std::vector<float>& samples,
               const Part& part) {
    const std::string path =
        fmt::format("{}/{}/{:05d}", kEngine, voice, counts_[voice]++);
    const fs::path base = fs::path(options_.directory) / path;
    std::error_code error;
    fs::create_directories(base.parent_path(), error);
    speech_data::Speech speech;
    speech.sound = SoundOf(samples, part.begin, part.end);
    const double seconds = speech.sound.duration_s();
    speech.phones = TrackOf(part.phones, seconds);
    LT_RETURN_IF_ERROR(speech_data::WriteSpeech(base.string(), speech));
    own_.lines.push_back(
        {path, kEngine, voice, language_.empty() ? "und" : language_, seconds});
    own_.kept_s += seconds;
    return OkStatus();
  }

  const worker::SpeechNet& net_;
  const OwnSpeechOptions& options_;
  const std::string language_;
  const std::string scratch_;
  std::map<std::string, int> counts_;  // of parts, by voice
  OwnSpeech own_;
};

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
    if (recording.phones.empty() && language.empty()) {
      return InvalidArgument(recording.text +
                             ": its language is not told: give --language, "
                             "for example --language en");
    }
  }
  for (const Recording& recording : recordings) {
    LT_RETURN_IF_ERROR(maker.Add(recording));
  }
  OwnSpeech own = maker.Take();
  if (own.lines.empty()) {
    return InvalidArgument(fmt::format(
        "{}: in none of {} recordings the words of their texts are found; is "
        "the language right?",
        options.recordings, recordings.size()));
  }
  LT_RETURN_IF_ERROR(
      speech_data::WriteFile(manifest, speech_data::FormatManifest(own.lines)));
  return own;
}

}  // namespace longtake::own
