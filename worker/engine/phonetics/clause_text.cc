#include "worker/engine/phonetics/clause_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace longtake::worker {
namespace {

// A pause follows a word that ends in one of these…
constexpr std::array<std::string_view, 11> kStops = {
    ",", ".", ";", ":", "!", "?", "…", "—", "。", "、", "，"};
// …also when quotes or brackets close after it.
constexpr std::array<std::string_view, 6> kClosing = {"\"", "'", ")",
                                                      "”",  "’", "»"};

template <size_t N>
std::string_view EndingOf(std::string_view word,
                          const std::array<std::string_view, N>& endings) {
  for (const std::string_view ending : endings) {
    if (word.ends_with(ending)) return ending;
  }
  return {};
}

bool EndsInStop(std::string_view word) {
  while (true) {
    const std::string_view closing = EndingOf(word, kClosing);
    if (closing.empty()) break;
    word.remove_suffix(closing.size());
  }
  return !EndingOf(word, kStops).empty();
}

// "—" alone is nothing that is said.
bool IsSpoken(std::string_view word) {
  while (!word.empty()) {
    std::string_view ending = EndingOf(word, kStops);
    if (ending.empty()) ending = EndingOf(word, kClosing);
    if (ending.empty()) break;
    word.remove_suffix(ending.size());
  }
  return std::any_of(word.begin(), word.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0;
  });
}

std::vector<std::string_view> SplitWords(std::string_view phrase) {
  std::vector<std::string_view> words;
  while (!phrase.empty()) {
    const size_t end = std::min(phrase.find(' '), phrase.size());
    if (end > 0) words.push_back(phrase.substr(0, end));
    phrase.remove_prefix(std::min(end + 1, phrase.size()));
  }
  return words;
}

// words[ends[i - 1]..ends[i]) lie between two stops.
std::vector<size_t> Stops(const std::vector<std::string_view>& words) {
  std::vector<size_t> ends;
  bool spoken = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool says = IsSpoken(words[i]);
    // What is not said belongs to the clause before it.
    if (!says && !spoken && !ends.empty()) {
      ends.back() = i + 1;
      continue;
    }
    spoken = spoken || says;
    if (spoken && EndsInStop(words[i])) {
      ends.push_back(i + 1);
      spoken = false;
    }
  }
  if (ends.empty() || ends.back() < words.size()) ends.push_back(words.size());
  return ends;
}

// Each clause's share of the words, one at least.
std::vector<size_t> Shares(size_t words, std::span<const size_t> spoken) {
  double all = 0, sum = 0;
  for (const size_t n : spoken) all += static_cast<double>(n);
  std::vector<size_t> ends;
  for (const size_t n : spoken) {
    sum += static_cast<double>(n);
    const double share = all > 0 ? sum / all : 1;
    ends.push_back(
        static_cast<size_t>(std::lround(share * static_cast<double>(words))));
  }
  return ends;
}

}  // namespace

std::vector<std::string> ClauseTexts(std::string_view phrase,
                                     std::span<const size_t> spoken_words) {
  const std::vector<std::string_view> words = SplitWords(phrase);
  std::vector<size_t> ends = Stops(words);
  if (ends.size() != spoken_words.size()) {
    ends = Shares(words.size(), spoken_words);
  }
  std::vector<std::string> texts;
  size_t begin = 0;
  for (const size_t end : ends) {
    // Fewer words than clauses: two of them show the same one.
    const size_t first = std::min(begin, end > 0 ? end - 1 : 0);
    std::string& text = texts.emplace_back();
    for (size_t i = first; i < std::max(end, first + 1) && i < words.size();
         ++i) {
      if (!text.empty()) text += ' ';
      text += words[i];
    }
    begin = end;
  }
  return texts;
}

}  // namespace longtake::worker
