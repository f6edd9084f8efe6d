#include "client/cli/dial_flags.h"

#include <fmt/format.h>

#include "client/cli/pairs.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/motion_controls.h"

namespace longtake::client {
namespace {

struct Dial {
  const char* control;
  std::string DialFlags::*value;
};
constexpr Dial kDials[] = {
    {"lip", &DialFlags::lip},          {"expression", &DialFlags::expression},
    {"pose", &DialFlags::pose},        {"blink_rate", &DialFlags::blink_rate},
    {"gaze", &DialFlags::gaze},        {"emotion", &DialFlags::emotion},
    {"language", &DialFlags::language}};

struct GuideDial {
  const char* role;
  std::string DialFlags::*path;
};
constexpr GuideDial kGuides[] = {
    {worker::kEmotionTrackRole, &DialFlags::emotion_track},
    {worker::kPoseTrackRole, &DialFlags::pose_track},
    {worker::kTranscriptRole, &DialFlags::transcript}};

constexpr char kGroup[] = "Motion";

}  // namespace

void AddDialFlags(CLI::App* command, DialFlags* flags) {
  const auto add = [command](const char* name, std::string* value,
                             const char* description) {
    command->add_option(name, *value, description)
        ->group(kGroup)
        ->check([](const std::string& text) {
          return std::string(text.empty() ? "the value is empty" : "");
        });
  };
  add("--lip", &flags->lip,
      "strength of the mouth's motion, 0 (shut) to 2 [1]");
  add("--expression", &flags->expression,
      "strength of brows, cheeks, smile and emotions, 0 to 2 [1]");
  add("--pose", &flags->pose,
      "strength of the head's own motion, 0 (still) to 2 [1]");
  add("--emotion", &flags->emotion,
      "EMOTION or EMOTION:INTENSITY for all of the take: neutral, happy, sad, "
      "angry, surprised, fearful, disgusted, contempt; intensity 0 to 1 [1]");
  add("--emotion-track", &flags->emotion_track,
      "CSV of emotions by time: time,emotion,intensity");
  add("--gaze", &flags->gaze,
      "camera (stays on the viewer) or wander (looks away at times) [wander]");
  add("--blink-rate", &flags->blink_rate,
      "blinks a minute while talking, 0 to 60 [26]");
  add("--pose-track", &flags->pose_track,
      "CSV of head keyframes in degrees: time,yaw,pitch,roll");
  add("--transcript", &flags->transcript,
      "what is said: plain text, SubRip (.srt) or WebVTT (.vtt)");
  add("--language", &flags->language,
      "the transcript's language: en, fr, pt-br, ...");
  command
      ->add_option("--control", flags->controls,
                   "engine control name=value, repeatable: for what has no "
                   "flag of its own in other engines")
      ->take_all()
      ->group(kGroup);
}

const std::vector<std::string>& DialNames() {
  static const auto& names = *[] {
    auto* list = new std::vector<std::string>();
    for (const Dial& dial : kDials) list->push_back(dial.control);
    return list;
  }();
  return names;
}

const std::vector<std::string>& GuideRoles() {
  static const auto& roles = *[] {
    auto* list = new std::vector<std::string>();
    for (const GuideDial& guide : kGuides) list->push_back(guide.role);
    return list;
  }();
  return roles;
}

StatusOr<Controls> ControlsOf(const DialFlags& flags) {
  LT_ASSIGN_OR_RETURN(Controls controls, ParsePairs("control", flags.controls));
  for (const Dial& dial : kDials) {
    const std::string& value = flags.*dial.value;
    if (value.empty()) continue;
    if (!controls.emplace(dial.control, value).second) {
      return InvalidArgument(
          fmt::format("control '{}' is given by --control and by its own flag: "
                      "leave out one of them",
                      dial.control));
    }
  }
  return controls;
}

GuidePaths GuidePathsOf(const DialFlags& flags) {
  GuidePaths paths;
  for (const GuideDial& guide : kGuides) {
    const std::string& path = flags.*guide.path;
    if (!path.empty()) paths[guide.role] = path;
  }
  return paths;
}

Status CheckDials(const std::string& engine, const Controls& controls,
                  const GuidePaths& guides, bool follows_motion) {
  if (follows_motion && !guides.empty()) {
    return InvalidArgument(
        fmt::format("a motion file is followed as it is: leave out the {}",
                    GuideTitle(guides.begin()->first)));
  }
  if (engine != kDefaultEngine) return OkStatus();
  LT_RETURN_IF_ERROR(worker::ParseMotionControls(controls).status());
  if (controls.contains("emotion") &&
      guides.contains(worker::kEmotionTrackRole)) {
    return InvalidArgument(
        "an emotion for all of the take and an emotion track do not go "
        "together: leave out one of them");
  }
  if (guides.contains(worker::kTranscriptRole) &&
      !controls.contains("language")) {
    return InvalidArgument(
        "the transcript's language is not told: give --language, for example "
        "--language en");
  }
  return OkStatus();
}

}  // namespace longtake::client
