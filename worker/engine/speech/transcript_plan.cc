#include "worker/engine/speech/transcript_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/motion_controls.h"
#include "worker/engine/phonetics/align.h"
#include "worker/engine/phonetics/clause_text.h"
#include "worker/engine/phonetics/faint_words.h"
#include "worker/engine/phonetics/pronounce.h"
#include "worker/engine/speech/hearing.h"

namespace longtake::worker {
namespace {

constexpr int64_t kStepMicros = 20000;
// The job is heard in pieces of 20 s.
constexpr int64_t kPieceSteps = 1000;
// A phone that the network rules out is not impossible.
constexpr float kLeastProbability = 1e-5f;
// Mean fit (align.h) of a clause at which its words are believed not at all,
// and fully. Italian and Russian recordings with their own texts: median -0.75,
// 5 % below -1.24; with each other's: median -1.63.
constexpr double kNoTrustFit = -1.5, kFullTrustFit = -1.1;
// Part of a clause's words that was found at which it is believed not at all,
// and fully. The same recordings: 96 in 100 clauses of their own texts have all
// words, 32 in 100 of each other's, which fit where most of them is left out.
constexpr double kNoTrustShare = 0.6, kFullTrustShare = 0.85;
// Among words that do not fit a clause that does is an accident: it is believed
// fully where half of what stands so near to it is believed.
constexpr size_t kNearClauses = 2;
constexpr double kFullTrustNear = 0.5;

// Trust in a clause from which on all of its words are looked for.
constexpr double kFaintWordsTrust = 0.5;

double Ramp(double value, double none, double full) {
  return std::clamp((value - none) / (full - none), 0.0, 1.0);
}

// Log likelihoods [steps, 41] of the whole job.
StatusOr<std::vector<float>> Hear(const SpeechNet& net, const PcmReader& pcm) {
  const int64_t steps = StepsOf(pcm.size_samples());
  std::vector<float> heard;
  heard.reserve(static_cast<size_t>(steps * kPhoneClasses));
  for (int64_t begin = 0; begin < steps; begin += kPieceSteps) {
    LT_ASSIGN_OR_RETURN(
        const SpeechNetOutput out,
        ListenTo(net, pcm, begin, std::min(begin + kPieceSteps, steps)));
    for (int64_t k = 0; k < out.steps(); ++k) {
      for (PhoneClass p = 0; p < kPhoneClasses; ++p) {
        heard.push_back(std::log(std::max(out.phone(k, p), kLeastProbability) /
                                 net.prior(p)));
      }
    }
  }
  return heard;
}

struct Script {
  std::vector<SpokenWord> words;
  std::vector<size_t> phrase_of;  // of each word
  std::vector<StepRange> allowed;
};

StatusOr<Script> ReadScript(std::span<const TranscriptPhrase> phrases,
                            const std::string& language) {
  std::vector<std::string> texts;
  for (const TranscriptPhrase& phrase : phrases) texts.push_back(phrase.text);
  LT_ASSIGN_OR_RETURN(std::vector<std::vector<SpokenWord>> spoken,
                      Pronounce(texts, language));
  Script script;
  for (size_t i = 0; i < phrases.size(); ++i) {
    StepRange range;
    if (phrases[i].timed()) {
      range = {(phrases[i].begin_us - kCueSlackMicros) / kStepMicros,
               (phrases[i].end_us + kCueSlackMicros) / kStepMicros + 1};
    }
    for (SpokenWord& word : spoken[i]) {
      script.words.push_back(std::move(word));
      script.phrase_of.push_back(i);
      script.allowed.push_back(range);
    }
  }
  return script;
}

// From the first to the last of its words that was found.
void SetTimes(std::span<const AlignedWord> words, TranscriptClause* clause) {
  clause->found = false;
  for (const AlignedWord& word : words) {
    if (!word.found) continue;
    if (!clause->found) clause->begin_us = word.begin * kStepMicros;
    clause->found = true;
    clause->end_us = word.end * kStepMicros;
  }
}

// `words` are one clause.
TranscriptClause JudgeClause(std::span<const AlignedWord> words, int64_t line) {
  TranscriptClause clause;
  clause.line = line;
  SetTimes(words, &clause);
  if (!clause.found) return clause;
  const auto spoken =
      std::count_if(words.begin(), words.end(),
                    [](const AlignedWord& word) { return word.found; });
  const double share =
      static_cast<double>(spoken) / static_cast<double>(words.size());
  clause.trust = Ramp(MeanFit(words), kNoTrustFit, kFullTrustFit) *
                 Ramp(share, kNoTrustShare, kFullTrustShare);
  return clause;
}

// `words_of`: of each clause.
void DoubtAmongDoubtful(std::span<const size_t> words_of,
                        std::vector<TranscriptClause>* clauses) {
  std::vector<double> near(clauses->size());
  for (size_t i = 0; i < clauses->size(); ++i) {
    double believed = 0, words = 0;
    const size_t end = std::min(clauses->size(), i + kNearClauses + 1);
    for (size_t k = i - std::min(i, kNearClauses); k < end; ++k) {
      believed += (*clauses)[k].trust * static_cast<double>(words_of[k]);
      words += static_cast<double>(words_of[k]);
    }
    near[i] = believed / words;
  }
  for (size_t i = 0; i < clauses->size(); ++i) {
    (*clauses)[i].trust *= Ramp(near[i], 0, kFullTrustNear);
  }
}

void AddTexts(std::span<const TranscriptPhrase> phrases,
              std::span<const size_t> phrase_of,
              std::span<const size_t> words_of,
              std::vector<TranscriptClause>* clauses) {
  for (size_t first = 0; first < clauses->size();) {
    size_t last = first;
    while (last < clauses->size() && phrase_of[last] == phrase_of[first]) {
      ++last;
    }
    const std::vector<std::string> texts = ClauseTexts(
        phrases[phrase_of[first]].text, words_of.subspan(first, last - first));
    for (size_t i = first; i < last; ++i) (*clauses)[i].text = texts[i - first];
    first = last;
  }
}

// Says where to look for what was not found: its cue's time, else between its
// neighbours.
void SetMissingTimes(std::span<const TranscriptPhrase> phrases,
                     std::span<const size_t> phrase_of, int64_t end_us,
                     std::vector<TranscriptClause>* clauses) {
  int64_t before = 0;
  for (size_t i = 0; i < clauses->size(); ++i) {
    TranscriptClause& clause = (*clauses)[i];
    if (clause.found) {
      before = clause.end_us;
      continue;
    }
    const TranscriptPhrase& phrase = phrases[phrase_of[i]];
    clause.begin_us = phrase.timed() ? phrase.begin_us : before;
    clause.end_us = phrase.timed() ? phrase.end_us : end_us;
    for (size_t k = i + 1; k < clauses->size() && !phrase.timed(); ++k) {
      if (!(*clauses)[k].found) continue;
      clause.end_us = (*clauses)[k].begin_us;
      break;
    }
  }
}

void AddPhones(const AlignedWord& word, const SpokenWord& spoken, double trust,
               std::vector<KeyPhone>* phones) {
  for (size_t i = 0; i < word.starts.size(); ++i) {
    const int64_t end =
        i + 1 < word.starts.size() ? word.starts[i + 1] : word.end;
    phones->push_back(
        {word.starts[i] * kStepMicros,
         static_cast<uint32_t>((end - word.starts[i]) * kStepMicros),
         static_cast<uint8_t>(spoken.phones[i]),
         static_cast<uint8_t>(std::lround(255 * trust))});
  }
}

}  // namespace

StatusOr<PlacedTranscript> PlaceTranscript(
    const SpeechNet& net, const PcmReader& pcm,
    std::span<const TranscriptPhrase> phrases, const std::string& language) {
  LT_ASSIGN_OR_RETURN(const Script script, ReadScript(phrases, language));
  LT_ASSIGN_OR_RETURN(const std::vector<float> heard, Hear(net, pcm));
  std::vector<AlignedWord> aligned =
      AlignWords(heard, script.words, script.allowed);
  PlacedTranscript placed;
  std::vector<size_t> phrase_of, words_of;  // of each clause
  for (size_t first = 0, w = 0; w < script.words.size(); ++w) {
    const bool ends = script.words[w].ends_clause ||
                      w + 1 == script.words.size() ||
                      script.phrase_of[w + 1] != script.phrase_of[w];
    if (!ends) continue;
    placed.clauses.push_back(
        JudgeClause(std::span(aligned).subspan(first, w + 1 - first),
                    phrases[script.phrase_of[w]].line));
    phrase_of.push_back(script.phrase_of[w]);
    words_of.push_back(w + 1 - first);
    first = w + 1;
  }
  DoubtAmongDoubtful(words_of, &placed.clauses);
  for (size_t c = 0, w = 0; c < words_of.size(); ++c) {
    const double trust = placed.clauses[c].trust;
    if (trust >= kFaintWordsTrust) {
      FindFaintWords(heard, script.words, w, w + words_of[c], &aligned);
      SetTimes(std::span(aligned).subspan(w, words_of[c]), &placed.clauses[c]);
    }
    for (const size_t end = w + words_of[c]; w < end; ++w) {
      if (trust == 0 || !aligned[w].found) continue;
      AddPhones(aligned[w], script.words[w], trust, &placed.phones);
    }
  }
  AddTexts(phrases, phrase_of, words_of, &placed.clauses);
  SetMissingTimes(phrases, phrase_of,
                  pcm.size_samples() * 1000000 / kAnalysisSampleRateHz,
                  &placed.clauses);
  return placed;
}

StatusOr<std::vector<TranscriptClause>> AddTranscript(
    const SpeechNet& net, const MotionRequest& request, KeyMotions* keys) {
  if (request.guides == nullptr) return std::vector<TranscriptClause>();
  LT_ASSIGN_OR_RETURN(
      const MotionGuides guides,
      ReadMotionGuides(*request.guides,
                       MicrosAtFrame(request.total_frames, request.rate)));
  if (guides.transcript.empty()) return std::vector<TranscriptClause>();
  LT_ASSIGN_OR_RETURN(const MotionControls controls,
                      ParseMotionControls(request.controls));
  if (controls.language.empty()) {
    return InvalidArgument(
        "the transcript's language is not told: give --language, for example "
        "--language en");
  }
  LT_ASSIGN_OR_RETURN(
      PlacedTranscript placed,
      PlaceTranscript(net, request.pcm, guides.transcript, controls.language));
  keys->phones = std::move(placed.phones);
  return std::move(placed.clauses);
}

}  // namespace longtake::worker
