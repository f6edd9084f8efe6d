#pragma once
// A user's own recordings, as they lie in a folder.

#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::own {

// Paths; of `text` and `phones`, one at most is set.
struct Recording {
  std::string audio;   // sound or film
  std::string text;    // what is said: plain, .srt or .vtt
  std::string phones;  // when which phone is said (phone_segments.h)
  std::string voice;   // the speaker: its folder's name
  bool film = false;   // `audio` may show who speaks
};

// Every sound below `directory`, by name, with NAME.phones, NAME.srt, NAME.vtt
// or NAME.txt beside it: the first there is. Sounds are told by their suffix
// (wav, mp3, flac, ogg, opus, m4a, aac, aiff), and films (mp4, mov, mkv, webm),
// which need nothing beside them; other files are passed over. A sub-folder is
// a speaker; what lies in `directory` itself is the speaker of its name.
// InvalidArgument names the file and the remedy: no sound at all, a sound
// without its text, a text without its sound, two sounds of one name, a name
// with a tab or a line break.
StatusOr<std::vector<Recording>> ListRecordings(const std::string& directory);

}  // namespace longtake::own
