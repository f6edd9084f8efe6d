#pragma once
// --in and --out: a part of the take alone.

#include <CLI/CLI.hpp>
#include <string>

#include "common/media_time/media_time.h"
#include "common/status/status.h"
#include "worker/media/audio_length.h"

namespace longtake::client {

// As given; empty: not given.
struct RangeFlags {
  std::string in, out;
};
// `flags` outlives running.
void AddRangeFlags(CLI::App* command, RangeFlags* flags);

// The frame at a moment: "75.5", "1:15.5", "00:01:15.500" (at most six
// decimals) or "1890f", a frame's number. A moment between two frames is the
// nearer one, the later of two as near. InvalidArgument says what is accepted.
StatusOr<FrameIndex> ParseMoment(const std::string& text, FrameRate rate);

// The frames from --in to --out, the latter left out; an end of kToTheEnd
// without --out; empty without either. InvalidArgument where nothing is left.
// Messages call the two `dashes` in and out.
StatusOr<FrameRange> RangeOf(const RangeFlags& flags, FrameRate rate,
                             const std::string& dashes = "--");

// Microseconds of a sound that tell whether it lasts as long as the range.
int64_t EnoughOf(FrameRange range, FrameRate rate);
// Whether a sound of which so much was heard lasts as long. InvalidArgument
// names the flag to change.
Status CheckRange(FrameRange range, FrameRate rate,
                  const worker::AudioLength& heard,
                  const std::string& audio_path,
                  const std::string& dashes = "--");
// The same for a file: decodes it up to the range's end. MeasureAudio's errors.
Status CheckRange(FrameRange range, const std::string& audio_path,
                  FrameRate rate);

}  // namespace longtake::client
