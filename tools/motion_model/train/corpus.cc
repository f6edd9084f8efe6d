#include "tools/motion_model/train/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <sstream>
#include <thread>

#include "tools/motion_model/curve_file.h"
#include "tools/motion_model/memory_pcm.h"
#include "tools/motion_model/train/labels.h"
#include "tools/motion_model/train/random.h"
#include "worker/engine/audio/mel_spectrum.h"
#include "worker/engine/phonetics/phone_segments.h"
#include "worker/engine/speech/speech_net.h"
#include "worker/media/audio_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::training {
namespace {

using worker::PhoneSegment;

constexpr double kHopSeconds = 0.01;
constexpr double kLeastSeconds = 0.3;
constexpr int64_t kMarginSamples = kMarginHops * worker::kHopSamples;

struct Entry {
  std::string path;  // without .wav, .phones and .curves
  std::string voice;
  uint64_t seed = 0;
};

StatusOr<std::vector<Entry>> ReadManifest(const CorpusOptions& options) {
  const std::string path = options.directory + "/manifest.tsv";
  std::ifstream file(path);
  if (!file) {
    return NotFound(fmt::format(
        "{}: can't be read; make the speech with ./dev make-speech", path));
  }
  std::vector<Entry> entries;
  std::string line;
  for (uint64_t number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string name, engine, voice;
    if (!std::getline(fields, name, '\t') ||
        !std::getline(fields, engine, '\t') ||
        !std::getline(fields, voice, '\t')) {
      return InvalidArgument(fmt::format(
          "{} line {}: needs path, engine and voice", path, number));
    }
    if (name == "path") continue;  // the header
    const std::string id = engine + "/" + voice;
    const bool left_out =
        std::find(options.left_out.begin(), options.left_out.end(), id) !=
        options.left_out.end();
    if (left_out != options.only_left_out) continue;
    entries.push_back(
        {options.directory + "/" + name, id, options.seed * 1000003 + number});
  }
  return entries;
}

// A windowed sinc, tabulated between samples.
class Interpolator {
 public:
  explicit Interpolator(double cutoff) : taps_(kPhases * kTaps) {
    for (int phase = 0; phase < kPhases; ++phase) {
      for (int k = 0; k < kTaps; ++k) {
        const double x =
            static_cast<double>(phase) / kPhases + kTaps / 2 - 1 - k;
        const double window =
            0.5 + 0.5 * std::cos(2 * std::numbers::pi * x / kTaps);
        const double angle = std::numbers::pi * cutoff * x;
        const double sinc =
            std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
        taps_[phase * kTaps + k] = static_cast<float>(cutoff * sinc * window);
      }
    }
  }
  float At(const std::vector<float>& samples, double at) const {
    const int64_t whole = static_cast<int64_t>(at);
    const int phase =
        static_cast<int>((at - static_cast<double>(whole)) * kPhases);
    const int64_t first = whole - kTaps / 2 + 1;
    const int64_t begin = std::max<int64_t>(0, -first);
    const int64_t end =
        std::min<int64_t>(kTaps, static_cast<int64_t>(samples.size()) - first);
    float sum = 0;
    for (int64_t k = begin; k < end; ++k) {
      sum += samples[first + k] * taps_[phase * kTaps + k];
    }
    return sum;
  }

 private:
  static constexpr int kTaps = 32, kPhases = 256;
  std::vector<float> taps_;
};

// `samples` played 1 / factor times as fast.
std::vector<float> Shift(const std::vector<float>& samples, double factor) {
  const Interpolator interpolator(0.97 * std::min(1.0, factor));
  std::vector<float> out(
      static_cast<size_t>(static_cast<double>(samples.size()) * factor));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = interpolator.At(samples, static_cast<double>(i) / factor);
  }
  return out;
}

StatusOr<std::vector<float>> ReadSpeech(const std::string& path,
                                        const std::string& scratch) {
  LT_RETURN_IF_ERROR(worker::AnalyzeAudio(path, path, scratch).status());
  LT_ASSIGN_OR_RETURN(const auto pcm, worker::PcmFile::Open(scratch));
  std::vector<float> samples(static_cast<size_t>(pcm->size_samples()));
  LT_RETURN_IF_ERROR(pcm->Read(0, samples));
  return samples;
}

// What of an utterance was written beside its sound.
struct Known {
  std::vector<PhoneSegment> phones;
  std::vector<worker::MouthCurves> measured;
};

// Phones, where there is no NAME.curves; else any of the two.
StatusOr<Known> ReadKnown(const std::string& path) {
  Known known;
  std::ifstream curves(path + ".curves");
  if (curves) {
    std::ostringstream text;
    text << curves.rdbuf();
    LT_ASSIGN_OR_RETURN(known.measured, motion_tools::ParseCurves(
                                            text.str(), path + ".curves"));
    if (!std::filesystem::exists(path + ".phones")) return known;
  }
  LT_ASSIGN_OR_RETURN(known.phones, worker::ReadPhones(path + ".phones"));
  return known;
}

StatusOr<Utterance> LoadUtterance(const Entry& entry, double shifted_share,
                                  const std::string& scratch) {
  LT_ASSIGN_OR_RETURN(std::vector<float> speech,
                      ReadSpeech(entry.path + ".wav", scratch));
  LT_ASSIGN_OR_RETURN(Known known, ReadKnown(entry.path));
  std::vector<PhoneSegment>& segments = known.phones;
  Utterance utterance;
  utterance.voice = entry.voice;
  Random random(entry.seed);
  double factor = 1;
  if (random.Chance(shifted_share)) {
    factor = random.Uniform(kFastest, kSlowest);
    speech = Shift(speech, factor);
  }
  if (static_cast<double>(speech.size()) <
      kLeastSeconds * worker::kAnalysisSampleRateHz) {
    return utterance;
  }
  const double margin = kMarginHops * kHopSeconds;
  for (PhoneSegment& s : segments) {
    s.begin = s.begin * factor + margin;
    s.end = s.end * factor + margin;
  }
  std::vector<float> samples(speech.size() + 2 * kMarginSamples, 0.f);
  std::copy(speech.begin(), speech.end(), samples.begin() + kMarginSamples);
  if (!segments.empty()) {
    segments.insert(segments.begin(), {0, margin, worker::kSilence});
    segments.push_back(
        {segments.back().end, segments.back().end + 60, worker::kSilence});
  }
  LT_ASSIGN_OR_RETURN(utterance.mel, LogMel(std::move(samples)));
  const Labels labels = LabelSteps(segments, known.measured, {factor, margin},
                                   utterance.hops() / worker::kHopsPerStep);
  utterance.phones = labels.phones;
  utterance.curves = labels.curves;
  utterance.source = labels.source;
  return utterance;
}

}  // namespace

StatusOr<torch::Tensor> LogMel(std::vector<float> samples) {
  int64_t hops = static_cast<int64_t>(samples.size()) / worker::kHopSamples;
  hops -= hops % worker::kHopsPerStep;
  const motion_tools::MemoryPcm pcm(std::move(samples));
  LT_ASSIGN_OR_RETURN(std::vector<float> powers,
                      worker::ComputeMelPowers(pcm, {0, hops}));
  return torch::from_blob(powers.data(), {hops, worker::kMelBands})
      .add(1e-10)
      .log()
      .to(torch::kHalf);
}

StatusOr<std::vector<Utterance>> LoadCorpus(const CorpusOptions& options) {
  LT_ASSIGN_OR_RETURN(const std::vector<Entry> entries, ReadManifest(options));
  std::vector<Utterance> utterances(entries.size());
  std::vector<Status> errors(static_cast<size_t>(options.threads));
  std::atomic<size_t> next = 0;
  const auto work = [&](int thread) {
    torch::NoGradGuard no_grad;
    const std::string scratch =
        (std::filesystem::temp_directory_path() /
         fmt::format("longtake-corpus-{}-{}", ::getpid(), thread))
            .string();
    for (size_t i = next++; i < entries.size(); i = next++) {
      auto loaded = LoadUtterance(entries[i], options.shifted_share, scratch);
      if (!loaded.ok()) {
        errors[thread] = loaded.status();
        next = entries.size();
        break;
      }
      utterances[i] = *std::move(loaded);
    }
    std::error_code ignored;
    std::filesystem::remove(scratch, ignored);
  };
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < options.threads; ++t) threads.emplace_back(work, t);
  }
  for (const Status& error : errors) LT_RETURN_IF_ERROR(error);
  std::erase_if(utterances,
                [](const Utterance& u) { return !u.mel.defined(); });
  if (utterances.empty()) {
    return InvalidArgument(
        fmt::format("{}: no speech to train on", options.directory));
  }
  return utterances;
}

}  // namespace longtake::training
