#pragma once
// espeak-ng's names of phonemes, as IPA phones of ipa.h.

#include <string>
#include <string_view>
#include <vector>

namespace longtake::speech_data {

// The phones of one phoneme event of voice `language` ("en-us", "ru", …), in
// the order they are spoken. Empty for marks that make no sound of their own: a
// change of language such as "(en)", a lone length or palatalisation mark. The
// caller treats an event without a name as silence. Length, tone, aspiration,
// stress and nasality are dropped; vowels in a row become one diphthong.
std::vector<std::string> EspeakPhones(std::string_view name,
                                      std::string_view language);

}  // namespace longtake::speech_data
