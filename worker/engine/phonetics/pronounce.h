#pragma once
// From written words to the phones that say them, by espeak-ng's rules and
// dictionaries. The program is run, not its library linked: it is under GPL-3,
// and a text that trips it takes nobody else down.

#include <string>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {

struct SpokenWord {
  std::vector<PhoneClass> phones;  // never empty
  bool ends_clause = false;        // a pause is likely after it
  friend bool operator==(const SpokenWord&, const SpokenWord&) = default;
};

// For each of `texts` (UTF-8, one line) its words in order; numbers and
// abbreviations are read out, what isn't spoken is left out. `language`: a code
// of languages.h. FailedPrecondition, with the remedy: espeak-ng isn't
// installed, has no such voice, or fails. Thread-safe: each call runs a process
// of its own.
StatusOr<std::vector<std::vector<SpokenWord>>> Pronounce(
    const std::vector<std::string>& texts, const std::string& language);

}  // namespace longtake::worker
