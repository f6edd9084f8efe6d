#include "tools/motion_model/own/recordings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <span>

namespace longtake::own {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSounds = {".wav",  ".mp3", ".flac", ".ogg",
                                ".opus", ".m4a", ".aac",  ".aiff"};
constexpr std::array kFilms = {".mp4", ".mov", ".mkv", ".webm"};

bool IsOneOf(const std::string& suffix, std::span<const char* const> all) {
  return std::find(all.begin(), all.end(), suffix) != all.end();
}

std::string LowerSuffix(const fs::path& path) {
  std::string suffix = path.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return suffix;
}

// Files of one name.
struct Named {
  std::string audio, phones, subtitles, text;
  bool film = false;
};

Status AddFile(const fs::path& path, std::map<fs::path, Named>* found) {
  const std::string suffix = LowerSuffix(path);
  Named& named = (*found)[fs::path(path).replace_extension()];
  const bool film = IsOneOf(suffix, kFilms);
  if (film || IsOneOf(suffix, kSounds)) {
    if (!named.audio.empty()) {
      return InvalidArgument(
          fmt::format("{} and {}: two sounds of one name; rename or remove one",
                      named.audio, path.string()));
    }
    named.audio = path.string();
    named.film = film;
  }
  if (suffix == ".phones") named.phones = path.string();
  if (suffix == ".srt" || suffix == ".vtt") named.subtitles = path.string();
  if (suffix == ".txt") named.text = path.string();
  return OkStatus();
}

StatusOr<Recording> Pair(const fs::path& name, const Named& named,
                         const fs::path& directory) {
  const std::string text =
      named.subtitles.empty() ? named.text : named.subtitles;
  if (named.audio.empty()) {
    return InvalidArgument(
        fmt::format("{}: no sound of that name beside it (a .wav, .mp3, …)",
                    named.phones.empty() ? text : named.phones));
  }
  if (named.phones.empty() && text.empty() && !named.film) {
    return InvalidArgument(fmt::format(
        "{}: nothing beside it says what is said; write it into {}.txt",
        named.audio, name.string()));
  }
  if (named.audio.find_first_of("\t\n") != std::string::npos) {
    return InvalidArgument(fmt::format(
        "{}: a tab or line break in its name; rename it", named.audio));
  }
  return Recording{named.audio, named.phones.empty() ? text : "", named.phones,
                   name.parent_path() == directory
                       ? directory.filename().string()
                       : name.parent_path().filename().string(),
                   named.film};
}

}  // namespace

StatusOr<std::vector<Recording>> ListRecordings(const std::string& directory) {
  std::error_code error;
  const fs::path root = fs::canonical(directory, error);
  if (error) return NotFound(directory + ": no such folder");
  std::map<fs::path, Named> found;
  for (auto it = fs::recursive_directory_iterator(root, error);
       !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    if (it->is_regular_file(error)) {
      LT_RETURN_IF_ERROR(AddFile(it->path(), &found));
    }
  }
  if (error) return NotFound(directory + ": can't be read");
  std::vector<Recording> recordings;
  for (const auto& [name, named] : found) {
    const bool other = named.audio.empty() && named.phones.empty() &&
                       named.subtitles.empty() && named.text.empty();
    if (other) continue;
    LT_ASSIGN_OR_RETURN(Recording recording, Pair(name, named, root));
    recordings.push_back(std::move(recording));
  }
  if (recordings.empty()) {
    return InvalidArgument(
        directory +
        ": no recordings; put NAME.wav (or .mp3, …) and NAME.txt into it, or "
        "a film that shows who speaks");
  }
  return recordings;
}

}  // namespace longtake::own
