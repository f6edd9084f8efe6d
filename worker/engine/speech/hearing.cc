#include "worker/engine/speech/hearing.h"

#include <utility>
#include <vector>

#include "worker/engine/audio/speech_features.h"

namespace longtake::worker {

StatusOr<SpeechNetOutput> ListenTo(const SpeechNet& net, const PcmReader& pcm,
                                   int64_t begin, int64_t end) {
  const HopRange audio = {0,
                          (pcm.size_samples() + kHopSamples - 1) / kHopSamples};
  constexpr int64_t kMargin =
      kHopsPerStep * kSpeechNetReachSteps + kNormaliseReachHops;
  const HopRange given = {kHopsPerStep * begin - kMargin,
                          kHopsPerStep * end + kMargin};
  LT_ASSIGN_OR_RETURN(const std::vector<float> mel,
                      ComputeMelPowers(pcm, given));
  const SpeechNetOutput all = net.Listen(NormaliseMel(
      mel, given, audio,
      {given.begin + kNormaliseReachHops, given.end - kNormaliseReachHops}));
  SpeechNetOutput heard;
  heard.curves.assign(all.curves.begin() + kSpeechNetReachSteps,
                      all.curves.begin() + kSpeechNetReachSteps + end - begin);
  heard.means.assign(all.means.begin() + kSpeechNetReachSteps,
                     all.means.begin() + kSpeechNetReachSteps + end - begin);
  heard.phones.assign(all.phones.begin() + kSpeechNetReachSteps * kPhoneClasses,
                      all.phones.begin() +
                          (kSpeechNetReachSteps + end - begin) * kPhoneClasses);
  return heard;
}

}  // namespace longtake::worker
