#pragma once
// Words to speak, from Debian's word lists (/usr/share/dict) and spelling
// dictionaries (/usr/share/hunspell).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace longtake::speech_data {

// Which capital letters a language's common words have.
enum class Capitals { kNone, kFirstLetter };

inline constexpr size_t kMostWords = 20000;

// The words of a list's text, one a line, in UTF-8: those of 2 to 12 letters
// without digit, mark or (but for kFirstLetter) capital; of a dictionary, what
// stands before a line's '/' or tab. At most kMostWords, spread evenly.
std::vector<std::string> WordsIn(std::string_view text, Capitals capitals);

// Reads `path`: UTF-8, or else a ".dic" file in the character set that the
// ".aff" file beside it names, others in Latin-1. FailedPrecondition when it is
// not there or holds no words.
StatusOr<std::vector<std::string>> ReadWordList(const std::string& path,
                                                Capitals capitals);

// `text` in another of iconv's character sets; characters that it lacks are
// left out. InvalidArgument when the set's name is unknown.
StatusOr<std::string> Recode(std::string_view text, const std::string& from,
                             const std::string& to);

}  // namespace longtake::speech_data
