#include "worker/engine/guides/motion_guides.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "worker/engine/guides/guide_text.h"

namespace longtake::worker {
namespace {

StatusOr<std::vector<EmotionCue>> ReadEmotionTrack(const Guide& guide,
                                                   int64_t end_us) {
  const NamedGuide named{"emotion track", guide};
  LT_ASSIGN_OR_RETURN(const std::vector<GuideRow> rows,
                      GuideTable(named, {"time", "emotion", "intensity"}));
  LT_ASSIGN_OR_RETURN(const std::vector<int64_t> times,
                      GuideTimes(named, rows, end_us));
  std::vector<EmotionCue> cues;
  for (size_t i = 0; i < rows.size(); ++i) {
    EmotionCue& cue = cues.emplace_back();
    cue.time_us = times[i];
    const StatusOr<Emotion> emotion = ParseEmotion(rows[i].cells[1]);
    if (!emotion.ok()) return named.At(rows[i].line, emotion.status());
    const StatusOr<double> intensity = ParseIntensity(rows[i].cells[2]);
    if (!intensity.ok()) return named.At(rows[i].line, intensity.status());
    if (*emotion != Emotion::kNeutral && *intensity > 0) {
      cue.felt = {*emotion, *intensity};
    }
  }
  return cues;
}

StatusOr<double> ReadAngle(const NamedGuide& named, const GuideRow& row,
                           size_t column, std::string_view name, double most) {
  const std::optional<double> degrees = ParseDecimal(row.cells[column]);
  if (degrees && std::abs(*degrees) <= most) return *degrees;
  return named.Error(
      row.line, fmt::format("{} '{}' is not a number of degrees from -{:g} to "
                            "{:g}",
                            name, row.cells[column], most, most));
}

StatusOr<std::vector<PoseKeyframe>> ReadPoseTrack(const Guide& guide,
                                                  int64_t end_us) {
  const NamedGuide named{"pose track", guide};
  LT_ASSIGN_OR_RETURN(const std::vector<GuideRow> rows,
                      GuideTable(named, {"time", "yaw", "pitch", "roll"}));
  LT_ASSIGN_OR_RETURN(const std::vector<int64_t> times,
                      GuideTimes(named, rows, end_us));
  std::vector<PoseKeyframe> keyframes;
  for (size_t i = 0; i < rows.size(); ++i) {
    PoseKeyframe& k = keyframes.emplace_back();
    k.time_us = times[i];
    LT_ASSIGN_OR_RETURN(k.yaw,
                        ReadAngle(named, rows[i], 1, "yaw", kMaxTrackYaw));
    LT_ASSIGN_OR_RETURN(k.pitch,
                        ReadAngle(named, rows[i], 2, "pitch", kMaxTrackPitch));
    LT_ASSIGN_OR_RETURN(k.roll,
                        ReadAngle(named, rows[i], 3, "roll", kMaxTrackRoll));
  }
  return keyframes;
}

}  // namespace

StatusOr<MotionGuides> ReadMotionGuides(const Guides& guides, int64_t end_us) {
  MotionGuides read;
  for (const auto& [role, guide] : guides) {
    if (role == kEmotionTrackRole) {
      LT_ASSIGN_OR_RETURN(read.cues, ReadEmotionTrack(guide, end_us));
    } else if (role == kPoseTrackRole) {
      LT_ASSIGN_OR_RETURN(read.keyframes, ReadPoseTrack(guide, end_us));
    } else if (role == kTranscriptRole) {
      LT_ASSIGN_OR_RETURN(read.transcript, ParseTranscript(guide, end_us));
    } else {
      return InvalidArgument(
          fmt::format("guide {} '{}' is unknown: the motion takes {}, {} and "
                      "{}",
                      guide.name, role, kEmotionTrackRole, kPoseTrackRole,
                      kTranscriptRole));
    }
  }
  return read;
}

}  // namespace longtake::worker
