#pragma once
// Which phone is spoken when.
//
// A .phones file is UTF-8, one phone a line: "start end phone", seconds with
// four decimals, single spaces; the lines follow each other without gap or
// overlap from 0 to the end of the sound. Phones: ipa.h.

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace longtake::speech_data {

struct TimedPhone {
  double start_s = 0;
  double end_s = 0;
  std::string phone;

  bool operator==(const TimedPhone&) const = default;
};
using PhoneTrack = std::vector<TimedPhone>;

// From phones that begin at the given times, each until the next begins and the
// last until `duration_s`: several phones of one event share its time equally,
// those that would last less than half a tenth of a millisecond are left out,
// neighbouring silences become one. What comes before the first is silence.
struct PhoneStart {
  double start_s = 0;
  std::vector<std::string> phones;  // empty: the phone before goes on
};
PhoneTrack TrackFromStarts(const std::vector<PhoneStart>& starts,
                           double duration_s);

// Without the silences inside that are too short for a mouth to close and open
// again (40 ms): each belongs to the stop that follows, whose closure it is, or
// else to the phone before.
PhoneTrack WithoutShortSilences(const PhoneTrack& track);

// InvalidArgument unless the track covers [0, duration_s] as a .phones file
// must, with phones of the inventory, at least one of them no silence.
Status CheckTrack(const PhoneTrack& track, double duration_s);

std::string FormatPhones(const PhoneTrack& track);
// DataLoss with the line's number when `text` is no .phones file.
StatusOr<PhoneTrack> ParsePhones(std::string_view text);

}  // namespace longtake::speech_data
