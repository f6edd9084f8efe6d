#pragma once
// What is said in each language: its words, the commonest of them, and short
// prompts such as a telephone's menu or a machine's command.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/speech_data/random.h"

namespace longtake::speech_data {

// Everything of one language, in UTF-8.
struct Vocabulary {
  std::vector<std::string> words;    // empty: words are made up
  std::vector<std::string> common;   // may be empty
  std::vector<std::string> prompts;  // may be empty

  // A word of the language, often a common one, more often than in its word
  // list one with the sounds of p, b, m, f, v or w. Of `language` when `words`
  // is empty.
  std::string Word(std::string_view language, Random& random) const;
};

// The languages that the table knows, as codes such as "en" or "pt-br".
std::vector<std::string_view> KnownLanguages();

// Reads what is installed for `language`. FailedPrecondition when its word list
// is missing, InvalidArgument when the language is not known.
StatusOr<Vocabulary> ReadVocabulary(std::string_view language);

// How many letters of `word` are lip sounds: p, b, m, f, v, w and their like in
// the Greek, Cyrillic, Devanagari, Telugu, Bengali and Arabic scripts.
int LipLetters(std::string_view word);

}  // namespace longtake::speech_data
