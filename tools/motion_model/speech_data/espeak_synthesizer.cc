#include "tools/motion_model/speech_data/espeak_synthesizer.h"

#include <espeak-ng/speak_lib.h>
#include <fmt/format.h>

#include <cstring>

#include "tools/motion_model/speech_data/espeak_timing.h"

namespace longtake::speech_data {
namespace {

constexpr int kBuffer_ms = 200;

// What the library's callback fills while it speaks.
struct Recording {
  std::vector<int16_t> samples;
  std::vector<EspeakEvent> events;
};

int Record(short* samples, int count, espeak_EVENT* events) {
  if (events == nullptr) return 0;
  auto* recording = static_cast<Recording*>(events->user_data);
  for (; events->type != espeakEVENT_LIST_TERMINATED; ++events) {
    const double time_s = events->audio_position / 1000.0;
    if (events->type == espeakEVENT_PHONEME) {
      const size_t size =
          ::strnlen(events->id.string, sizeof events->id.string);
      recording->events.push_back({time_s, {events->id.string, size}});
    } else if (events->type == espeakEVENT_END) {
      recording->events.push_back({time_s, ""});
    }
  }
  if (samples != nullptr) {
    recording->samples.insert(recording->samples.end(), samples,
                              samples + count);
  }
  return 0;
}

class EspeakSynthesizer final : public Synthesizer {
 public:
  explicit EspeakSynthesizer(int rate_hz) : rate_hz_(rate_hz) {}

  int batch_size() const override { return 1; }

  Status Speak(const Voice& voice, const std::vector<Utterance>& utterances,
               const std::string& scratch, const SpeechSink& sink) override {
    static_cast<void>(scratch);
    for (const Utterance& utterance : utterances) {
      LT_ASSIGN_OR_RETURN(const Speech speech, SpeakOne(voice, utterance));
      LT_RETURN_IF_ERROR(sink(utterance, speech));
    }
    return OkStatus();
  }

 private:
  StatusOr<Speech> SpeakOne(const Voice& voice, const Utterance& utterance) {
    if (espeak_SetVoiceByName(utterance.speaker.c_str()) != EE_OK) {
      return FailedPrecondition(
          fmt::format("espeak-ng has no voice {}", utterance.speaker));
    }
    espeak_SetParameter(espeakRATE, utterance.words_per_minute, 0);
    espeak_SetParameter(espeakPITCH, utterance.pitch, 0);
    espeak_SetParameter(espeakRANGE, utterance.pitch_range, 0);
    Recording recording;
    if (espeak_Synth(utterance.text.c_str(), utterance.text.size() + 1, 0,
                     POS_CHARACTER, 0, espeakCHARS_UTF8, nullptr,
                     &recording) != EE_OK ||
        espeak_Synchronize() != EE_OK) {
      return Internal("espeak-ng could not speak");
    }
    Speech speech{{rate_hz_, std::move(recording.samples)}, {}};
    LT_ASSIGN_OR_RETURN(
        speech.phones, EspeakTrack(recording.events, speech.sound, voice.name));
    return speech;
  }

  const int rate_hz_;
};

}  // namespace

StatusOr<std::unique_ptr<Synthesizer>> MakeEspeakSynthesizer() {
  const int rate_hz = espeak_Initialize(
      AUDIO_OUTPUT_SYNCHRONOUS, kBuffer_ms, nullptr,
      espeakINITIALIZE_PHONEME_EVENTS | espeakINITIALIZE_PHONEME_IPA |
          espeakINITIALIZE_DONT_EXIT);
  if (rate_hz <= 0) {
    return FailedPrecondition(
        "espeak-ng cannot load its data: install Debian's espeak-ng-data");
  }
  espeak_SetSynthCallback(Record);
  return std::make_unique<EspeakSynthesizer>(rate_hz);
}

}  // namespace longtake::speech_data
