#pragma once
// Reads the transcript file of a set of Asterisk voice prompts
// (core-sounds-XX.txt: one "name: text" a line, UTF-8, ';' starts a comment).

#include <string>
#include <string_view>
#include <vector>

namespace longtake::reference {

struct Prompt {
  std::string name;  // "digits/1", as the sound file without its extension
  std::string text;  // what the voice says
};

// The prompts whose transcript is spoken text, in the file's order. Left out:
// descriptions of a sound ("[ascending tones]", "<beep>"), texts with a note in
// brackets (nobody knows whether it is spoken), prompts that are named after a
// tone or a silence, and texts that lost an accented letter to a '?'. A bracket
// without a letter in it ("dash [-]") is dropped, its text kept. Lines that are
// neither are skipped; of two lines with one name the first counts.
std::vector<Prompt> ParseTranscripts(std::string_view file);

// The prompt's file name here: "digits/1" is "digits_1".
std::string FileStem(const std::string& name);

}  // namespace longtake::reference
