#include "tools/motion_model/reference/first_guess.h"

#include <algorithm>

#include "tools/motion_model/reference/phones.h"
#include "tools/motion_model/reference/time_warp.h"

namespace longtake::reference {
namespace {

constexpr float kClosureDb = -30;  // below this a stop is closed
constexpr double kLongestClosureS = 0.12;
constexpr int kDecimation = 2;  // the warp works on every second frame
constexpr int kWarpWidth = 2 * kCepstra;
constexpr float kStepCost = 0.15f;

// How long it has been silent just before `at_s`.
double SilenceBefore(std::span<const float> loudness_db, double at_s,
                     double not_before_s) {
  const auto at = std::min(static_cast<int>(at_s / kHopSeconds),
                           static_cast<int>(loudness_db.size()));
  const auto least = static_cast<int>(
      std::max(not_before_s, at_s - kLongestClosureS) / kHopSeconds);
  int first = at;
  while (first > std::max(least, 0) && loudness_db[first - 1] < kClosureDb) {
    --first;
  }
  return (at - first) * kHopSeconds;
}

std::vector<float> WarpRows(std::span<const Feature> frames) {
  std::vector<float> rows;
  for (size_t f = 0; f < frames.size(); f += kDecimation) {
    rows.insert(rows.end(), frames[f].begin(), frames[f].begin() + kWarpWidth);
  }
  return rows;
}

}  // namespace

std::vector<Slot> SlotsOf(const Utterance& guide,
                          std::span<const float> loudness_db) {
  const std::string silence(kPause);
  std::vector<Slot> slots = {{silence, 0}};
  for (const SpokenPhone& phone : guide.phones) {
    double start_s = phone.start_s;
    if (IsVoicelessStop(phone.ipa)) {
      start_s -= SilenceBefore(loudness_db, start_s, slots.back().guide_s);
    }
    const bool after_silence = slots.back().ipa == silence;
    if (phone.ipa == kPause && after_silence) continue;
    if (phone.starts_word && !after_silence)
      slots.push_back({silence, start_s});
    slots.push_back({phone.ipa, start_s});
  }
  if (slots.back().ipa != silence) {
    slots.push_back(
        {silence, static_cast<double>(guide.samples.size()) / kSampleRateHz});
  }
  return slots;
}

std::vector<int> GuessSlots(std::span<const Slot> slots,
                            std::span<const Feature> recording,
                            std::span<const Feature> guide) {
  std::vector<int> slot_of(recording.size(), 0);
  if (recording.empty() || guide.empty()) return slot_of;
  const std::vector<float> a = WarpRows(recording);
  const std::vector<float> b = WarpRows(guide);
  const std::vector<int> onto =
      WarpOnto({a, kWarpWidth}, {b, kWarpWidth}, kStepCost);
  int slot = 0;
  for (size_t f = 0; f < recording.size(); ++f) {
    const double at_s = onto[f / kDecimation] * kDecimation * kHopSeconds;
    while (slot + 1 < static_cast<int>(slots.size()) &&
           slots[slot + 1].guide_s <= at_s) {
      ++slot;
    }
    slot_of[f] = slot;
  }
  return slot_of;
}

}  // namespace longtake::reference
