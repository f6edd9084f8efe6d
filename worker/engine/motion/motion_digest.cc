// What the motion of a range depends on, and its digest.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "common/digest/sha256.h"
#include "worker/engine/motion/mouth_limits.h"
#include "worker/engine/motion/windows.h"

namespace longtake::worker {
namespace {

constexpr int64_t kSamplesPerRead = 1 << 16;

static_assert(std::endian::native == std::endian::little,
              "the audio is hashed as little-endian float32");

Status HashAudio(const PcmReader& pcm, SampleRange range, Sha256* hash) {
  std::vector<float> samples;
  for (int64_t at = range.begin; at < range.end; at += kSamplesPerRead) {
    samples.resize(
        static_cast<size_t>(std::min(kSamplesPerRead, range.end - at)));
    LT_RETURN_IF_ERROR(pcm.Read(at, samples));
    hash->Update(samples.data(), samples.size() * sizeof(float));
  }
  return OkStatus();
}

// The frames whose audio and keys can influence those of `range`.
FrameRange Influences(const FineMotionModel& model, FrameRate rate,
                      FrameRange range) {
  const int reach = model.Reach(rate).frames;
  const FrameRange used = FramesUnderLimits(rate, range);
  return {used.begin - reach, used.end + reach};
}

}  // namespace

SampleRange MotionAudioReach(const FineMotionModel& model, FrameRate rate,
                             FrameRange range) {
  const FrameRange frames = Influences(model, rate, range);
  SampleRange reach = {FeatureSample(frames.begin, rate) + kMouthLeadSamples -
                           kFeatureReachSamples,
                       FeatureSample(frames.end - 1, rate) + kMouthLeadSamples +
                           kFeatureReachSamples + 1};
  if (const int64_t context = model.Reach(rate).mel_context; context > 0) {
    const FrameRange used = FramesUnderLimits(rate, range);
    const int64_t first = FirstWindow(used.begin);
    const int64_t last = LastWindow(used.end - 1);
    reach.begin = std::min(
        reach.begin,
        MelHops(first, rate, context).begin * kHopSamples - kHopReachSamples);
    reach.end = std::max(reach.end,
                         (MelHops(last, rate, context).end - 1) * kHopSamples +
                             kHopReachSamples);
  }
  return reach;
}

StatusOr<std::string> MotionInputDigest(const FineMotionModel& model,
                                        const MotionRequest& request,
                                        const KeyMotions& keys,
                                        FrameRange range) {
  LT_ASSIGN_OR_RETURN(const MotionControls controls,
                      ParseMotionControls(request.controls));
  Sha256 hash;
  hash.Update("longtake-motion-inputs-4\n");
  hash.Update(fmt::format("{}\n{}\n", model.version(),
                          CanonicalMotionControls(controls)));
  SampleRange audio = MotionAudioReach(model, request.rate, range);
  // Where the audio ends inside the reach matters: levels leave out what lies
  // outside.
  audio.begin = std::max<int64_t>(audio.begin, 0);
  audio.end = std::min(audio.end, request.pcm.size_samples());
  hash.Update(fmt::format("{} {}\n", audio.begin, audio.end));
  LT_RETURN_IF_ERROR(HashAudio(request.pcm, audio, &hash));
  hash.Update(SerializeKeyMotions(SliceKeyMotions(
      keys, Influences(model, request.rate, range), request.rate)));
  return hash.Hex();
}

}  // namespace longtake::worker
