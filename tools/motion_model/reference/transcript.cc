#include "tools/motion_model/reference/transcript.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace longtake::reference {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)); }
// A letter or digit, or any byte of a character beyond ASCII.
bool IsWordByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0;
}
bool HasWord(std::string_view s) {
  return std::any_of(s.begin(), s.end(), IsWordByte);
}

std::string_view Trim(std::string_view s) {
  while (!s.empty() && IsSpace(s.front())) s.remove_prefix(1);
  while (!s.empty() && IsSpace(s.back())) s.remove_suffix(1);
  return s;
}

bool IsNameByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ||
         c == '/';
}

bool NamesASound(std::string_view name) {
  return name.starts_with("beep") || name.starts_with("silence/") ||
         name.ends_with("tone");
}

// Drops "[-]" and the like; false if a bracket with words in it is left.
bool DropBrackets(std::string* text) {
  constexpr std::string_view kOpen = "[(<";
  constexpr std::string_view kClose = "])>";
  for (size_t at = text->find_first_of(kOpen); at != std::string::npos;
       at = text->find_first_of(kOpen)) {
    const char close = kClose[kOpen.find((*text)[at])];
    const size_t end = text->find(close, at);
    if (end == std::string::npos) return false;
    if (HasWord(std::string_view(*text).substr(at, end - at))) return false;
    text->erase(at, end - at + 1);
  }
  return text->find_first_of(kClose) == std::string::npos;
}

// "sar? esattamente", "cos?": a '?' inside a word or before a small letter
// stands for a letter that a wrong conversion lost.
bool LostALetter(std::string_view text) {
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '?' || !IsWordByte(text[i - 1])) continue;
    size_t next = i + 1;
    while (next < text.size() && IsSpace(text[next])) ++next;
    if (next < text.size() &&
        (std::islower(static_cast<unsigned char>(text[next])) ||
         (next == i + 1 && IsWordByte(text[next])))) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<Prompt> ParseTranscripts(std::string_view file) {
  if (file.starts_with(kByteOrderMark)) file.remove_prefix(3);
  std::vector<Prompt> prompts;
  std::set<std::string, std::less<>> seen;
  while (!file.empty()) {
    const size_t end = std::min(file.find('\n'), file.size());
    const std::string_view line = Trim(file.substr(0, end));
    file.remove_prefix(std::min(end + 1, file.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = Trim(line.substr(0, colon));
    if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameByte)) {
      continue;
    }
    std::string text(Trim(line.substr(colon + 1)));
    if (NamesASound(name) || !DropBrackets(&text) || !HasWord(text) ||
        LostALetter(text) || !seen.emplace(name).second) {
      continue;
    }
    std::replace(text.begin(), text.end(), '\t', ' ');
    prompts.push_back({std::string(name), std::string(Trim(text))});
  }
  return prompts;
}

std::string FileStem(const std::string& name) {
  std::string stem = name;
  std::replace(stem.begin(), stem.end(), '/', '_');
  return stem;
}

}  // namespace longtake::reference
