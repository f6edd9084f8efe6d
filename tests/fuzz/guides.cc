// Guide files: the same text as an emotion track, a pose track, a transcript by
// each of its names, and phones with their times.

#include "tests/fuzz/fuzz_target.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/phonetics/phone_segments.h"

namespace longtake {
namespace {

constexpr int64_t kMinuteMicros = 60'000'000;

void Check(const char* role, const char* name, const std::string& text) {
  for (const int64_t end_us : {kMinuteMicros, worker::kNoEnd}) {
    const auto guides =
        worker::ReadMotionGuides({{role, {text, name}}}, end_us);
    if (!guides.ok()) {
      fuzz::RequireOneLine(Message(guides.status()));
      continue;
    }
    for (const auto& phrase : guides->transcript) {
      fuzz::Require(!phrase.text.empty() && phrase.line > 0,
                    "a phrase has words and a line");
      fuzz::Require(!phrase.timed() || phrase.end_us > phrase.begin_us,
                    "a cue ends after it begins");
    }
  }
}

void CheckPhones(const std::string& text) {
  const auto phones = worker::ParsePhones(text, "talk.phones");
  if (!phones.ok()) return fuzz::RequireOneLine(Message(phones.status()));
  double at = 0;
  for (const worker::PhoneSegment& phone : *phones) {
    fuzz::Require(phone.begin >= at && phone.end > phone.begin &&
                      phone.end <= worker::kMaxPhoneSeconds,
                  "phones follow each other");
    at = phone.end;
  }
}

}  // namespace
}  // namespace longtake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace longtake;
  const std::string text = fuzz::TextOf(data, size);
  Check(worker::kEmotionTrackRole, "cues.csv", text);
  Check(worker::kPoseTrackRole, "turns.csv", text);
  Check(worker::kTranscriptRole, "words.txt", text);
  Check(worker::kTranscriptRole, "words.srt", text);
  Check(worker::kTranscriptRole, "words.vtt", text);
  CheckPhones(text);
  return 0;
}
