#pragma once
// The flags that shape the planned motion, the same wherever motion is planned:
// strengths, mood, gaze, blinks, tracks and words.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "client/files/guide_files.h"
#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake::client {

// As given; empty: not given.
struct DialFlags {
  std::string lip, expression, pose, blink_rate, gaze, emotion, language;
  std::string emotion_track, pose_track, transcript;  // paths
  std::vector<std::string> controls;                  // "name=value"
};
// `flags` outlives running.
void AddDialFlags(CLI::App* command, DialFlags* flags);

// Names of the controls that have a flag, and a setting in batches, of their
// own.
const std::vector<std::string>& DialNames();
// Roles of the guides, which are also their settings in batches.
const std::vector<std::string>& GuideRoles();

// The engine's controls: the flags' and those of --control. InvalidArgument:
// one that is given twice.
StatusOr<Controls> ControlsOf(const DialFlags& flags);
GuidePaths GuidePathsOf(const DialFlags& flags);

// What the built-in engine says to `controls`, and to what does not go
// together: an emotion and an emotion track; guides and a motion file. Other
// engines are asked nothing.
Status CheckDials(const std::string& engine, const Controls& controls,
                  const GuidePaths& guides, bool follows_motion);

}  // namespace longtake::client
