#pragma once
// --in and --out: a part of the take alone.

#include <CLI/CLI.hpp>
#include <string>

#include "common/media_time/media_time.h"
#include "common/status/status.h"

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

// Whether the sound lasts as long: decodes it up to the range's end.
// InvalidArgument names the flag to change; else MeasureAudio's errors.
Status CheckRange(FrameRange range, const std::string& audio_path,
                  FrameRate rate, const std::string& dashes = "--");

}  // namespace longtake::client
