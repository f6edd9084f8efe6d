#pragma once
// What is said, as text: plain, or with times as SubRip (.srt) or WebVTT (.vtt)
// subtitles. Reads and checks; turning the words into phonemes is another's
// job.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/engine.h"

namespace longtake::worker {

// A paragraph of a plain text, or one cue of subtitles. UTF-8, one line, single
// spaces, no mark-up; never empty.
struct TranscriptPhrase {
  std::string text;
  int64_t line = 0;       // where it begins in the file, from 1
  int64_t begin_us = -1;  // -1: not known
  int64_t end_us = -1;    // > begin_us where known
  bool timed() const { return begin_us >= 0; }
  friend bool operator==(const TranscriptPhrase&,
                         const TranscriptPhrase&) = default;
};

enum class TranscriptFormat { kText, kSrt, kVtt };

// By content, so that the name of a file never changes a result: WebVTT begins
// with "WEBVTT"; SubRip has a line of times as its first or second.
TranscriptFormat DetectTranscriptFormat(std::string_view text);

// All phrases, or none. Plain text: paragraphs, parted by blank lines. Cues
// without words (music, empty) are left out. InvalidArgument, one line that
// names the file, its line and the remedy: nothing said, not UTF-8, times that
// can't be read, end before they begin, go back, or begin past `end_us`, the
// end of the audio; a name that ends in .srt or .vtt without being one.
StatusOr<std::vector<TranscriptPhrase>> ParseTranscript(const Guide& guide,
                                                        int64_t end_us);

}  // namespace longtake::worker
