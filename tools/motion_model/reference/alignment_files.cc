#include "tools/motion_model/reference/alignment_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <system_error>

#include "tools/motion_model/reference/cepstra.h"
#include "tools/motion_model/reference/phones.h"
#include "tools/motion_model/reference/wav_file.h"

namespace longtake::reference {
namespace {

namespace fs = std::filesystem;

constexpr double kUnusedShare = 0.05;

// All or nothing: a reader never sees half a file.
Status WriteWhole(const fs::path& path, const std::string& bytes) {
  fs::path temporary = path;
  temporary += ".part";
  std::ofstream out(temporary, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) fs::rename(temporary, path, error);
  if (!out || error) {
    fs::remove(temporary, error);
    return Unavailable(fmt::format("cannot write {}", path.string()));
  }
  return OkStatus();
}

StatusOr<SpokenText> ReadRecording(const fs::path& wav) {
  SpokenText out;
  out.name = wav.stem().string();
  LT_ASSIGN_OR_RETURN(Sound sound, ReadWav(wav));
  if (sound.rate_hz != kSampleRateHz) {
    return InvalidArgument(
        fmt::format("{} has {} samples a second, not {} (run ./dev recordings)",
                    wav.string(), sound.rate_hz, kSampleRateHz));
  }
  out.samples = std::move(sound.samples);
  std::ifstream text(fs::path(wav).replace_extension(".txt"));
  std::getline(text, out.text);
  return out;
}

// The score that the worst 5 % do not exceed.
double UnusedScore(std::span<const std::optional<Alignment>> alignments) {
  std::vector<double> scores;
  for (const auto& a : alignments) {
    if (a) scores.push_back(a->score);
  }
  std::sort(scores.begin(), scores.end());
  const auto unused = static_cast<size_t>(kUnusedShare * scores.size());
  return unused > 0 ? scores[unused - 1] : -HUGE_VAL;
}

}  // namespace

StatusOr<std::vector<SpokenText>> ReadRecordings(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> wavs;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".wav" &&
        fs::exists(fs::path(path).replace_extension(".txt"))) {
      wavs.push_back(path);
    }
  }
  if (wavs.empty()) {
    return InvalidArgument(
        fmt::format("no NAME.wav with a NAME.txt in {} (run ./dev recordings)",
                    directory.string()));
  }
  std::sort(wavs.begin(), wavs.end());
  std::vector<SpokenText> out;
  for (const fs::path& wav : wavs) {
    LT_ASSIGN_OR_RETURN(SpokenText recording, ReadRecording(wav));
    out.push_back(std::move(recording));
  }
  return out;
}

std::vector<PhoneSpan> SpansOf(const Alignment& alignment, size_t samples) {
  std::vector<PhoneSpan> spans;
  for (const TimedPhone& p : alignment.phones) {
    spans.push_back(
        {p.begin_frame * kHopSeconds, p.end_frame * kHopSeconds, p.ipa});
  }
  if (!spans.empty()) {
    spans.back().end_s = static_cast<double>(samples) / kSampleRateHz;
  }
  return spans;
}

Status WritePhones(const fs::path& path, std::span<const PhoneSpan> phones) {
  std::string lines;
  for (const PhoneSpan& p : phones) {
    lines += fmt::format("{:.4f} {:.4f} {}\n", p.start_s, p.end_s, p.ipa);
  }
  return WriteWhole(path, lines);
}

Status WriteAlignments(const fs::path& directory,
                       std::span<const Recording> recordings,
                       std::span<const std::optional<Alignment>> alignments) {
  const double unused = UnusedScore(alignments);
  std::string table = "name\tseconds\tphones\tscore\tuse\n";
  for (size_t i = 0; i < recordings.size(); ++i) {
    if (!alignments[i]) continue;
    const Recording& recording = recordings[i];
    const auto spans = SpansOf(*alignments[i], recording.samples.size());
    LT_RETURN_IF_ERROR(
        WritePhones(directory / (recording.name + ".phones"), spans));
    const auto phones =
        std::count_if(spans.begin(), spans.end(),
                      [](const PhoneSpan& p) { return p.ipa != kPause; });
    table += fmt::format(
        "{}\t{:.3f}\t{}\t{:.4f}\t{}\n", recording.name,
        static_cast<double>(recording.samples.size()) / kSampleRateHz, phones,
        alignments[i]->score, alignments[i]->score > unused ? 1 : 0);
  }
  return WriteWhole(directory / "alignment.tsv", table);
}

}  // namespace longtake::reference
