#pragma once
// Speech features of video frames: the curves of speech_curves.h seen through a
// short Gaussian at each frame's centre sample. Works at any rate; no float
// seconds.

#include <cstdint>
#include <vector>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/engine/audio/speech_curves.h"

namespace longtake::worker {

// One video frame; the fields mean what SpeechHop's mean. Closure is the
// strongest within the frame, so that a short p is not lost at 24 frames a
// second.
using AudioFeatures = SpeechHop;

// Gaussian's standard deviation and cut-off, hops.
inline constexpr double kFeatureSigmaHops = 1.3;
inline constexpr int64_t kFeatureRadiusHops = 4;
// Samples on each side of the point a feature is taken at that it depends on.
// The extra hop covers points between hops.
inline constexpr int64_t kFeatureReachSamples =
    kCurveReachSamples + (kFeatureRadiusHops + 1) * kHopSamples;

// Centre sample of `frame`, rounded down; frames before 0 are legal, unlike in
// SampleAtFrameCentre, with which it agrees from 0 on.
int64_t FeatureSample(FrameIndex frame, FrameRate rate);

// The curves at `sample`. `curves` must cover HopsAround of it.
AudioFeatures FeaturesAt(const SpeechCurves& curves, int64_t sample);

// Hops that FeaturesAt needs for samples in [first, last].
HopRange HopsAround(int64_t first_sample, int64_t last_sample);

// Features of frames range.begin .. range.end - 1, each taken `lead_samples`
// after its frame's centre (lips move before the sound is heard). Memory: the
// range plus a constant. Errors are the reader's.
StatusOr<std::vector<AudioFeatures>> ComputeAudioFeatures(const PcmReader& pcm,
                                                          FrameRate rate,
                                                          FrameRange range,
                                                          int64_t lead_samples);

}  // namespace longtake::worker
