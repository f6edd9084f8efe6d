#include <fmt/format.h>

#include <sstream>

#include "tools/motion_model/speech_data/speech_set.h"

namespace longtake::speech_data {
namespace {

constexpr std::string_view kHeading = "path\tengine\tvoice\tlanguage\tseconds";

}  // namespace

std::string FormatManifest(const std::vector<ManifestLine>& lines) {
  std::string text = fmt::format("{}\n", kHeading);
  for (const ManifestLine& line : lines) {
    text += fmt::format("{}\t{}\t{}\t{}\t{:.4f}\n", line.path, line.engine,
                        line.voice, line.language, line.seconds);
  }
  return text;
}

StatusOr<std::vector<ManifestLine>> ParseManifest(std::string_view text) {
  std::vector<ManifestLine> lines;
  std::istringstream all{std::string(text)};
  std::string row;
  if (!std::getline(all, row) || row != kHeading) {
    return DataLoss("not a manifest of speech: its first line is another");
  }
  for (int number = 2; std::getline(all, row); ++number) {
    std::istringstream fields(row);
    ManifestLine line;
    std::string rest;
    if (!std::getline(fields, line.path, '\t') ||
        !std::getline(fields, line.engine, '\t') ||
        !std::getline(fields, line.voice, '\t') ||
        !std::getline(fields, line.language, '\t') ||
        !(fields >> line.seconds) || fields >> rest) {
      return DataLoss(fmt::format("manifest line {}: not five fields", number));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace longtake::speech_data
