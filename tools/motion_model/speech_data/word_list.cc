#include "tools/motion_model/speech_data/word_list.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>

#include "tools/motion_model/speech_data/ipa.h"

namespace longtake::speech_data {
namespace {

constexpr size_t kShortestWord = 2;  // in letters
constexpr size_t kLongestWord = 12;

constexpr char kLatin1[] = "ISO-8859-1";

uint32_t CodePoint(std::string_view c) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(c[i]));
  };
  switch (c.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3:
      return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    default:
      return 0;
  }
}

bool IsLetter(uint32_t code) {
  if (code < 0x80) return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
  return code >= 0xc0 && code != 0xd7 && code != 0xf7 &&
         (code < 0x2000 || code >= 0x3000);
}

bool IsCapital(uint32_t code) {
  return (code >= 'A' && code <= 'Z') || (code >= 0xc0 && code <= 0xde) ||
         (code >= 0x100 && code < 0x138 && code % 2 == 0) ||
         (code >= 0x386 && code <= 0x3ab && code != 0x390) ||
         (code >= 0x400 && code <= 0x42f);
}

bool IsSpeakable(std::string_view word, Capitals capitals) {
  const std::vector<std::string_view> letters = Characters(word);
  if (letters.size() < kShortestWord || letters.size() > kLongestWord) {
    return false;
  }
  for (size_t i = 0; i < letters.size(); ++i) {
    const uint32_t code = CodePoint(letters[i]);
    if (!IsLetter(code)) return false;
    if (IsCapital(code) && (i > 0 || capitals == Capitals::kNone)) return false;
  }
  return true;
}

StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return FailedPrecondition(fmt::format(
        "word list {} is missing: install Debian's package that holds it "
        "(./dev make-speech does)",
        path));
  }
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

bool IsUtf8(std::string_view text) {
  // Recode leaves out what is malformed.
  const StatusOr<std::string> same = Recode(text, "UTF-8", "UTF-8");
  return same.ok() && same->size() == text.size();
}

// The character set that a hunspell affix file names.
std::string CharacterSetOf(const std::string& affix_path) {
  std::ifstream file(affix_path);
  std::string line;
  while (std::getline(file, line)) {
    const size_t at = line.find("SET ");
    if (at != 0 && at != 3) continue;  // 3: after a byte order mark
    std::string name = line.substr(at + 4);
    name.erase(name.find_last_not_of(" \r\t") + 1);
    return name.starts_with("ISO8859") ? "ISO-8859" + name.substr(7) : name;
  }
  return kLatin1;
}

}  // namespace

StatusOr<std::string> Recode(std::string_view text, const std::string& from,
                             const std::string& to) {
  const iconv_t raw = ::iconv_open(to.c_str(), from.c_str());
  if (raw == reinterpret_cast<iconv_t>(-1)) {
    return InvalidArgument(
        fmt::format("cannot convert text from {} to {}", from, to));
  }
  const std::unique_ptr<void, int (*)(iconv_t)> converter(raw, ::iconv_close);
  std::string in(text);
  std::string out(4 * in.size() + 4, '\0');
  char* in_at = in.data();
  size_t in_left = in.size();
  char* out_at = out.data();
  size_t out_left = out.size();
  while (in_left > 0) {
    if (::iconv(converter.get(), &in_at, &in_left, &out_at, &out_left) !=
        static_cast<size_t>(-1)) {
      break;
    }
    if (errno == EINVAL) break;  // cut within a character
    // The character cannot be read or written: skip it whole.
    do {
      ++in_at;
      --in_left;
    } while (in_left > 0 && from == "UTF-8" && (*in_at & 0xc0) == 0x80);
  }
  out.resize(out.size() - out_left);
  return out;
}

std::vector<std::string> WordsIn(std::string_view text, Capitals capitals) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    word = word.substr(0, word.find_first_of("/\t\r "));
    if (IsSpeakable(word, capitals)) words.push_back(word);
  }
  std::vector<std::string> kept;
  const size_t count = std::min(words.size(), kMostWords);
  kept.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    kept.emplace_back(words[i * words.size() / count]);
  }
  return kept;
}

StatusOr<std::vector<std::string>> ReadWordList(const std::string& path,
                                                Capitals capitals) {
  LT_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  if (!IsUtf8(text)) {
    const std::string set =
        path.ends_with(".dic")
            ? CharacterSetOf(path.substr(0, path.size() - 4) + ".aff")
            : kLatin1;
    LT_ASSIGN_OR_RETURN(text, Recode(text, set, "UTF-8"));
  }
  std::vector<std::string> words = WordsIn(text, capitals);
  if (words.empty()) {
    return FailedPrecondition(
        fmt::format("word list {} holds no usable word", path));
  }
  return words;
}

}  // namespace longtake::speech_data
