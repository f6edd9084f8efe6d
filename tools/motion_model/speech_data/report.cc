#include "tools/motion_model/speech_data/report.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "tools/motion_model/speech_data/speech_files.h"
#include "worker/engine/phonetics/phones.h"

namespace longtake::speech_data {
namespace {

constexpr double kSecondsPerHour = 3600;

std::string Hours(const std::string& title,
                  const std::map<std::string, double>& seconds) {
  std::string text = title;
  for (const auto& [name, value] : seconds) {
    text += fmt::format(" {} {:.2f}", name, value / kSecondsPerHour);
  }
  return text + '\n';
}

}  // namespace

StatusOr<std::string> DescribeSpeechSet(
    const std::string& directory, const std::vector<ManifestLine>& lines) {
  std::map<std::string, double> engines;
  std::map<std::string, double> languages;
  std::array<double, worker::kVisemes> visemes{};
  double all_s = 0;
  for (const ManifestLine& line : lines) {
    const std::string path = fmt::format("{}/{}.phones", directory, line.path);
    LT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    const StatusOr<PhoneTrack> track = ParsePhones(text);
    if (!track.ok()) return Annotate(track.status(), path);
    for (const TimedPhone& phone : *track) {
      const std::vector<worker::PhoneClass> parts =
          worker::PhonesOfIpa(phone.phone);
      for (const worker::PhoneClass part : parts) {
        visemes[static_cast<size_t>(worker::VisemeOf(part))] +=
            (phone.end_s - phone.start_s) / static_cast<double>(parts.size());
      }
    }
    engines[line.engine] += line.seconds;
    languages[line.language] += line.seconds;
    all_s += line.seconds;
  }
  std::string text = fmt::format("{} utterances, {:.2f} hours\n", lines.size(),
                                 all_s / kSecondsPerHour) +
                     Hours("hours by engine:", engines) +
                     Hours("hours by language:", languages) +
                     "share of time by mouth shape:";
  for (size_t i = 0; i < worker::kVisemes && all_s > 0; ++i) {
    text += fmt::format(" {} {:.1f} %",
                        worker::VisemeName(static_cast<worker::Viseme>(i)),
                        100 * visemes[i] / all_s);
  }
  return text + '\n';
}

}  // namespace longtake::speech_data
