#pragma once
// Which part of a phrase's text a spoken clause is: espeak-ng tells where it
// pauses, not where in the text that is.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace longtake::worker {

// The text of each clause of `phrase` (words with single spaces), none empty
// unless the phrase is. spoken_words[i]: words of clause i as they are spoken,
// in order. Exact where the phrase has as many stops as clauses; else each
// clause gets its share of the words ("1984" is one written and three spoken
// ones). Pure.
std::vector<std::string> ClauseTexts(std::string_view phrase,
                                     std::span<const size_t> spoken_words);

}  // namespace longtake::worker
