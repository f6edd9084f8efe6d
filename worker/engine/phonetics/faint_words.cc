#include "worker/engine/phonetics/faint_words.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "worker/engine/phonetics/phones.h"

namespace longtake::worker {
namespace {

// What passing over a word, or a step of speech, costs: it is not done without
// need.
constexpr AlignOptions kAllIsSpoken = {.skip_word = 30, .filler_step = 8};
// By so much may the fit fall with the faint words: Italian and Russian
// recordings with every third word of their texts left out gain by it.
constexpr double kMostFitLost = 0.6;

// Where the clause's words may lie: about those that were found, between the
// neighbours that were.
StepRange RoomOf(std::span<const AlignedWord> aligned, size_t first,
                 size_t last, int64_t steps) {
  StepRange room = {steps, 0};
  for (size_t w = first; w < last; ++w) {
    if (!aligned[w].found) continue;
    room.begin = std::min(room.begin, aligned[w].begin);
    room.end = std::max(room.end, aligned[w].end);
  }
  room.begin = std::max<int64_t>(room.begin - kFaintWordReachSteps, 0);
  room.end = std::min(room.end + kFaintWordReachSteps, steps);
  for (size_t w = first; w-- > 0;) {
    if (!aligned[w].found) continue;
    room.begin = std::max(room.begin, aligned[w].end);
    break;
  }
  for (size_t w = last; w < aligned.size(); ++w) {
    if (!aligned[w].found) continue;
    room.end = std::min(room.end, aligned[w].begin);
    break;
  }
  return room;
}

}  // namespace

double MeanFit(std::span<const AlignedWord> words) {
  double fit = 0, steps = 0;
  for (const AlignedWord& word : words) {
    if (!word.found) continue;
    const double length = static_cast<double>(word.end - word.begin);
    fit += word.fit * length;
    steps += length;
  }
  return steps > 0 ? fit / steps : std::numeric_limits<double>::lowest();
}

void FindFaintWords(std::span<const float> log_phones,
                    std::span<const SpokenWord> words, size_t first,
                    size_t last, std::vector<AlignedWord>* aligned) {
  const std::span<AlignedWord> clause(aligned->data() + first, last - first);
  if (std::none_of(clause.begin(), clause.end(),
                   [](const AlignedWord& word) { return word.found; })) {
    return;
  }
  const StepRange room =
      RoomOf(*aligned, first, last,
             static_cast<int64_t>(log_phones.size()) / kPhoneClasses);
  std::vector<AlignedWord> again = AlignWords(
      log_phones.subspan(
          static_cast<size_t>(room.begin * kPhoneClasses),
          static_cast<size_t>((room.end - room.begin) * kPhoneClasses)),
      words.subspan(first, last - first), {}, kAllIsSpoken);
  if (MeanFit(again) < MeanFit(clause) - kMostFitLost) return;
  for (size_t w = 0; w < again.size(); ++w) {
    // A word that could be in two places: what was found stays.
    if (clause[w].found && !again[w].found) return;
  }
  for (AlignedWord& word : again) {
    if (!word.found) continue;
    word.begin += room.begin;
    word.end += room.begin;
    for (int64_t& start : word.starts) start += room.begin;
  }
  std::move(again.begin(), again.end(), clause.begin());
}

}  // namespace longtake::worker
