#pragma once
// Recordings in, alignments out.
//
// NAME.wav    mono, 16-bit, 16 kHz
// NAME.txt    what is said, UTF-8, one line
// NAME.phones one phone a line, "start end ipa": seconds with four decimals,
//             contiguous from 0 to the end of the recording; "_" is silence
// alignment.tsv  one recording a line, with a header: name, seconds, phones,
//             score (see Alignment), use: 0 for the worst-scored 5 %

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/status/status.h"
#include "tools/motion_model/reference/aligner.h"

namespace longtake::reference {

struct SpokenText {
  std::string name;
  std::vector<float> samples;  // mono, 16 kHz
  std::string text;
};

// Every NAME.wav of the directory that has a NAME.txt, by name. InvalidArgument
// if there is none or one is not as described; the message names it.
StatusOr<std::vector<SpokenText>> ReadRecordings(
    const std::filesystem::path& directory);

// A phone with its times.
struct PhoneSpan {
  double start_s = 0;
  double end_s = 0;
  std::string ipa;
};

// The alignment of a recording of `samples` samples; the last phone ends with
// the recording.
std::vector<PhoneSpan> SpansOf(const Alignment& alignment, size_t samples);

Status WritePhones(const std::filesystem::path& path,
                   std::span<const PhoneSpan> phones);

// Writes NAME.phones for each alignment there is and alignment.tsv into
// `directory`, which must exist. recordings[i] is what alignments[i] aligns.
Status WriteAlignments(const std::filesystem::path& directory,
                       std::span<const Recording> recordings,
                       std::span<const std::optional<Alignment>> alignments);

}  // namespace longtake::reference
