#include "tools/motion_model/speech_data/phone_track.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tools/motion_model/speech_data/ipa.h"

namespace longtake::speech_data {
namespace {

// Times are written with four decimals.
constexpr double kTickPerSecond = 1e4;
constexpr double kHalfTick_s = 0.5 / kTickPerSecond;
constexpr double kShortSilence_s = 0.040;

double Rounded(double seconds) {
  return std::round(seconds * kTickPerSecond) / kTickPerSecond;
}

void Append(PhoneTrack& track, double start_s, double end_s,
            const std::string& phone) {
  start_s = Rounded(start_s);
  end_s = Rounded(end_s);
  if (end_s - start_s < kHalfTick_s) return;
  if (!track.empty() && phone == kSilence && track.back().phone == kSilence) {
    track.back().end_s = end_s;
    return;
  }
  track.push_back({start_s, end_s, phone});
}

}  // namespace

PhoneTrack TrackFromStarts(const std::vector<PhoneStart>& starts,
                           double duration_s) {
  PhoneTrack track;
  std::vector<PhoneStart> spoken;
  for (const PhoneStart& start : starts) {
    if (!start.phones.empty()) spoken.push_back(start);
  }
  double now_s = 0;
  const std::string silence(kSilence);
  if (spoken.empty() || spoken.front().start_s > 0) {
    now_s = spoken.empty() ? duration_s
                           : std::min(spoken.front().start_s, duration_s);
    Append(track, 0, now_s, silence);
  }
  for (size_t i = 0; i < spoken.size(); ++i) {
    const double next_s =
        i + 1 < spoken.size() ? spoken[i + 1].start_s : duration_s;
    const double end_s = std::clamp(next_s, now_s, duration_s);
    const size_t parts = spoken[i].phones.size();
    const double step_s = (end_s - now_s) / static_cast<double>(parts);
    for (size_t part = 0; part < parts; ++part) {
      const double begin_s = now_s + step_s * static_cast<double>(part);
      Append(track, begin_s, part + 1 == parts ? end_s : begin_s + step_s,
             spoken[i].phones[part]);
    }
    now_s = end_s;
  }
  return track;
}

PhoneTrack WithoutShortSilences(const PhoneTrack& track) {
  PhoneTrack kept;
  for (size_t i = 0; i < track.size(); ++i) {
    const TimedPhone& phone = track[i];
    if (phone.phone == kSilence && !kept.empty() && i + 1 < track.size() &&
        phone.end_s - phone.start_s < kShortSilence_s - kHalfTick_s) {
      if (!BeginsWithClosure(track[i + 1].phone))
        kept.back().end_s = phone.end_s;
    } else {
      const double start_s = kept.empty() ? phone.start_s : kept.back().end_s;
      kept.push_back({start_s, phone.end_s, phone.phone});
    }
  }
  return kept;
}

Status CheckTrack(const PhoneTrack& track, double duration_s) {
  double now_s = 0;
  bool speaks = false;
  for (const TimedPhone& phone : track) {
    if (std::abs(phone.start_s - now_s) > kHalfTick_s ||
        phone.end_s <= phone.start_s) {
      return InvalidArgument(
          fmt::format("phone {} at {:.4f}-{:.4f} s does not follow {:.4f} s",
                      phone.phone, phone.start_s, phone.end_s, now_s));
    }
    if (!IsPhone(phone.phone)) {
      return InvalidArgument(
          fmt::format("'{}' is no phone of the inventory", phone.phone));
    }
    speaks = speaks || phone.phone != kSilence;
    now_s = phone.end_s;
  }
  if (std::abs(now_s - duration_s) > 2 * kHalfTick_s) {
    return InvalidArgument(
        fmt::format("the phones end at {:.4f} s, the sound at {:.4f} s", now_s,
                    duration_s));
  }
  if (!speaks) return InvalidArgument("nothing but silence");
  return OkStatus();
}

std::string FormatPhones(const PhoneTrack& track) {
  std::string text;
  for (const TimedPhone& phone : track) {
    fmt::format_to(std::back_inserter(text), "{:.4f} {:.4f} {}\n",
                   phone.start_s, phone.end_s, phone.phone);
  }
  return text;
}

StatusOr<PhoneTrack> ParsePhones(std::string_view text) {
  PhoneTrack track;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    TimedPhone phone;
    std::string rest;
    if (!(words >> phone.start_s >> phone.end_s >> phone.phone) ||
        words >> rest || !IsPhone(phone.phone)) {
      return DataLoss(
          fmt::format("line {}: '{}' is not 'start end phone'", number, line));
    }
    track.push_back(std::move(phone));
  }
  return track;
}

}  // namespace longtake::speech_data
