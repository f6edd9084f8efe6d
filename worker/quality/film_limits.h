#pragma once
// The one table of what a film is judged by. The reasons for the limits are in
// docs/quality_report.md.

#include <array>
#include <limits>
#include <string_view>

namespace longtake::worker {

enum class FigureId {
  kFrames,
  kOffGrid,
  kMissing,
  kLength,
  kBlack,
  kFrozen,
  kDuplicates,
  kSeam,
  kColour,
  kColourDrift,
  kFaceMissing,
  kIdentityDistance,
  kIdentityCosine,
  kIdentityDrift,
  kOffset,
  kDrift,
  kCorrelation,
  kClosureRecall,
  kClosurePrecision,
  kSilence,
  kLoudness,
  kPeak,
};

// Values in [pass_low, pass_high] pass, others in [fail_low, fail_high] are
// warned about, all others fail.
struct FigureLimits {
  double pass_low, pass_high;
  double fail_low, fail_high;
};

struct FigureKind {
  FigureId id;
  std::string_view name;   // for machines
  std::string_view group;  // for people: what belongs together
  std::string_view title;
  std::string_view unit;  // after the number; may be empty
  int decimals;
  FigureLimits limits;
};

inline constexpr double kAny = std::numeric_limits<double>::infinity();

// What may be missing or too much, and is not allowed to be.
inline constexpr FigureLimits kNoneAllowed = {0, 0, 0, 0};

inline constexpr std::array kFigureKinds = {
    FigureKind{FigureId::kFrames, "frames_beyond_job", "Timing",
               "Pictures more than the job's", "", 0, kNoneAllowed},
    FigureKind{FigureId::kOffGrid, "frames_off_grid", "Timing",
               "Pictures beside their beat", "", 0, kNoneAllowed},
    FigureKind{FigureId::kMissing, "frames_missing", "Timing",
               "Pictures missing", "", 0, kNoneAllowed},
    FigureKind{FigureId::kLength,
               "sound_end_ms",
               "Timing",
               "Sound ends after the picture by",
               "ms",
               1,
               {-45, 25, -100, 100}},
    FigureKind{FigureId::kBlack, "black_frames", "Picture", "Black pictures",
               "", 0, kNoneAllowed},
    FigureKind{FigureId::kFrozen,
               "frozen_seconds",
               "Picture",
               "Frozen while something is heard",
               "s",
               2,
               {0, 0, 0, 1}},
    FigureKind{FigureId::kDuplicates,
               "duplicates_percent",
               "Picture",
               "Pictures shown twice",
               "%",
               2,
               {0, 0.1, 0, 1}},
    FigureKind{FigureId::kSeam,
               "seam_ratio_max",
               "Picture",
               "Worst seam, against its surroundings",
               "x",
               2,
               {0, 2.2, 0, 4}},
    FigureKind{FigureId::kColour,
               "colour_delta_e_max",
               "Picture",
               "Colours away from the film's own, at most",
               "dE",
               2,
               {0, 2.3, 0, 5}},
    FigureKind{FigureId::kColourDrift,
               "colour_drift_delta_e",
               "Picture",
               "Colours at the end, from the beginning's",
               "dE",
               2,
               {0, 1.5, 0, 3}},
    FigureKind{FigureId::kFaceMissing,
               "face_missing_percent",
               "Face",
               "Pictures without the face",
               "%",
               1,
               {0, 0, 0, 10}},
    FigureKind{FigureId::kIdentityDistance,
               "identity_max_distance",
               "Face",
               "Distance to the portrait, at most",
               "",
               3,
               {0, 0.50, 0, 0.60}},
    FigureKind{FigureId::kIdentityCosine,
               "identity_min_cosine",
               "Face",
               "Cosine to the portrait, at least",
               "",
               3,
               {0.92, kAny, 0.88, kAny}},
    FigureKind{FigureId::kIdentityDrift,
               "identity_drift",
               "Face",
               "Distance gained from beginning to end",
               "",
               3,
               {-kAny, 0.05, -kAny, 0.10}},
    FigureKind{FigureId::kOffset,
               "av_offset_ms",
               "Lips and sound",
               "Sound after the lips by",
               "ms",
               1,
               {-22, 22, -40, 60}},
    FigureKind{FigureId::kDrift,
               "av_drift_ms",
               "Lips and sound",
               "Sound moves against the lips by, over the film",
               "ms",
               1,
               {-22, 22, -40, 40}},
    FigureKind{FigureId::kCorrelation,
               "opening_r",
               "Lips and sound",
               "Correlation of the mouth seen and heard",
               "",
               2,
               {0.60, kAny, 0.10, kAny}},
    FigureKind{FigureId::kClosureRecall,
               "closure_recall_percent",
               "Lips and sound",
               "p, b and m with the lips shut",
               "%",
               0,
               {70, kAny, -kAny, kAny}},
    FigureKind{FigureId::kClosurePrecision,
               "closure_precision_percent",
               "Lips and sound",
               "Shut lips that are a p, b or m",
               "%",
               0,
               {60, kAny, -kAny, kAny}},
    FigureKind{FigureId::kSilence,
               "silence_motion_percent",
               "Lips and sound",
               "Mouth moves in pauses, against speech",
               "%",
               0,
               {0, 35, 0, 80}},
    FigureKind{FigureId::kLoudness,
               "loudness_lufs",
               "Sound",
               "Loudness",
               "LUFS",
               1,
               {-33, -9, -kAny, kAny}},
    FigureKind{FigureId::kPeak,
               "sample_peak_dbfs",
               "Sound",
               "Sample peak",
               "dBFS",
               1,
               {-kAny, -0.1, -kAny, kAny}},
};

}  // namespace longtake::worker
