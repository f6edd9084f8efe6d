#pragma once
// Words that the search over a whole text passed over, or cut short, although
// the clause about them is well heard.

#include <cstdint>
#include <span>
#include <vector>

#include "worker/engine/phonetics/align.h"

namespace longtake::worker {

// Steps (20 ms) around the words that were found in which the others may lie.
inline constexpr int64_t kFaintWordReachSteps = 25;

// Mean over their steps of the fits of the words that were found; the least
// there is where none was.
double MeanFit(std::span<const AlignedWord> words);

// Words [first, last) are a clause of which all is taken to be spoken, and
// nothing else in it: they are looked for again about the steps where they were
// found, by a search that has to explain all speech there by them. Where that
// fits much worse, something else is said between them: then nothing changes.
// `log_phones` and `words` as AlignWords got them, `aligned` what it gave.
// Words outside the clause stay, and what they cover. Pure.
void FindFaintWords(std::span<const float> log_phones,
                    std::span<const SpokenWord> words, size_t first,
                    size_t last, std::vector<AlignedWord>* aligned);

}  // namespace longtake::worker
