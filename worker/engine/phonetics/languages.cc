#include "worker/engine/phonetics/languages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

namespace longtake::worker {
namespace {

// Names by which espeak-ng 1.51 finds a voice (`espeak-ng --voices`), sorted.
constexpr auto kLanguages = std::to_array<std::string_view>({"af",
                                                             "am",
                                                             "an",
                                                             "ar",
                                                             "as",
                                                             "az",
                                                             "ba",
                                                             "be",
                                                             "bg",
                                                             "bn",
                                                             "bpy",
                                                             "bs",
                                                             "ca",
                                                             "cmn",
                                                             "cmn-latn-pinyin",
                                                             "cs",
                                                             "cv",
                                                             "cy",
                                                             "da",
                                                             "de",
                                                             "el",
                                                             "en",
                                                             "en-029",
                                                             "en-gb-scotland",
                                                             "en-gb-x-gbclan",
                                                             "en-gb-x-gbcwmd",
                                                             "en-gb-x-rp",
                                                             "en-us",
                                                             "en-us-nyc",
                                                             "eo",
                                                             "es",
                                                             "es-419",
                                                             "et",
                                                             "eu",
                                                             "fa",
                                                             "fa-latn",
                                                             "fi",
                                                             "fr",
                                                             "fr-be",
                                                             "fr-ch",
                                                             "ga",
                                                             "gd",
                                                             "gn",
                                                             "grc",
                                                             "gu",
                                                             "hak",
                                                             "haw",
                                                             "he",
                                                             "hi",
                                                             "hr",
                                                             "ht",
                                                             "hu",
                                                             "hy",
                                                             "hyw",
                                                             "ia",
                                                             "id",
                                                             "io",
                                                             "is",
                                                             "it",
                                                             "ja",
                                                             "jbo",
                                                             "ka",
                                                             "kk",
                                                             "kl",
                                                             "kn",
                                                             "ko",
                                                             "kok",
                                                             "ku",
                                                             "ky",
                                                             "la",
                                                             "lb",
                                                             "lfn",
                                                             "lt",
                                                             "ltg",
                                                             "lv",
                                                             "mi",
                                                             "mk",
                                                             "ml",
                                                             "mr",
                                                             "ms",
                                                             "mt",
                                                             "my",
                                                             "nb",
                                                             "nci",
                                                             "ne",
                                                             "nl",
                                                             "nog",
                                                             "om",
                                                             "or",
                                                             "pa",
                                                             "pap",
                                                             "piqd",
                                                             "pl",
                                                             "pt",
                                                             "pt-br",
                                                             "py",
                                                             "qdb",
                                                             "qu",
                                                             "quc",
                                                             "qya",
                                                             "ro",
                                                             "ru",
                                                             "ru-lv",
                                                             "sd",
                                                             "shn",
                                                             "si",
                                                             "sjn",
                                                             "sk",
                                                             "sl",
                                                             "smj",
                                                             "sq",
                                                             "sr",
                                                             "sv",
                                                             "sw",
                                                             "ta",
                                                             "te",
                                                             "th",
                                                             "tk",
                                                             "tn",
                                                             "tr",
                                                             "tt",
                                                             "ug",
                                                             "uk",
                                                             "ur",
                                                             "uz",
                                                             "vi",
                                                             "vi-vn-x-central",
                                                             "vi-vn-x-south",
                                                             "yue"});
static_assert(std::is_sorted(kLanguages.begin(), kLanguages.end()));

// Other names of the same.
constexpr auto kAliases =
    std::to_array<std::pair<std::string_view, std::string_view>>({
        {"en-gb", "en"},
        {"es-mx", "es-419"},
        {"fr-fr", "fr"},
        {"hbs", "hr"},
        {"no", "nb"},
        {"zh", "cmn"},
        {"zh-cmn", "cmn"},
        {"zh-hk", "yue"},
        {"zh-yue", "yue"},
    });

constexpr size_t kNearestShown = 6;

std::string Normalised(std::string_view text) {
  std::string code(text);
  for (char& c : code) {
    c = c == '_'
            ? '-'
            : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return code;
}

// Empty where there is none.
std::string_view Find(std::string_view code) {
  for (const auto& [alias, language] : kAliases) {
    if (alias == code) return language;
  }
  const auto at = std::lower_bound(kLanguages.begin(), kLanguages.end(), code);
  return at != kLanguages.end() && *at == code ? *at : std::string_view();
}

// Those that begin alike, else the ones that users ask for most.
std::vector<std::string_view> Nearest(std::string_view code) {
  std::vector<std::string_view> near;
  for (std::string_view language : kLanguages) {
    if (!code.empty() && language.starts_with(code.substr(0, 1)) &&
        near.size() < kNearestShown) {
      near.push_back(language);
    }
  }
  if (near.empty()) near = {"en", "es", "fr", "de", "cmn", "hi"};
  return near;
}

}  // namespace

StatusOr<std::string> ParseLanguage(std::string_view text) {
  const std::string code = Normalised(text);
  std::string_view found = Find(code);
  // A country that has no voice of its own: de-at is de.
  const size_t hyphen = code.find('-');
  if (found.empty() && hyphen != std::string::npos &&
      code.size() == hyphen + 3) {
    found = Find(std::string_view(code).substr(0, hyphen));
  }
  if (!found.empty()) return std::string(found);
  return InvalidArgument(
      fmt::format("language '{}' is unknown: give a code such as {}; "
                  "docs/formats.md lists all",
                  text, fmt::join(Nearest(code), ", ")));
}

}  // namespace longtake::worker
