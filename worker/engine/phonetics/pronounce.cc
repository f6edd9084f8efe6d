#include "worker/engine/phonetics/pronounce.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

extern char** environ;

namespace longtake::worker {
namespace {

constexpr char kProgram[] = "espeak-ng";
// Between the phones of a word in what espeak-ng writes.
constexpr char kSeparator = '_';

Status Failed(const std::string& what) {
  return FailedPrecondition(fmt::format(
      "{} {}; it reads transcripts: apt-get install espeak-ng, or leave the "
      "transcript out",
      kProgram, what));
}

// A file without a name, gone with its descriptor: a process' input or output.
class NamelessFile {
 public:
  NamelessFile() : fd_(::memfd_create("transcript", MFD_CLOEXEC)) {}
  ~NamelessFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  int fd() const { return fd_; }

  bool Write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_, text.data(), text.size());
      if (n <= 0) return false;
      text.remove_prefix(static_cast<size_t>(n));
    }
    return ::lseek(fd_, 0, SEEK_SET) == 0;
  }

  std::string ReadAll() const {
    std::string text;
    char buffer[1 << 14];
    ssize_t n = 0;
    while ((n = ::pread(fd_, buffer, sizeof buffer,
                        static_cast<off_t>(text.size()))) > 0) {
      text.append(buffer, static_cast<size_t>(n));
    }
    return text;
  }

 private:
  const int fd_;
};

// Runs espeak-ng on `text`; its IPA, a line a clause.
StatusOr<std::string> Transcribe(const std::string& text,
                                 const std::string& language) {
  NamelessFile in, out;
  if (in.fd() < 0 || out.fd() < 0 || !in.Write(text)) {
    return ResourceExhausted(
        fmt::format("no room for a transcript: {}", std::strerror(errno)));
  }
  const std::string separator = fmt::format("--sep={}", kSeparator);
  const char* args[] = {kProgram,          "-q",   "--ipa",
                        separator.c_str(), "-v",   language.c_str(),
                        "--stdin",         nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.fd(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.fd(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, kProgram, &actions, nullptr,
                                   const_cast<char* const*>(args), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return Failed(fmt::format("can't be run ({})", std::strerror(error)));
  }
  int state = 0;
  while (::waitpid(process, &state, 0) < 0) {
    if (errno != EINTR) return Failed("was lost");
  }
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
    return Failed(fmt::format("can't read '{}' aloud in language '{}'",
                              text.substr(0, 40), language));
  }
  return out.ReadAll();
}

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

std::vector<SpokenWord> ParseWords(std::string_view ipa) {
  std::vector<SpokenWord> words;
  while (!ipa.empty()) {
    const size_t end = std::min(ipa.find_first_of(" \n"), ipa.size());
    SpokenWord word = ParseWord(ipa.substr(0, end));
    if (!word.phones.empty()) words.push_back(std::move(word));
    if (end < ipa.size() && ipa[end] == '\n' && !words.empty()) {
      words.back().ends_clause = true;
    }
    ipa.remove_prefix(std::min(end + 1, ipa.size()));
  }
  return words;
}

}  // namespace

StatusOr<std::vector<std::vector<SpokenWord>>> Pronounce(
    const std::vector<std::string>& texts, const std::string& language) {
  std::vector<std::vector<SpokenWord>> all;
  for (const std::string& text : texts) {
    LT_ASSIGN_OR_RETURN(const std::string ipa, Transcribe(text, language));
    all.push_back(ParseWords(ipa));
  }
  return all;
}

}  // namespace longtake::worker
