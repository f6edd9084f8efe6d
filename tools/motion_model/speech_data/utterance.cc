#include "tools/motion_model/speech_data/utterance.h"

#include <fmt/format.h>

#include "tools/motion_model/speech_data/random.h"
#include "tools/motion_model/speech_data/sentence.h"

namespace longtake::speech_data {

Utterance PlanUtterance(uint64_t seed, const Voice& voice,
                        const Vocabulary& vocabulary, int index) {
  Random random(fmt::format("{}/{}/{}/{}", seed, EngineName(voice.engine),
                            voice.name, index));
  Utterance utterance;
  utterance.index = index;
  utterance.speaker = voice.name;
  if (voice.engine == Engine::kEspeak) {
    const auto variants = EspeakVariants();
    const std::string_view variant = variants[random.Below(variants.size())];
    if (!variant.empty()) utterance.speaker += fmt::format("+{}", variant);
  }
  utterance.words_per_minute = random.Between(105, 225);
  utterance.pitch = random.Between(15, 85);
  utterance.pitch_range = random.Between(20, 90);
  utterance.stretch = random.Uniform(0.75, 1.3);
  utterance.pitch_factor = random.Uniform(0.82, 1.25);
  // flite begins to count the time anew in each sentence.
  const SentenceStyle style{.digits = voice.digits,
                            .full_stops = voice.engine != Engine::kFlite};
  utterance.text = MakeSentence(vocabulary, voice.language, style, random);
  return utterance;
}

}  // namespace longtake::speech_data
