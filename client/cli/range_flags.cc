#include "client/cli/range_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "common/job/job.h"

namespace longtake::client {
namespace {

constexpr int64_t kMaxHours = 999;
constexpr int64_t kMaxFrame = kMaxHours * 3600 * kMaxFramesPerSecond;
constexpr int64_t kSecondMicros = 1000000;

// Digits alone; nullopt for anything else and for what is above `most`.
std::optional<int64_t> Whole(std::string_view text, int64_t most) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || text[0] == '-' || error != std::errc() || stop != end ||
      number > most) {
    return std::nullopt;
  }
  return number;
}

// "7.25" -> 7250000.
std::optional<int64_t> SecondsToMicros(std::string_view text, int64_t most) {
  constexpr size_t kDecimals = 6;
  const size_t dot = text.find('.');
  const auto seconds = Whole(text.substr(0, dot), most);
  if (!seconds) return std::nullopt;
  if (dot == std::string_view::npos) return *seconds * kSecondMicros;
  std::string decimals(text.substr(dot + 1));
  if (decimals.empty() || decimals.size() > kDecimals) return std::nullopt;
  decimals.resize(kDecimals, '0');
  const auto micros = Whole(decimals, kSecondMicros);
  if (!micros) return std::nullopt;
  return *seconds * kSecondMicros + *micros;
}

std::optional<int64_t> TimeToMicros(std::string_view text) {
  std::vector<std::string_view> fields;
  for (size_t colon; (colon = text.find(':')) != std::string_view::npos;) {
    fields.push_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  fields.push_back(text);
  if (fields.size() > 3) return std::nullopt;
  int64_t minutes = 0;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    const bool leads = i == 0;
    const auto field = Whole(fields[i], !leads               ? 59
                                        : fields.size() == 3 ? kMaxHours
                                                             : kMaxHours * 60);
    if (!field) return std::nullopt;
    minutes = minutes * 60 + *field;
  }
  const auto micros = SecondsToMicros(
      fields.back(), fields.size() == 1 ? kMaxHours * 3600 : 59);
  if (!micros) return std::nullopt;
  return minutes * 60 * kSecondMicros + *micros;
}

// round(micros * rate), halves up.
FrameIndex NearestFrame(int64_t micros, FrameRate rate) {
  const __int128 twice = static_cast<__int128>(micros) * rate.num * 2;
  const __int128 unit = static_cast<__int128>(kSecondMicros) * rate.den;
  return static_cast<FrameIndex>((twice + unit) / (2 * unit));
}

std::string Clock(FrameIndex frame, FrameRate rate) {
  const int64_t millis = MicrosAtFrame(frame, rate) / 1000;
  return fmt::format("{}:{:02}:{:02}.{:03}", millis / 3600000,
                     millis / 60000 % 60, millis / 1000 % 60, millis % 1000);
}

// Frames that a sound must have for a range.
FrameIndex FramesNeeded(FrameRange range) {
  return range.end == kToTheEnd ? range.begin + 1 : range.end;
}

}  // namespace

void AddRangeFlags(CLI::App* command, RangeFlags* flags) {
  command->add_option("--in", flags->in,
                      "render from there on: SS, MM:SS, HH:MM:SS, each with "
                      "decimals or not, or a frame's number as 1234f [the "
                      "beginning]");
  command->add_option("--out", flags->out,
                      "render up to there, this frame left out [the end]");
}

StatusOr<FrameIndex> ParseMoment(const std::string& text, FrameRate rate) {
  if (text.ends_with('f')) {
    const auto frame =
        Whole(std::string_view(text).substr(0, text.size() - 1), kMaxFrame);
    if (frame) return *frame;
  } else if (const auto micros = TimeToMicros(text)) {
    return NearestFrame(*micros, rate);
  }
  return InvalidArgument(fmt::format(
      "'{}' is no moment: give seconds (75.5), MM:SS (1:15.5), HH:MM:SS "
      "(00:01:15.500), at most six decimals, or a frame (1890f)",
      text));
}

StatusOr<FrameRange> RangeOf(const RangeFlags& flags, FrameRate rate,
                             const std::string& dashes) {
  FrameRange range{0, kToTheEnd};
  if (!flags.in.empty()) {
    const auto in = ParseMoment(flags.in, rate);
    if (!in.ok()) return Annotate(in.status(), dashes + "in");
    range.begin = *in;
  }
  if (!flags.out.empty()) {
    const auto out = ParseMoment(flags.out, rate);
    if (!out.ok()) return Annotate(out.status(), dashes + "out");
    range.end = *out;
  }
  if (range == FrameRange{0, kToTheEnd}) return FrameRange{};
  if (range.empty()) {
    return InvalidArgument(fmt::format(
        "nothing lies between {0}in {1} (frame {2}) and {0}out {3} (frame "
        "{4}): give a later {0}out",
        dashes, flags.in.empty() ? "0" : flags.in, range.begin, flags.out,
        range.end));
  }
  return range;
}

int64_t EnoughOf(FrameRange range, FrameRate rate) {
  return MicrosAtFrame(FramesNeeded(range), rate) + kSecondMicros;
}

Status CheckRange(FrameRange range, FrameRate rate,
                  const worker::AudioLength& heard,
                  const std::string& audio_path, const std::string& dashes) {
  const int64_t frames =
      FramesForSamples(heard.samples, heard.sample_rate_hz, rate);
  if (range.empty() || FramesNeeded(range) <= frames) return OkStatus();
  const bool begins = range.begin >= frames;
  const FrameIndex wrong = begins ? range.begin : range.end;
  return InvalidArgument(fmt::format(
      "{0}{1} is frame {2} ({3}), but audio {4} ends at frame {5} ({6}): give "
      "an earlier {0}{1}",
      dashes, begins ? "in" : "out", wrong, Clock(wrong, rate), audio_path,
      frames, Clock(frames, rate)));
}

Status CheckRange(FrameRange range, const std::string& audio_path,
                  FrameRate rate) {
  if (range.empty()) return OkStatus();
  LT_ASSIGN_OR_RETURN(
      const worker::AudioLength heard,
      worker::MeasureAudio(audio_path, audio_path, EnoughOf(range, rate)));
  return CheckRange(range, rate, heard, audio_path);
}

}  // namespace longtake::client
