#pragma once
// From written words to the phones that say them, by espeak-ng's rules and
// dictionaries.

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {

struct SpokenWord {
  std::vector<PhoneClass> phones;  // never empty
  bool ends_clause = false;        // a pause is likely after it
  friend bool operator==(const SpokenWord&, const SpokenWord&) = default;
};

// `language`: a code of espeak-ng ("en", "fr", "pt-br"). `text`: UTF-8; numbers
// and abbreviations are read out. Words that are not spoken at all are left
// out. InvalidArgument for a language that espeak-ng doesn't know;
// FailedPrecondition where its data is not installed. Thread-safe: calls wait
// for each other, for espeak-ng's state is the process's.
StatusOr<std::vector<SpokenWord>> Pronounce(const std::string& text,
                                            const std::string& language);

// InvalidArgument as Pronounce.
Status CheckLanguage(const std::string& language);

}  // namespace longtake::worker
