// longtake_list_prompts TRANSCRIPTS: the spoken prompts of a
// core-sounds-XX.txt, one a line: the sound file's name without extension, a
// tab, the name to store it under, a tab, the text.

#include <fmt/core.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/motion_model/reference/transcript.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: longtake_list_prompts TRANSCRIPTS\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  std::ostringstream file;
  if (!(file << in.rdbuf())) {
    fmt::print(stderr, "longtake_list_prompts: cannot read {}\n", argv[1]);
    return 2;
  }
  for (const auto& prompt :
       longtake::reference::ParseTranscripts(file.view())) {
    std::cout << prompt.name << '\t'
              << longtake::reference::FileStem(prompt.name) << '\t'
              << prompt.text << '\n';
  }
  return std::cout.flush() ? 0 : 1;
}
