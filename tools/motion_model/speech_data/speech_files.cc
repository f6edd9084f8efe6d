#include "tools/motion_model/speech_data/speech_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace longtake::speech_data {

std::string VoicePath(const Voice& voice) {
  return fmt::format("{}/{}", EngineName(voice.engine), voice.name);
}

std::string UtterancePath(const Voice& voice, int index) {
  return fmt::format("{}/{:05d}", VoicePath(voice), index);
}

Status WriteFile(const std::string& path, std::string_view bytes) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  std::ofstream file(temporary, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    std::remove(temporary.c_str());
    return ResourceExhausted(
        fmt::format("cannot write {}: {}", path, std::strerror(error)));
  }
  return OkStatus();
}

StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(fmt::format("no file {}", path));
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

Status WriteSpeech(const std::string& base, const Speech& speech) {
  LT_RETURN_IF_ERROR(WriteFile(base + ".wav", FormatWav(speech.sound)));
  return WriteFile(base + ".phones", FormatPhones(speech.phones));
}

StatusOr<double> SpeechSeconds(const std::string& base) {
  LT_ASSIGN_OR_RETURN(const std::string phones, ReadFile(base + ".phones"));
  LT_ASSIGN_OR_RETURN(const std::string wav, ReadFile(base + ".wav"));
  LT_ASSIGN_OR_RETURN(const Sound sound, ParseWav(wav));
  LT_ASSIGN_OR_RETURN(const PhoneTrack track, ParsePhones(phones));
  const Status fits = CheckTrack(track, sound.duration_s());
  if (!fits.ok()) return DataLoss(fmt::format("{}: {}", base, Message(fits)));
  return sound.duration_s();
}

}  // namespace longtake::speech_data
