#pragma once
// The IPA phones that speech data may contain. A phone is one symbol of the
// inventory (no length, tone, nasality or aspiration marks), one of the
// affricates ts dz tʃ dʒ tɕ dʑ tʂ dʐ, or a diphthong: two or three vowel
// symbols in a row, such as "aɪ". Silence is "_". What a mouth shows of each is
// for worker/engine/phonetics/phones.h to say.

#include <string_view>
#include <vector>

namespace longtake::speech_data {

inline constexpr std::string_view kSilence = "_";

// True for "_" and for every phone described above.
bool IsPhone(std::string_view phone);

// True for one symbol of the inventory, vowel or consonant.
bool IsSymbol(std::string_view symbol);
bool IsVowelSymbol(std::string_view symbol);
// True for the affricates listed above.
bool IsAffricate(std::string_view text);
// True for an oral stop or an affricate: the mouth closes first.
bool BeginsWithClosure(std::string_view phone);

// Every symbol of the inventory.
std::vector<std::string_view> Symbols();

// The UTF-8 characters of `text`, one an element.
std::vector<std::string_view> Characters(std::string_view text);

// True when `character` is one of those of `characters`.
bool IsOneOf(std::string_view character, std::string_view characters);

}  // namespace longtake::speech_data
