#pragma once
// Small tables of our own: the commonest words of some languages, and prompts.

#include <string_view>

namespace longtake::speech_data {

// Words with one space between them; empty for a language without a table.
std::string_view CommonWords(std::string_view language);

// Prompts, one a line; empty for a language without a table.
std::string_view Prompts(std::string_view language);

}  // namespace longtake::speech_data
