#include "worker/engine/motion/live_link_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <istream>
#include <ostream>
#include <string_view>

namespace longtake::worker {
namespace {

constexpr int kBlendShapeCount = 61;
// Captures overshoot their range by rounding; more than this is a mistake.
constexpr double kRangeSlack = 1e-3;
constexpr double kMaxAngle = 3.15;

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view Trim(std::string_view text) {
  const auto is_space = [](char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '"';
  };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> SplitCells(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const size_t comma = line.find(',');
    cells.push_back(Trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

bool ParseWhole(std::string_view text, int64_t max, int64_t* out) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *out);
  return error == std::errc() && stop == end && *out >= 0 && *out <= max;
}

// Digits after the point as millionths; more than six are cut off.
bool ParseMicros(std::string_view digits, int64_t* out) {
  *out = 0;
  for (size_t i = 0; i < 6; ++i) {
    const char c = i < digits.size() ? digits[i] : '0';
    if (c < '0' || c > '9') return false;
    *out = *out * 10 + (c - '0');
  }
  return std::all_of(digits.begin(), digits.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

bool ParseTimecode(std::string_view text, LiveLinkRow* row) {
  std::array<std::string_view, 4> parts;
  for (int i = 0; i < 3; ++i) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return false;
    parts[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const size_t point = text.find('.');
  parts[3] = text.substr(0, point);
  const std::string_view sub =
      point == std::string_view::npos ? "" : text.substr(point + 1);
  int64_t hours = 0, minutes = 0, seconds = 0, frames = 0, micros = 0;
  if (!ParseWhole(parts[0], 99, &hours) ||
      !ParseWhole(parts[1], 59, &minutes) ||
      !ParseWhole(parts[2], 59, &seconds) ||
      !ParseWhole(parts[3], kMaxFramesPerSecond - 1, &frames) ||
      !ParseMicros(sub, &micros)) {
    return false;
  }
  row->seconds = (hours * 60 + minutes) * 60 + seconds;
  row->frame_micros = frames * 1000000 + micros;
  return true;
}

// Empty where the cell is legal, else what is wrong with it.
std::string ParseCell(std::string_view cell, int channel, float* out) {
  const std::string_view name = MotionChannelNames()[channel];
  double value = 0;
  const char* end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    return fmt::format(
        "{} is '{}', not a finite number; remove the line or fill the gap",
        name, cell);
  }
  const bool angle = channel >= kHeadYaw;
  const double low = angle ? -kMaxAngle : 0, high = angle ? kMaxAngle : 1;
  if (value < low - kRangeSlack || value > high + kRangeSlack) {
    return fmt::format("{} is {}, outside {} to {}; {}", name, cell, low, high,
                       angle ? "angles are in radians, not degrees"
                             : "scale blendshapes to 0..1");
  }
  *out = static_cast<float>(std::clamp(value, low, high));
  return "";
}

}  // namespace

// ---- Writing ----

void LiveLinkCsvWriter::WriteHeaderOnce() {
  if (header_written_) return;
  header_written_ = true;
  out_ << "Timecode,BlendShapeCount";
  for (std::string_view name : MotionChannelNames()) out_ << ',' << name;
  out_ << '\n';
}

Status LiveLinkCsvWriter::Append(FrameIndex frame, const MotionFrame& motion) {
  const int64_t base = (rate_.num + rate_.den - 1) / rate_.den;
  const int64_t seconds = frame / base;
  if (frame < 0 || seconds >= int64_t{100} * 3600) {
    return InvalidArgument(fmt::format(
        "frame {} has no timecode: frames from 0 to 99:59:59 can be written",
        frame));
  }
  WriteHeaderOnce();
  out_ << fmt::format("{:02}:{:02}:{:02}:{:02}.000,{}", seconds / 3600,
                      seconds / 60 % 60, seconds % 60, frame % base,
                      kBlendShapeCount);
  for (float value : motion) out_ << fmt::format(",{:.8f}", value);
  out_ << '\n';
  if (!out_) return DataLoss("can't write the motion CSV: is the disk full?");
  return OkStatus();
}

Status LiveLinkCsvWriter::Finish() {
  WriteHeaderOnce();
  out_.flush();
  if (!out_) return DataLoss("can't write the motion CSV: is the disk full?");
  return OkStatus();
}

Status WriteLiveLinkCsv(const MotionTrack& track, std::ostream& out) {
  LiveLinkCsvWriter writer(out, track.rate);
  for (FrameIndex f = track.range.begin; f < track.range.end; ++f) {
    LT_RETURN_IF_ERROR(writer.Append(f, track.at(f)));
  }
  return writer.Finish();
}

// ---- Reading ----

bool LiveLinkCsvReader::NextLine(std::string* text) {
  while (std::getline(in_, *text)) {
    ++line_;
    if (!Trim(*text).empty()) return true;
  }
  return false;
}

Status LiveLinkCsvReader::ReadHeader() {
  std::string text;
  if (!NextLine(&text)) {
    return InvalidArgument(
        "motion CSV is empty; export a take from Live Link Face");
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  std::vector<std::string> names;
  for (std::string_view cell : SplitCells(text)) names.push_back(Lower(cell));
  column_count_ = names.size();
  std::vector<std::string> missing;
  const auto find = [&](std::string_view name) -> size_t {
    const auto it = std::find(names.begin(), names.end(), Lower(name));
    if (it == names.end()) missing.emplace_back(name);
    return static_cast<size_t>(it - names.begin());
  };
  timecode_column_ = find("Timecode");
  channel_columns_.clear();
  for (std::string_view name : MotionChannelNames()) {
    channel_columns_.push_back(find(name));
  }
  if (missing.empty()) return OkStatus();
  constexpr size_t kNamed = 3;  // a file of another kind lacks all of them
  const size_t named = std::min(missing.size(), kNamed);
  const size_t more = missing.size() - named;
  return InvalidArgument(fmt::format(
      "motion CSV line {}: no column {}{}; the header must name Timecode and "
      "the 61 columns of Live Link Face",
      line_, fmt::join(missing.begin(), missing.begin() + named, ", "),
      more > 0 ? fmt::format(" and {} more", more) : ""));
}

StatusOr<bool> LiveLinkCsvReader::ReadRow(LiveLinkRow* row) {
  std::string text;
  if (!NextLine(&text)) {
    if (in_.bad()) return DataLoss("can't read the motion CSV");
    return false;
  }
  row->line = line_;
  const std::vector<std::string_view> cells = SplitCells(text);
  if (cells.size() != column_count_) {
    return InvalidArgument(fmt::format(
        "motion CSV line {}: {} cells under a header of {}; is the file cut "
        "off?",
        line_, cells.size(), column_count_));
  }
  if (!ParseTimecode(cells[timecode_column_], row)) {
    return InvalidArgument(
        fmt::format("motion CSV line {}: timecode '{}' is not HH:MM:SS:FF.sub",
                    line_, cells[timecode_column_]));
  }
  for (int c = 0; c < kMotionChannels; ++c) {
    const std::string wrong =
        ParseCell(cells[channel_columns_[c]], c, &row->motion[c]);
    if (!wrong.empty()) {
      return InvalidArgument(
          fmt::format("motion CSV line {}: {}", line_, wrong));
    }
  }
  return true;
}

}  // namespace longtake::worker
