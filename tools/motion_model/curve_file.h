#pragma once
// NAME.curves: mouth curves that were measured in a film, every 20 ms of the
// sound of that name. docs/formats.md, "Training speech".

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "worker/engine/phonetics/mouth_curves.h"

namespace longtake::motion_tools {

// Row k of a file is the mouth at k times this, seconds.
inline constexpr double kCurveStepSeconds = 0.02;

// The column of each curve.
inline constexpr const char* kCurveNames[worker::kMouthCurves] = {
    "jaw",       "lipClose", "funnel",  "pucker",    "stretch", "smile",
    "rollLower", "press",    "upperUp", "lowerDown", "tongue"};

// Nothing is known of it: NaN in memory, "-" in a file.
worker::MouthCurves UnknownCurves();

std::string FormatCurves(std::span<const worker::MouthCurves> curves);

// InvalidArgument names `name`, the line and what it should be: another
// heading, fields that lack, a time that is not the next, a value that is
// neither "-" nor from 0 to 1.
StatusOr<std::vector<worker::MouthCurves>> ParseCurves(std::string_view text,
                                                       const std::string& name);

// Between two rows: what is known in both. Unknown before the first and after
// the last.
worker::MouthCurves CurvesAt(std::span<const worker::MouthCurves> curves,
                             double seconds);

}  // namespace longtake::motion_tools
