#pragma once
// Texts to speak: random sentences without meaning.

#include <string>
#include <string_view>

#include "tools/motion_model/speech_data/random.h"
#include "tools/motion_model/speech_data/vocabulary.h"

namespace longtake::speech_data {

struct SentenceStyle {
  bool digits = true;      // the voice reads numbers
  bool full_stops = true;  // the text may hold a second sentence
};

// A text of 3 to 20 words with pauses now and then, or (one in seven) 1 to 3
// words, or (one in twelve) a prompt, where the language has some. One line of
// UTF-8 without quotation mark or backslash. The same `random` gives the same.
std::string MakeSentence(const Vocabulary& vocabulary,
                         std::string_view language, const SentenceStyle& style,
                         Random& random);

}  // namespace longtake::speech_data
