#include "tools/motion_model/speech_data/command_synthesizers.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "tools/motion_model/speech_data/command.h"
#include "tools/motion_model/speech_data/ipa.h"
#include "tools/motion_model/speech_data/speech_files.h"
#include "tools/motion_model/speech_data/word_list.h"

namespace longtake::speech_data {
namespace {

// Multiplies the planned pitch, of the voices that plan one, by pitch_factor.
constexpr std::string_view kPitchHook =
    "(set! after_analysis_hooks (append after_analysis_hooks (list (lambda (u) "
    "(if (utt.relation.present u 'Target) "
    "(mapcar (lambda (target) (item.set_feat target \"f0\" "
    "(* pitch_factor (item.feat target \"f0\")))) "
    "(utt.relation.leafs u 'Target))) u))))";

struct PhoneEnd {
  double end_s = 0;
  std::string name;
};

StatusOr<PhoneTrack> TrackFromEnds(const std::vector<PhoneEnd>& ends,
                                   const Voice& voice, double duration_s) {
  std::vector<PhoneStart> starts;
  double now_s = 0;
  for (const PhoneEnd& end : ends) {
    PhoneStart start{now_s, voice.phones().ToIpa(end.name)};
    if (start.phones.empty()) {
      return InvalidArgument(
          fmt::format("phone '{}' is not in the voice's table", end.name));
    }
    starts.push_back(std::move(start));
    now_s = std::max(now_s, end.end_s + voice.sound_late_s);
  }
  if (now_s < duration_s) starts.push_back({now_s, {std::string(kSilence)}});
  PhoneTrack track = WithoutShortSilences(TrackFromStarts(starts, duration_s));
  LT_RETURN_IF_ERROR(CheckTrack(track, duration_s));
  return track;
}

class FliteSynthesizer final : public Synthesizer {
 public:
  int batch_size() const override { return 12; }

  Status Speak(const Voice& voice, const std::vector<Utterance>& utterances,
               const std::string& scratch, const SpeechSink& sink) override {
    for (const Utterance& utterance : utterances) {
      const StatusOr<Speech> speech = SpeakOne(voice, utterance, scratch);
      if (!speech.ok()) {
        if (speech.status().code() == StatusCode::kNotFound) {
          return speech.status();
        }
        continue;
      }
      LT_RETURN_IF_ERROR(sink(utterance, *speech));
    }
    return OkStatus();
  }

 private:
  static StatusOr<Speech> SpeakOne(const Voice& voice,
                                   const Utterance& utterance,
                                   const std::string& scratch) {
    const std::string wav = scratch + "/speech.wav";
    LT_ASSIGN_OR_RETURN(
        const std::string phones,
        RunCommand(
            {"flite", "-voice", std::string(voice.name), "-psdur", "--setf",
             fmt::format("duration_stretch={:.3f}", utterance.stretch),
             "--setf", fmt::format("f0_shift={:.3f}", utterance.pitch_factor),
             "-o", wav, "-t", utterance.text},
            "", scratch));
    LT_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(wav));
    Speech speech;
    LT_ASSIGN_OR_RETURN(speech.sound, ParseWav(bytes));
    LT_ASSIGN_OR_RETURN(
        speech.phones,
        TrackFromFlite(phones, voice, speech.sound.duration_s()));
    return speech;
  }
};

class FestivalSynthesizer final : public Synthesizer {
 public:
  int batch_size() const override { return 24; }

  Status Speak(const Voice& voice, const std::vector<Utterance>& utterances,
               const std::string& scratch, const SpeechSink& sink) override {
    LT_ASSIGN_OR_RETURN(const std::string script,
                        FestivalScript(voice, utterances));
    const Status end = RunCommand({"festival", "-i"}, script, scratch).status();
    for (const Utterance& utterance : utterances) {
      const StatusOr<Speech> speech = Read(voice, utterance, scratch);
      if (speech.ok()) LT_RETURN_IF_ERROR(sink(utterance, *speech));
    }
    // Interactive festival ends with a failure when any expression did.
    return end.code() == StatusCode::kInternal ? OkStatus() : end;
  }

 private:
  static StatusOr<Speech> Read(const Voice& voice, const Utterance& utterance,
                               const std::string& scratch) {
    const std::string base = fmt::format("{}/{}", scratch, utterance.index);
    LT_ASSIGN_OR_RETURN(const std::string segments, ReadFile(base + ".segs"));
    LT_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(base + ".wav"));
    Speech speech;
    LT_ASSIGN_OR_RETURN(speech.sound, ParseWav(bytes));
    LT_ASSIGN_OR_RETURN(
        speech.phones,
        TrackFromFestival(segments, voice, speech.sound.duration_s()));
    return speech;
  }
};

}  // namespace

StatusOr<PhoneTrack> TrackFromFlite(std::string_view text, const Voice& voice,
                                    double duration_s) {
  std::vector<PhoneEnd> ends;
  std::istringstream words{std::string(text)};
  std::string word;
  while (words >> word) {
    const size_t colon = word.rfind(':');
    PhoneEnd end;
    const char* last = word.data() + word.size();
    if (colon == std::string::npos ||
        std::from_chars(word.data() + colon + 1, last, end.end_s).ptr != last) {
      return DataLoss(fmt::format("flite wrote '{}', not 'phone:end'", word));
    }
    end.name = word.substr(0, colon);
    ends.push_back(std::move(end));
  }
  return TrackFromEnds(ends, voice, duration_s);
}

StatusOr<PhoneTrack> TrackFromFestival(std::string_view text,
                                       const Voice& voice, double duration_s) {
  std::vector<PhoneEnd> ends;
  std::istringstream lines{std::string(text)};
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    PhoneEnd end;
    int colour = 0;
    if (!(words >> end.end_s >> colour >> end.name)) {
      return DataLoss(
          fmt::format("festival wrote '{}', not 'end 100 phone'", line));
    }
    ends.push_back(std::move(end));
  }
  return TrackFromEnds(ends, voice, duration_s);
}

StatusOr<std::string> FestivalScript(const Voice& voice,
                                     const std::vector<Utterance>& utterances) {
  std::string script = fmt::format("(voice_{})\n{}\n", voice.name, kPitchHook);
  for (const Utterance& utterance : utterances) {
    script += fmt::format(
        "(begin (Parameter.set 'Duration_Stretch {:.3f}) "
        "(set! pitch_factor {:.3f}) "
        "(set! u (Utterance Text \"{}\")) (utt.synth u) "
        "(utt.save.wave u \"{}.wav\" 'riff) (utt.save.segs u \"{}.segs\"))\n",
        utterance.stretch, utterance.pitch_factor, utterance.text,
        utterance.index, utterance.index);
  }
  return Recode(script, "UTF-8", std::string(voice.charset));
}

std::unique_ptr<Synthesizer> MakeFliteSynthesizer() {
  return std::make_unique<FliteSynthesizer>();
}

std::unique_ptr<Synthesizer> MakeFestivalSynthesizer() {
  return std::make_unique<FestivalSynthesizer>();
}

}  // namespace longtake::speech_data
