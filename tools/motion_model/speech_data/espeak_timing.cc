#include "tools/motion_model/speech_data/espeak_timing.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "tools/motion_model/speech_data/espeak_phones.h"
#include "tools/motion_model/speech_data/ipa.h"

namespace longtake::speech_data {
namespace {

// A closure is silence: no sample of a window is louder than this.
constexpr double kWindow_s = 0.005;
constexpr int kSilentPeak = 24;  // -62 dB of full scale
// The event may come this long after the burst has begun.
constexpr double kBurstBeforeEvent_s = 0.020;
constexpr double kLongestClosure_s = 0.100;
// After a pause nobody hears when the lips closed.
constexpr double kClosureAfterPause_s = 0.070;
// A sound after a pause may begin this long before its event.
constexpr double kOnsetBeforeEvent_s = 0.040;
// Measured as the place of greatest spectral change, on nine languages at 150
// words a minute: how late the event of a vowel or liquid comes, by what is
// before it.
constexpr double kLateAfterStop_s = 0.020;    // voiced, or a nasal
constexpr double kLateAfterGlide_s = 0.012;   // vowels only
constexpr double kLateAfterLiquid_s = 0.010;  // vowels only
constexpr double kShortestPhone_s = 0.010;

bool IsVoicelessStop(std::string_view phone) {
  return IsOneOf(Characters(phone).front(), "ptkqcʈʔ");
}

bool IsVowel(std::string_view phone) {
  return IsVowelSymbol(Characters(phone).front());
}

double Lateness_s(std::string_view before, std::string_view phone) {
  constexpr std::string_view kLiquids = "lɭɫɹɻrɾɽʎ";
  const bool vowel = IsVowel(phone);
  if (!vowel && !IsOneOf(phone, kLiquids)) return 0;
  if (IsOneOf(before, "bdɡɟɖɗɓmnŋɲɳ")) return kLateAfterStop_s;
  if (!vowel) return 0;
  if (IsOneOf(before, "wjɥ")) return kLateAfterGlide_s;
  return IsOneOf(before, kLiquids) ? kLateAfterLiquid_s : 0;
}

// Which windows of a sound are silent.
class SilentWindows {
 public:
  explicit SilentWindows(const Sound& sound) {
    const auto size = static_cast<size_t>(sound.rate_hz * kWindow_s);
    for (size_t at = 0; at + size <= sound.samples.size(); at += size) {
      silent_.push_back(std::all_of(
          sound.samples.begin() + static_cast<std::ptrdiff_t>(at),
          sound.samples.begin() + static_cast<std::ptrdiff_t>(at + size),
          [](int16_t s) { return std::abs(int{s}) <= kSilentPeak; }));
    }
  }

  // When the silence began that a burst near `event_s` ends, no earlier than
  // `longest_s` before the burst; event_s when there is none.
  double Began(double event_s, double longest_s) const {
    const auto window = static_cast<int>(event_s / kWindow_s);
    const auto look = static_cast<int>(kBurstBeforeEvent_s / kWindow_s);
    int last = window;
    while (last > window - look && !Silent(last)) --last;
    if (!Silent(last)) return event_s;
    const auto longest = static_cast<int>(longest_s / kWindow_s);
    int first = last;
    while (last - first + 1 < longest && Silent(first - 1)) --first;
    return std::min(event_s, first * kWindow_s);
  }

  // When the sound begins that an event at `event_s` after a pause names: where
  // the silence ends, if that is shortly before the event.
  double Ended(double event_s) const {
    const auto window = static_cast<int>(event_s / kWindow_s);
    const auto look = static_cast<int>(kOnsetBeforeEvent_s / kWindow_s);
    for (int last = window; last >= window - look; --last) {
      if (Silent(last)) return std::min(event_s, (last + 1) * kWindow_s);
    }
    return event_s;
  }

 private:
  bool Silent(int window) const {
    return window >= 0 && window < static_cast<int>(silent_.size()) &&
           silent_[static_cast<size_t>(window)];
  }

  std::vector<bool> silent_;
};

std::vector<PhoneStart> Named(const std::vector<EspeakEvent>& events,
                              double duration_s, std::string_view language) {
  std::vector<PhoneStart> starts;
  for (const EspeakEvent& event : events) {
    PhoneStart start{std::min(event.time_s, duration_s), {}};
    if (event.name.empty()) {
      start.phones = {std::string(kSilence)};
    } else {
      start.phones = EspeakPhones(event.name, language);
    }
    if (start.phones.empty()) continue;
    // A pause that lasts no time is only a mark between words.
    if (!starts.empty() && starts.back().phones.front() == kSilence &&
        start.start_s <= starts.back().start_s) {
      starts.pop_back();
    }
    starts.push_back(std::move(start));
  }
  return starts;
}

}  // namespace

StatusOr<PhoneTrack> EspeakTrack(const std::vector<EspeakEvent>& events,
                                 const Sound& sound,
                                 std::string_view language) {
  const double duration_s = sound.duration_s();
  const SilentWindows silence(sound);
  std::vector<PhoneStart> starts = Named(events, duration_s, language);
  for (size_t i = 0; i < starts.size(); ++i) {
    const std::string before(i > 0 ? starts[i - 1].phones.back() : kSilence);
    const std::string& phone = starts[i].phones.front();
    double& start_s = starts[i].start_s;
    if (IsVoicelessStop(phone)) {
      start_s = silence.Began(start_s, before == kSilence ? kClosureAfterPause_s
                                                          : kLongestClosure_s);
    } else if (before == kSilence) {
      start_s = silence.Ended(start_s);
    } else {
      start_s -= Lateness_s(before, phone);
    }
    if (i > 0) {
      start_s = std::max(start_s, starts[i - 1].start_s + kShortestPhone_s);
    }
    start_s = std::clamp(start_s, 0.0, duration_s);
  }
  PhoneTrack track = WithoutShortSilences(TrackFromStarts(starts, duration_s));
  LT_RETURN_IF_ERROR(CheckTrack(track, duration_s));
  return track;
}

}  // namespace longtake::speech_data
