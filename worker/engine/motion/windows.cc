#include "worker/engine/motion/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "worker/engine/motion/emotion_face.h"
#include "worker/engine/motion/mouth_channels.h"
#include "worker/engine/motion/mouth_limits.h"
#include "worker/engine/motion/opening_speed.h"
#include "worker/engine/motion/philox.h"
#include "worker/engine/motion/smoothing.h"

namespace longtake::worker {
namespace {

// Channels each strength scales.
constexpr std::array kLipChannels = {
    kJawForward,        kJawRight,           kJawLeft,
    kJawOpen,           kMouthFunnel,        kMouthPucker,
    kMouthRight,        kMouthLeft,          kMouthStretchLeft,
    kMouthStretchRight, kMouthRollLower,     kMouthRollUpper,
    kMouthShrugLower,   kMouthShrugUpper,    kMouthPressLeft,
    kMouthPressRight,   kMouthLowerDownLeft, kMouthLowerDownRight,
    kMouthUpperUpLeft,  kMouthUpperUpRight,  kTongueOut};
constexpr std::array kExpressionChannels = {
    kEyeSquintLeft,   kEyeWideLeft,      kEyeSquintRight,   kEyeWideRight,
    kMouthSmileLeft,  kMouthSmileRight,  kMouthFrownLeft,   kMouthFrownRight,
    kMouthDimpleLeft, kMouthDimpleRight, kBrowDownLeft,     kBrowDownRight,
    kBrowInnerUp,     kBrowOuterUpLeft,  kBrowOuterUpRight, kCheekPuff,
    kCheekSquintLeft, kCheekSquintRight, kNoseSneerLeft,    kNoseSneerRight};

void ApplyStrengths(const MotionControls& controls, MotionFrame* frame) {
  for (MotionChannel c : kLipChannels) {
    (*frame)[c] *= static_cast<float>(controls.lip);
  }
  for (MotionChannel c : kExpressionChannels) {
    (*frame)[c] *= static_cast<float>(controls.expression);
  }
  // A weaker mouth opens less; a stronger one still has to close.
  const float open = 1.f - std::clamp((*frame)[kMouthClose], 0.f, 1.f);
  (*frame)[kMouthClose] =
      1.f - open * static_cast<float>(std::min(controls.lip, 1.0));
}

HopRange JobHops(const PcmReader& pcm) {
  return {0, (pcm.size_samples() + kHopSamples - 1) / kHopSamples};
}

// All inputs of the windows [first, last] of one call, by absolute frame.
class WindowInputs {
 public:
  WindowInputs(const FineMotionModel& model, const MotionRequest& request,
               const KeyMotions& keys, int64_t first, int64_t last)
      : model_(model),
        request_(request),
        reach_(model.Reach(request.rate)),
        frames_{WindowBegin(first), WindowBegin(last) + kWindowFrames},
        keys_(keys),
        mel_hops_{MelHops(first, request.rate, reach_.mel_context).begin,
                  MelHops(last, request.rate, reach_.mel_context).end} {}

  Status Load() {
    LT_ASSIGN_OR_RETURN(
        audio_, ComputeAudioFeatures(request_.pcm, request_.rate,
                                     {frames_.begin - reach_.audio_context,
                                      frames_.end + reach_.audio_context},
                                     kMouthLeadSamples));
    const KeyedRandom random(request_.seed, RandomPurpose::kFrameNoise);
    for (FrameIndex f = frames_.begin - reach_.noise_context;
         f < frames_.end + reach_.noise_context; ++f) {
      FrameNoise& noise = noise_.emplace_back();
      for (uint32_t c = 0; c < kNoiseChannels; ++c) {
        noise[c] = static_cast<float>(random.Normal(f, c));
      }
    }
    for (FrameIndex f = frames_.begin; f < frames_.end; ++f) {
      states_.push_back(EvaluateKeyMotions(keys_, f, request_.rate));
    }
    return LoadMel();
  }

  Status Sample(int64_t window, FineMotion* out) const {
    const size_t at = static_cast<size_t>(WindowBegin(window) - frames_.begin);
    FineMotionWindow w;
    w.index = window;
    w.first_frame = WindowBegin(window);
    w.rate = request_.rate;
    w.seed = request_.seed;
    w.audio_context = reach_.audio_context;
    w.audio = std::span(audio_).subspan(
        at, static_cast<size_t>(kWindowFrames + 2 * reach_.audio_context));
    w.noise_context = reach_.noise_context;
    w.noise = std::span(noise_).subspan(
        at, static_cast<size_t>(kWindowFrames + 2 * reach_.noise_context));
    w.keys = std::span(states_).subspan(at, kWindowFrames);
    w.job_hops = JobHops(request_.pcm);
    w.phones = keys_.phones;
    if (reach_.mel_context > 0) {
      w.mel_hops = MelHops(window, request_.rate, reach_.mel_context);
      w.mel = std::span(mel_).subspan(
          static_cast<size_t>((w.mel_hops.begin - mel_hops_.begin) * kMelBands),
          static_cast<size_t>(w.mel_hops.size() * kMelBands));
    }
    LT_RETURN_IF_ERROR(model_.SampleWindow(w, out));
    if (out->frames.size() != kWindowFrames) {
      return Internal(
          fmt::format("motion model {} gave {} frames for a window "
                      "of {}",
                      model_.version(), out->frames.size(), kWindowFrames));
    }
    out->spoken.resize(kWindowFrames, 0.f);
    return OkStatus();
  }

  const AudioFeatures& AudioAt(FrameIndex f) const {
    return audio_[f - frames_.begin + reach_.audio_context];
  }
  const KeyMotionState& KeysAt(FrameIndex f) const {
    return states_[f - frames_.begin];
  }

 private:
  Status LoadMel() {
    if (reach_.mel_context == 0) return OkStatus();
    LT_ASSIGN_OR_RETURN(mel_, ComputeMelPowers(request_.pcm, mel_hops_));
    return OkStatus();
  }

  const FineMotionModel& model_;
  const MotionRequest& request_;
  FineMotionReach reach_;
  FrameRange frames_;
  const KeyMotions& keys_;
  std::vector<AudioFeatures> audio_;
  std::vector<FrameNoise> noise_;
  std::vector<KeyMotionState> states_;
  const HopRange mel_hops_;
  std::vector<float> mel_;
};

bool Shared(FrameIndex frame, int64_t window) {
  return frame - WindowBegin(window) < kWindowOverlap;
}

MotionFrame Fade(const MotionFrame& old_frame, const MotionFrame& new_frame,
                 double weight) {
  MotionFrame mixed;
  for (int c = 0; c < kMotionChannels; ++c) {
    mixed[c] =
        static_cast<float>((1 - weight) * old_frame[c] + weight * new_frame[c]);
  }
  return mixed;
}

}  // namespace

int64_t LastWindow(FrameIndex frame) {
  return FloorDiv(frame + kWindowLead, kWindowStride);
}

int64_t FirstWindow(FrameIndex frame) {
  return LastWindow(frame) - Shared(frame, LastWindow(frame));
}

HopRange MelHops(int64_t window, FrameRate rate, int64_t mel_context) {
  constexpr int64_t kPairSamples = 2 * kHopSamples;
  const int64_t first =
      2 * FloorDiv(FeatureSample(WindowBegin(window), rate), kPairSamples);
  // Of the window's frames, rounded up, and one pair past the last.
  const int64_t pairs = FeatureSample(kWindowFrames, rate) / kPairSamples + 2;
  return {first - mel_context, first + 2 * pairs + mel_context};
}

double FadeInWeight(FrameIndex frame, int64_t window) {
  return SmoothStep5((static_cast<double>(frame - WindowBegin(window)) + 0.5) /
                     kWindowOverlap);
}

void ClampToLegal(MotionFrame* frame) {
  for (int c = 0; c < kMotionChannels; ++c) {
    float& v = (*frame)[c];
    if (!std::isfinite(v)) v = 0;
    v = c < kHeadYaw ? std::clamp(v, 0.f, 1.f) : std::clamp(v, -1.f, 1.f);
  }
}

void ApplyMouthRules(const AudioFeatures& audio, MotionFrame* frame) {
  ClampToLegal(frame);
  const float silence = std::clamp(audio.silence, 0.f, 1.f);
  for (MotionChannel c : kLipChannels) (*frame)[c] *= 1.f - silence;
  (*frame)[kMouthClose] = std::max((*frame)[kMouthClose], silence);
  for (MotionChannel c : kPartingChannels) {
    (*frame)[c] *= 1.f - (*frame)[kMouthClose];
  }
}

void ApplyKeyMotions(const KeyMotionState& s, MotionFrame* frame) {
  constexpr double kDegree = std::numbers::pi / 180;
  const auto set = [frame](MotionChannel c, double v) {
    (*frame)[c] = static_cast<float>(v);
  };
  set(kHeadYaw, s.yaw);
  set(kHeadPitch, s.pitch);
  set(kHeadRoll, s.roll);
  for (MotionChannel c : {kLeftEyeYaw, kRightEyeYaw}) set(c, s.eye_yaw);
  for (MotionChannel c : {kLeftEyePitch, kRightEyePitch}) set(c, s.eye_pitch);
  for (MotionChannel c : {kLeftEyeRoll, kRightEyeRoll}) set(c, 0);
  for (MotionChannel c : {kEyeBlinkLeft, kEyeBlinkRight}) set(c, s.blink);
  // Yaw > 0 looks to the image right, the subject's left: outwards for the left
  // eye.
  const double side = s.eye_yaw / (30 * kDegree);
  set(kEyeLookOutLeft, std::max(side, 0.0));
  set(kEyeLookInRight, std::max(side, 0.0));
  set(kEyeLookInLeft, std::max(-side, 0.0));
  set(kEyeLookOutRight, std::max(-side, 0.0));
  const double down = s.eye_pitch / (25 * kDegree);
  for (MotionChannel c : {kEyeLookDownLeft, kEyeLookDownRight}) {
    set(c, std::max(down, 0.0));
  }
  for (MotionChannel c : {kEyeLookUpLeft, kEyeLookUpRight}) {
    set(c, std::max(-down, 0.0));
  }
}

StatusOr<MotionTrack> SampleMotion(const FineMotionModel& model,
                                   const MotionRequest& request,
                                   const KeyMotions& keys, FrameRange range) {
  if (request.rate.num <= 0 || request.rate.den <= 0) {
    return InvalidArgument("motion needs a frame rate above 0");
  }
  LT_ASSIGN_OR_RETURN(const MotionControls controls,
                      ParseMotionControls(request.controls));
  MotionTrack track{request.rate, range, {}};
  if (range.empty()) return track;
  // The frames around are needed to limit how fast the mouth moves.
  const auto [begin, end] = FramesUnderLimits(request.rate, range);
  const int64_t first = FirstWindow(begin);
  const int64_t last = LastWindow(end - 1);
  WindowInputs inputs(model, request, keys, first, last);
  LT_RETURN_IF_ERROR(inputs.Load());

  track.frames.reserve(static_cast<size_t>(end - begin));
  FineMotion before, current;
  int64_t loaded = first;
  LT_RETURN_IF_ERROR(inputs.Sample(first, &current));
  for (FrameIndex f = begin; f < end; ++f) {
    const int64_t window = LastWindow(f);
    if (window != loaded) {
      std::swap(before, current);
      LT_RETURN_IF_ERROR(inputs.Sample(window, &current));
      loaded = window;
    }
    const size_t at = static_cast<size_t>(f - WindowBegin(window));
    MotionFrame frame = current.frames[at];
    double spoken = current.spoken[at];
    if (Shared(f, window)) {
      const double weight = FadeInWeight(f, window);
      frame = Fade(before.frames[at + kWindowStride], frame, weight);
      spoken =
          std::lerp(double{before.spoken[at + kWindowStride]}, spoken, weight);
    }
    AudioFeatures audio = inputs.AudioAt(f);
    audio.silence *= static_cast<float>(1 - spoken);
    ApplyStrengths(controls, &frame);
    ApplyMouthRules(audio, &frame);
    AddEmotion(inputs.KeysAt(f).emotion, controls.expression, &frame);
    ApplyKeyMotions(inputs.KeysAt(f), &frame);
    ClampToLegal(&frame);
    track.frames.push_back(frame);
  }
  LimitOpening(request.rate, controls.lip, &track.frames);
  LimitMouth(request.rate, controls.lip, &track.frames);
  return track;
}

}  // namespace longtake::worker
