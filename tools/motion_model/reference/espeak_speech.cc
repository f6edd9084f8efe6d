#include "tools/motion_model/reference/espeak_speech.h"

#include <espeak-ng/speak_lib.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "tools/motion_model/reference/cepstra.h"
#include "tools/motion_model/reference/phones.h"
#include "tools/motion_model/reference/resample.h"

namespace longtake::reference {
namespace {

constexpr size_t kTextsPerProcess = 12;
// A nameless event shorter than this is a transition inside a word.
constexpr double kShortestPauseS = 0.04;
constexpr int kExitUnknownVoice = 3;
constexpr int kExitFailed = 4;

// What espeak-ng's callback has gathered for the text it is saying.
struct Recorder {
  std::vector<int16_t> samples;
  std::vector<SpokenPhone> phones;
  bool at_word = false;
};

int OnSpeech(short* wave, int count, espeak_EVENT* event) {
  for (; event->type != espeakEVENT_LIST_TERMINATED; ++event) {
    auto* recorder = static_cast<Recorder*>(event->user_data);
    if (recorder == nullptr) continue;
    if (event->type == espeakEVENT_WORD) recorder->at_word = true;
    if (event->type != espeakEVENT_PHONEME) continue;
    char name[sizeof(event->id.string) + 1] = {};
    std::memcpy(name, event->id.string, sizeof(event->id.string));
    recorder->phones.push_back(
        {event->audio_position / 1000.0, name, recorder->at_word});
    recorder->at_word = false;
  }
  auto* recorder = static_cast<Recorder*>(event->user_data);
  if (wave != nullptr && count > 0 && recorder != nullptr) {
    recorder->samples.insert(recorder->samples.end(), wave, wave + count);
  }
  return 0;
}

// Everything that crosses the pipe.
class PipeWriter {
 public:
  explicit PipeWriter(int fd) : fd_(fd) {}
  template <typename T>
  void Put(const T& value) {
    PutBytes(&value, sizeof(value));
  }
  void PutBytes(const void* data, size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t n = write(fd_, at, size);
      if (n <= 0) _exit(kExitFailed);
      at += n;
      size -= static_cast<size_t>(n);
    }
  }

 private:
  int fd_;
};

class PipeText {
 public:
  explicit PipeText(std::string_view bytes) : left_(bytes) {}
  bool empty() const { return left_.empty(); }
  template <typename T>
  bool Get(T* value) {
    return GetBytes(value, sizeof(*value));
  }
  bool GetBytes(void* data, size_t size) {
    if (left_.size() < size) return false;
    std::memcpy(data, left_.data(), size);
    left_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view left_;
};

[[noreturn]] void SayInChild(const EspeakVoice& voice, const std::string* texts,
                             size_t count, int fd) {
  const int rate = espeak_Initialize(
      AUDIO_OUTPUT_SYNCHRONOUS, /*buflength_ms=*/200, /*path=*/nullptr,
      espeakINITIALIZE_PHONEME_EVENTS | espeakINITIALIZE_PHONEME_IPA |
          espeakINITIALIZE_DONT_EXIT);
  if (rate <= 0) _exit(kExitFailed);
  espeak_SetSynthCallback(OnSpeech);
  if (espeak_SetVoiceByName(voice.name.c_str()) != EE_OK) {
    _exit(kExitUnknownVoice);
  }
  espeak_SetParameter(espeakRATE, voice.words_per_minute, 0);
  espeak_SetParameter(espeakPITCH, voice.pitch, 0);
  PipeWriter out(fd);
  for (size_t i = 0; i < count; ++i) {
    Recorder recorder;
    if (espeak_Synth(texts[i].c_str(), texts[i].size() + 1, 0, POS_CHARACTER, 0,
                     espeakCHARS_UTF8, nullptr, &recorder) != EE_OK) {
      _exit(kExitFailed);
    }
    espeak_Synchronize();
    out.Put(rate);
    out.Put(recorder.phones.size());
    for (const SpokenPhone& p : recorder.phones) {
      out.Put(p.start_s);
      out.Put(p.starts_word);
      out.Put(p.ipa.size());
      out.PutBytes(p.ipa.data(), p.ipa.size());
    }
    out.Put(recorder.samples.size());
    out.PutBytes(recorder.samples.data(),
                 recorder.samples.size() * sizeof(int16_t));
  }
  _exit(0);
}

// Names cleaned, marks joined to their phone, pauses merged, transitions
// dropped.
std::vector<SpokenPhone> Tidy(const std::vector<SpokenPhone>& events,
                              double end_s) {
  std::vector<SpokenPhone> out;
  bool at_word = true;
  for (size_t i = 0; i < events.size(); ++i) {
    const SpokenPhone& e = events[i];
    at_word = at_word || e.starts_word;
    const double next_s = i + 1 < events.size() ? events[i + 1].start_s : end_s;
    std::string ipa = CleanPhone(e.ipa);
    if (IsMark(ipa) && !out.empty() && out.back().ipa != kPause) {
      out.back().ipa += ipa;
      continue;
    }
    if (ipa.empty() || Visemes(ipa).empty()) {
      const bool pause = e.ipa.empty() && next_s - e.start_s > kShortestPauseS;
      if (!pause || (!out.empty() && out.back().ipa == kPause)) continue;
      out.push_back({e.start_s, std::string(kPause), false});
      at_word = true;
      continue;
    }
    out.push_back({e.start_s, std::move(ipa), at_word});
    at_word = false;
  }
  return out;
}

bool ReadUtterance(PipeText* in, Utterance* utterance) {
  int rate = 0;
  size_t count = 0;
  if (!in->Get(&rate) || !in->Get(&count)) return false;
  std::vector<SpokenPhone> events(count);
  for (SpokenPhone& p : events) {
    size_t size = 0;
    if (!in->Get(&p.start_s) || !in->Get(&p.starts_word) || !in->Get(&size)) {
      return false;
    }
    p.ipa.resize(size);
    if (!in->GetBytes(p.ipa.data(), size)) return false;
  }
  if (!in->Get(&count)) return false;
  std::vector<int16_t> wave(count);
  if (!in->GetBytes(wave.data(), count * sizeof(int16_t))) return false;
  std::vector<float> samples(count);
  std::transform(wave.begin(), wave.end(), samples.begin(),
                 [](int16_t v) { return static_cast<float>(v) / 32768.0f; });
  utterance->samples = Resample(samples, rate, kSampleRateHz);
  utterance->phones = Tidy(events, static_cast<double>(count) / rate);
  return true;
}

// All bytes that `fd` has until its other end closes.
std::string Drain(int fd) {
  std::string bytes;
  char block[1 << 16];
  for (ssize_t n = read(fd, block, sizeof(block)); n > 0;
       n = read(fd, block, sizeof(block))) {
    bytes.append(block, static_cast<size_t>(n));
  }
  return bytes;
}

}  // namespace

StatusOr<std::vector<Utterance>> Say(const EspeakVoice& voice,
                                     const std::vector<std::string>& texts) {
  std::vector<Utterance> utterances;
  for (size_t at = 0; at < texts.size(); at += kTextsPerProcess) {
    const size_t count = std::min(kTextsPerProcess, texts.size() - at);
    int ends[2];
    if (pipe(ends) != 0) return Internal("espeak-ng: no pipe to be had");
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      SayInChild(voice, &texts[at], count, ends[1]);
    }
    close(ends[1]);
    const std::string bytes = child > 0 ? Drain(ends[0]) : "";
    close(ends[0]);
    int state = 0;
    if (child < 0 || waitpid(child, &state, 0) != child) {
      return Internal("espeak-ng: cannot start a process");
    }
    if (WIFEXITED(state) && WEXITSTATUS(state) == kExitUnknownVoice) {
      return InvalidArgument(fmt::format(
          "espeak-ng has no voice '{}' (espeak-ng --voices lists them)",
          voice.name));
    }
    PipeText in(bytes);
    for (size_t i = 0; i < count; ++i) {
      Utterance utterance;
      if (!ReadUtterance(&in, &utterance)) {
        return Internal(
            fmt::format("espeak-ng failed at the text \"{}\"", texts[at + i]));
      }
      utterances.push_back(std::move(utterance));
    }
  }
  return utterances;
}

}  // namespace longtake::reference
