#include "worker/engine/speech/speech_motion_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

#include "common/digest/sha256.h"
#include "worker/engine/audio/speech_features.h"
#include "worker/engine/motion/expression.h"
#include "worker/engine/motion/philox.h"
#include "worker/engine/motion/set_channels.h"
#include "worker/engine/phonetics/teacher_curves.h"
#include "worker/engine/speech/articulation.h"
#include "worker/engine/speech/sureness.h"
#include "worker/engine/speech/weights_file.h"

namespace longtake::worker {
namespace {

// Rises when the same weights can give other motion.
constexpr char kCodeVersion[] = "speech-3";

constexpr int64_t kNetReachHops = kHopsPerStep * kSpeechNetReachSteps;
static_assert(kNormaliseReachHops % 2 == 0, "windows begin on even hops");
static_assert(kSurenessSteps <= kSpeechNetReachSteps,
              "a window hears what its frames' sureness needs");

// Two segments share two windows of some seven, and a process renders a few
// segments at once; one takes 10 KB.
constexpr size_t kWindowsKept = 64;

// Below the first probability of speech the audio's own silence holds, above
// the second it doesn't: the end of a "t" is too faint for it.
constexpr double kMaybeSpoken = 0.1, kSpoken = 0.4;

// What is heard at one moment.
struct Heard {
  MouthCurves curves{};
  double spoken = 0;  // probability that somebody speaks
};

// The transcript's phones about a window, for the teacher.
class KnownWords {
 public:
  KnownWords(std::span<const KeyPhone> phones, int64_t begin_us,
             int64_t end_us) {
    auto it = std::lower_bound(
        phones.begin(), phones.end(), begin_us - kKeyPhoneReachMicros,
        [](const KeyPhone& p, int64_t t) { return p.end_us() < t; });
    for (; it != phones.end() && it->start_us <= end_us + kKeyPhoneReachMicros;
         ++it) {
      // Where nothing is known between two phones, nobody speaks.
      if (!segments_.empty() &&
          Seconds(it->start_us) > segments_.back().end + 1e-9) {
        Append(segments_.back().end, Seconds(it->start_us), kSilence, 0);
      }
      Append(Seconds(it->start_us), Seconds(it->end_us()), it->phone,
             it->trust / 255.0);
    }
  }

  // How far the words are believed at a moment: fully inside them, fading over
  // kFadeSeconds outside.
  double Trust(double seconds) const {
    double trust = 0;
    for (size_t i = 0; i < segments_.size(); ++i) {
      const double away = std::max(
          {segments_[i].begin - seconds, seconds - segments_[i].end, 0.0});
      if (away < kFadeSeconds) {
        trust = std::max(trust, trusts_[i] * (1 - away / kFadeSeconds));
      }
    }
    return trust;
  }
  MouthCurves At(double seconds) const {
    return TeacherCurvesAt(segments_, seconds);
  }

 private:
  static constexpr double kFadeSeconds = 0.08;
  static double Seconds(int64_t us) { return static_cast<double>(us) * 1e-6; }
  void Append(double begin, double end, PhoneClass phone, double trust) {
    segments_.push_back({begin, end, phone});
    trusts_.push_back(trust);
  }

  std::vector<PhoneSegment> segments_;
  std::vector<double> trusts_;
};

// Of what the words say against what is heard: the words know which phone it
// is, the ears how strongly it is said.
constexpr double kWordShare = 0.8;

void FollowWords(const KnownWords& words, double seconds, Heard* heard) {
  const double share = kWordShare * words.Trust(seconds);
  if (share <= 0) return;
  const MouthCurves taught = words.At(seconds);
  for (int c = 0; c < kMouthCurves; ++c) {
    heard->curves[c] =
        static_cast<float>((1 - share) * heard->curves[c] + share * taught[c]);
  }
}

void ShapeMouth(const Heard& heard, const KeyMotionState& key,
                const Drift& drift, MotionFrame* f) {
  SetMouth(heard.curves, f);
  const double aside = 0.035 * key.activity * drift.aside;
  Set(kMouthLeft, std::max(aside, 0.0), f);
  Set(kMouthRight, std::max(-aside, 0.0), f);
}

}  // namespace

// For reading between the steps.
class SpeechMotionModel::Hearing {
 public:
  Hearing(std::vector<MouthCurves> mouths, const SpeechNetOutput& heard,
          int64_t first_hop)
      : mouths_(std::move(mouths)), first_hop_(first_hop) {
    const std::vector<float> sureness = SurenessOf(heard);
    for (int64_t k = 0; k < heard.steps(); ++k) {
      for (float& curve : mouths_[k]) curve *= sureness[k];
      spoken_.push_back(sureness[k] * (1 - heard.phone(k, kSilence)));
    }
  }

  // `sample` of the job.
  Heard At(int64_t sample) const {
    // Step k stands at hop first_hop_ + 2 k + 0.5.
    const double hop = static_cast<double>(sample) / kHopSamples -
                       static_cast<double>(first_hop_);
    const int64_t last = static_cast<int64_t>(mouths_.size()) - 1;
    const double at =
        std::clamp((hop - 0.5) / kHopsPerStep, 0.0, static_cast<double>(last));
    const int64_t k = static_cast<int64_t>(at);
    const int64_t next = std::min(k + 1, last);
    const double part = at - static_cast<double>(k);
    Heard heard;
    for (int c = 0; c < kMouthCurves; ++c) {
      heard.curves[c] = static_cast<float>((1 - part) * mouths_[k][c] +
                                           part * mouths_[next][c]);
    }
    heard.spoken = std::lerp(double{spoken_[k]}, double{spoken_[next]}, part);
    return heard;
  }

 private:
  std::vector<MouthCurves> mouths_;
  std::vector<float> spoken_;
  const int64_t first_hop_;
};

void SetMouth(const MouthCurves& m, MotionFrame* f) {
  Set(kJawOpen, m[kCurveJaw], f);
  Set(kMouthClose, m[kCurveLipClose], f);
  Set(kMouthFunnel, m[kCurveFunnel], f);
  Set(kMouthPucker, m[kCurvePucker], f);
  SetBoth(kMouthStretchLeft, kMouthStretchRight, m[kCurveStretch], f);
  Set(kMouthRollLower, m[kCurveRollLower], f);
  SetBoth(kMouthPressLeft, kMouthPressRight, m[kCurvePress], f);
  SetBoth(kMouthUpperUpLeft, kMouthUpperUpRight, m[kCurveUpperUp], f);
  SetBoth(kMouthLowerDownLeft, kMouthLowerDownRight, m[kCurveLowerDown], f);
  Set(kTongueOut, m[kCurveTongue], f);
}

SpeechMotionModel::SpeechMotionModel(std::string version,
                                     std::unique_ptr<SpeechNet> net,
                                     std::unique_ptr<MouthDiffusion> diffusion)
    : version_(std::move(version)),
      net_(std::move(net)),
      diffusion_(std::move(diffusion)),
      heard_(kWindowsKept) {}
SpeechMotionModel::~SpeechMotionModel() = default;

StatusOr<std::unique_ptr<SpeechMotionModel>> SpeechMotionModel::Create(
    std::string_view weights, const std::string& name) {
  LT_ASSIGN_OR_RETURN(const Safetensors file, OpenWeights(weights, name));
  auto net = SpeechNet::Create(file, kSpeechPrefix);
  if (!net.ok()) return Annotate(net.status(), name);
  auto diffusion =
      MouthDiffusion::Create(file, kDiffusionPrefix, (*net)->channels());
  if (!diffusion.ok()) return Annotate(diffusion.status(), name);
  return std::unique_ptr<SpeechMotionModel>(new SpeechMotionModel(
      fmt::format("{}/{}", kCodeVersion, Sha256Hex(weights)), *std::move(net),
      *std::move(diffusion)));
}

FineMotionReach SpeechMotionModel::Reach(FrameRate rate) const {
  FineMotionReach reach;
  reach.noise_context = DriftReach(rate);
  reach.mel_context = kNetReachHops + kNormaliseReachHops;
  return reach;
}

std::shared_ptr<const SpeechMotionModel::Hearing> SpeechMotionModel::Hear(
    const FineMotionWindow& window, const std::vector<float>& features,
    int64_t first_hop) const {
  const KeyedRandom random(window.seed, RandomPurpose::kMouthDiffusion);
  const int64_t steps =
      static_cast<int64_t>(features.size()) / kMelBands / kHopsPerStep;
  std::vector<MouthCurves> noise(static_cast<size_t>(steps));
  std::vector<Articulation> articulation(noise.size());
  const int64_t begin = FeatureSample(window.first_frame, window.rate);
  for (int64_t k = 0; k < steps; ++k) {
    const int64_t hop = first_hop + kHopsPerStep * k;
    for (uint32_t c = 0; c < kMouthCurves; ++c) {
      noise[k][c] =
          static_cast<float>(random.Normal(FloorDiv(hop, kHopsPerStep), c));
    }
    const int64_t frame =
        FloorDiv((hop * kHopSamples - begin) * window.rate.num,
                 kAnalysisSampleRateHz * window.rate.den);
    const int64_t i = std::clamp<int64_t>(frame, 0, kWindowFrames - 1);
    articulation[k] = ArticulationOf(window.keys[i].emotion);
  }
  Sha256 arguments;
  arguments.Update(&first_hop, sizeof(first_hop));
  for (const std::span<const std::byte> bytes :
       {std::as_bytes(std::span(features)), std::as_bytes(std::span(noise)),
        std::as_bytes(std::span(articulation))}) {
    arguments.Update(bytes.data(), bytes.size());
  }
  std::string key = arguments.Hex();
  std::shared_ptr<const Hearing> hearing = heard_.Find(key);
  if (hearing == nullptr) {
    const SpeechNetOutput heard = net_->Listen(features);
    hearing = std::make_shared<const Hearing>(
        diffusion_->Sample(heard, articulation, noise), heard, first_hop);
    heard_.Add(std::move(key), hearing);
  }
  return hearing;
}

Status SpeechMotionModel::SampleWindow(const FineMotionWindow& window,
                                       FineMotion* out) const {
  const FineMotionReach reach = Reach(window.rate);
  const HopRange given = MelHops(window.index, window.rate, reach.mel_context);
  if (window.noise.size() !=
          static_cast<size_t>(kWindowFrames + 2 * reach.noise_context) ||
      window.keys.size() != kWindowFrames ||
      window.mel_hops.begin != given.begin ||
      window.mel.size() != static_cast<size_t>(given.size() * kMelBands)) {
    return Internal(
        fmt::format("motion window {} has the wrong shape", window.index));
  }
  const HopRange heard_hops = {given.begin + kNormaliseReachHops,
                               given.end - kNormaliseReachHops};
  const std::shared_ptr<const Hearing> hearing =
      Hear(window, NormaliseMel(window.mel, given, window.job_hops, heard_hops),
           heard_hops.begin);
  const std::vector<Drift> drift = DriftOf(window);
  const KnownWords words(
      window.phones, MicrosAtFrame(window.first_frame, window.rate),
      MicrosAtFrame(window.first_frame + kWindowFrames, window.rate));
  out->frames.assign(kWindowFrames, MotionFrame{});
  out->spoken.clear();
  for (int i = 0; i < kWindowFrames; ++i) {
    const int64_t sample = FeatureSample(window.first_frame + i, window.rate) -
                           kHearingDelaySamples;
    Heard heard = hearing->At(sample);
    FollowWords(words, static_cast<double>(sample) / kAnalysisSampleRateHz,
                &heard);
    manifold_.Pull(&heard.curves);
    out->spoken.push_back(static_cast<float>(std::clamp(
        (heard.spoken - kMaybeSpoken) / (kSpoken - kMaybeSpoken), 0.0, 1.0)));
    ShapeMouth(heard, window.keys[i], drift[i], &out->frames[i]);
    ShapeExpression(heard.curves[kCurveSmile], window.keys[i], drift[i],
                    &out->frames[i]);
  }
  return OkStatus();
}

}  // namespace longtake::worker
