#pragma once
// The voices that make speech data, and how much each says.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/motion_model/speech_data/phone_sets.h"

namespace longtake::speech_data {

enum class Engine { kEspeak, kFlite, kFestival };
inline constexpr Engine kAllEngines[] = {Engine::kEspeak, Engine::kFlite,
                                         Engine::kFestival};
std::string_view EngineName(Engine engine);

struct Voice {
  Engine engine = Engine::kEspeak;
  std::string_view name;      // as the engine calls it; no '/'
  std::string_view language;  // of vocabulary.h
  double share = 1;           // of its engine's hours, relative to the others'
  // What festival's Scheme reader is fed in; iconv's name.
  std::string_view charset = "UTF-8";
  bool digits = true;                     // reads numbers
  const PhoneSet& (*phones)() = nullptr;  // null: espeak's IPA
  double sound_late_s = 0;  // how long after its phone times the sound comes
};

std::span<const Voice> VoicesOf(Engine engine);

// The part of all hours that an engine's voices say; the parts add up to 1.
double EngineShare(Engine engine);

// espeak-ng's speakers, added to a voice's name as "+name"; "" is its own.
std::span<const std::string_view> EspeakVariants();

}  // namespace longtake::speech_data
