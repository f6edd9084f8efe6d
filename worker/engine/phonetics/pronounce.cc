#include "worker/engine/phonetics/pronounce.h"

#include <espeak-ng/speak_lib.h>
#include <fmt/format.h>

#include <utility>

#include "absl/synchronization/mutex.h"

namespace longtake::worker {
namespace {

// Between the phones of a word in what espeak-ng writes.
constexpr char kSeparator = '_';

// espeak-ng is one machine a process.
class Espeak {
 public:
  static Espeak& Get() {
    static Espeak& espeak = *new Espeak;  // never destroyed: used until exit
    return espeak;
  }

  Status Select(const std::string& language)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (!ready_) {
      if (espeak_Initialize(AUDIO_OUTPUT_RETRIEVAL, 0, nullptr,
                            espeakINITIALIZE_DONT_EXIT) < 0) {
        return FailedPrecondition(
            "espeak-ng's data is not installed: apt-get install "
            "espeak-ng-data");
      }
      ready_ = true;
    }
    // A path or a variant would select something else than a language.
    const bool plain =
        !language.empty() &&
        language.find_first_not_of("abcdefghijklmnopqrstuvwxyz-0123456789") ==
            std::string::npos;
    if (plain && espeak_SetVoiceByName(language.c_str()) == EE_OK) {
      return OkStatus();
    }
    return InvalidArgument(
        fmt::format("language '{}' is unknown; espeak-ng --voices lists the "
                    "codes, for example en, fr, es, de",
                    language));
  }

  absl::Mutex mutex;

 private:
  bool ready_ ABSL_GUARDED_BY(mutex) = false;
};

// One word of IPA with separators: "h_ə_l_ˈoʊ".
SpokenWord ParseWord(std::string_view ipa) {
  SpokenWord word;
  while (!ipa.empty()) {
    const size_t end = std::min(ipa.find(kSeparator), ipa.size());
    const std::string_view token = ipa.substr(0, end);
    ipa.remove_prefix(std::min(end + 1, ipa.size()));
    // "(en)" marks a change of language.
    if (token.empty() || token.front() == '(') continue;
    for (PhoneClass phone : PhonesOfIpa(token)) word.phones.push_back(phone);
  }
  return word;
}

void ParseClause(std::string_view ipa, std::vector<SpokenWord>* words) {
  const size_t before = words->size();
  while (!ipa.empty()) {
    const size_t end = std::min(ipa.find_first_of(" \n"), ipa.size());
    SpokenWord word = ParseWord(ipa.substr(0, end));
    ipa.remove_prefix(std::min(end + 1, ipa.size()));
    if (!word.phones.empty()) words->push_back(std::move(word));
  }
  if (words->size() > before) words->back().ends_clause = true;
}

}  // namespace

StatusOr<std::vector<SpokenWord>> Pronounce(const std::string& text,
                                            const std::string& language) {
  Espeak& espeak = Espeak::Get();
  absl::MutexLock lock(&espeak.mutex);
  LT_RETURN_IF_ERROR(espeak.Select(language));
  std::vector<SpokenWord> words;
  // IPA with the separator between phones (speak_lib.h, phoneme modes).
  constexpr int kMode = kSeparator << 8 | espeakPHONEMES_IPA;
  const void* rest = text.c_str();
  while (rest != nullptr) {
    const char* clause = espeak_TextToPhonemes(&rest, espeakCHARS_UTF8, kMode);
    if (clause != nullptr) ParseClause(clause, &words);
  }
  return words;
}

Status CheckLanguage(const std::string& language) {
  Espeak& espeak = Espeak::Get();
  absl::MutexLock lock(&espeak.mutex);
  return espeak.Select(language);
}

}  // namespace longtake::worker
