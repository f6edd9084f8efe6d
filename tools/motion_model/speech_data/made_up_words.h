#pragma once
// Words for languages without a word list.

#include <string>
#include <string_view>

#include "tools/motion_model/speech_data/random.h"

namespace longtake::speech_data {

// A word that follows the sound rules of a language without a word list:
// pronounceable, meaning nothing, in what its voices read: "fi", "cmn" (pinyin
// with tones), "ko" (hangul), "ja" (hiragana).
std::string MadeUpWord(std::string_view language, Random& random);

}  // namespace longtake::speech_data
