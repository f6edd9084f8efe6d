#include "tools/sheets/poses.h"

#include <fmt/format.h>

#include <numbers>
#include <utility>

#include "worker/engine/motion/emotion_face.h"
#include "worker/engine/motion/set_channels.h"
#include "worker/engine/phonetics/phones.h"
#include "worker/engine/phonetics/teacher_curves.h"
#include "worker/engine/speech/speech_motion_model.h"

namespace longtake::tools {
namespace {

using worker::Emotion;
using worker::EmotionWeights;
using worker::kEmotionCount;
using worker::MotionFrame;
using worker::Viseme;

constexpr double kDegree = std::numbers::pi / 180;

MotionFrame SayViseme(Viseme viseme) {
  const worker::MouthCurves& curves = worker::VisemeTarget(viseme);
  MotionFrame motion{};
  worker::SetMouth(curves, &motion);
  worker::SetBoth(worker::kMouthSmileLeft, worker::kMouthSmileRight,
                  curves[worker::kCurveSmile], &motion);
  return motion;
}

void Turn(double yaw_degrees, double pitch_degrees, double roll_degrees,
          MotionFrame* motion) {
  worker::Set(worker::kHeadYaw, yaw_degrees * kDegree, motion);
  worker::Set(worker::kHeadPitch, pitch_degrees * kDegree, motion);
  worker::Set(worker::kHeadRoll, roll_degrees * kDegree, motion);
}

NamedPose Feel(Emotion emotion, double intensity) {
  const int index = static_cast<int>(emotion);
  NamedPose pose{
      fmt::format("{} {:.1f}", worker::EmotionNames()[index], intensity)};
  EmotionWeights weights{};
  weights[index] = intensity;
  worker::AddEmotion(weights, 1, &pose.motion);
  const worker::EmotionManner manner = worker::MannerOf(weights);
  Turn(0, manner.pitch_degrees, manner.roll_degrees, &pose.motion);
  return pose;
}

NamedPose Turned(std::string name, double yaw_degrees, double pitch_degrees,
                 double roll_degrees, Viseme viseme) {
  NamedPose pose{std::move(name), SayViseme(viseme)};
  Turn(yaw_degrees, pitch_degrees, roll_degrees, &pose.motion);
  return pose;
}

}  // namespace

std::vector<NamedPose> VisemePoses() {
  std::vector<NamedPose> poses;
  for (int v = 0; v < worker::kVisemes; ++v) {
    const auto viseme = static_cast<Viseme>(v);
    poses.push_back(
        {std::string(worker::VisemeName(viseme)), SayViseme(viseme)});
  }
  NamedPose& shut = poses.emplace_back(NamedPose{"silence"});
  shut.motion[worker::kMouthClose] = 1;
  return poses;
}

std::vector<NamedPose> EmotionPoses() {
  std::vector<NamedPose> poses;
  for (const double intensity : {0.3, 0.6, 1.0}) {
    for (int e = 0; e < kEmotionCount; ++e) {
      poses.push_back(Feel(static_cast<Emotion>(e), intensity));
    }
  }
  const Viseme silent = worker::kVisemeSil;
  poses.push_back(Turned("yaw +12", 12, 0, 0, silent));
  poses.push_back(Turned("yaw -12", -12, 0, 0, silent));
  poses.push_back(Turned("pitch +8", 0, 8, 0, silent));
  poses.push_back(Turned("pitch -8", 0, -8, 0, silent));
  poses.push_back(Turned("roll +6", 0, 0, 6, silent));
  poses.push_back(Turned("yaw +12 aa", 12, 0, 0, worker::kVisemeAA));
  poses.push_back(Turned("yaw -12 oo", -12, 0, 0, worker::kVisemeOO));
  poses.push_back(Turned("pitch +8 ff", 0, 8, 0, worker::kVisemeFF));
  return poses;
}

}  // namespace longtake::tools
