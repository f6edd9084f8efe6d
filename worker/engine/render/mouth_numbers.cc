#include "worker/engine/render/mouth_numbers.h"

#include <algorithm>
#include <cmath>

namespace longtake::worker {
namespace {

constexpr float kJawDrop = 0.36f;     // IOD
constexpr float kTongueSide = 0.05f;  // softness of the tongue's sides, IOD

void FillTongue(const FacePose& pose, const MouthTraits& mouth,
                MouthNumbers* out) {
  MouthNumbers& v = *out;
  const float j = pose.jaw_open, tongue = pose.tongue_out;
  const float width = 0.27f - 0.06f * pose.pucker - 0.04f * pose.funnel;
  const float open = std::clamp((j - 0.1f) / 0.7f, 0.f, 1.f);
  const float lift = open * open * (3 - 2 * open);
  // Height of the tongue's back, moving with the jaw.
  const float back = mouth.lower_middle + 0.015f - 0.085f - 0.085f * lift -
                     0.075f * tongue +
                     0.07f * std::min(1.f, pose.pucker + 0.5f * pose.funnel);
  const float shine = 1 + 0.25f * tongue;
  v[kTongueAside] = -pose.jaw_shift;
  v[kTongueDepth] = -kJawDrop * j - back;
  v[kTongueWidth] = width / kTongueSide;
  v[kTongueLight] = 0.40f * shine;
  v[kTongueDeepLight] = 0.60f * shine;
  v[kTongueRound] = -0.5f / (width * width);
}

void FillTeeth(const FacePose& pose, const MouthTraits& mouth,
               MouthNumbers* out) {
  MouthNumbers& v = *out;
  const float hidden = TeethCover(pose);
  v[kLowerTeethUp] =
      0.022f - 0.6f * hidden - kJawDrop * pose.jaw_open - mouth.lower_middle;
  v[kUpperTeethDown] = mouth.incisor_edge - hidden;
  v[kToothGaps] = 1 - 0.6f * pose.tuck;
  const float round = 1 - 0.30f * pose.pucker - 0.15f * pose.funnel;
  v[kToothTintRed] = round;
  v[kToothTintGreen] = std::pow(round, 1.25f);
  v[kToothTintBlue] = std::pow(round, 1.5f);
}

void FillLight(const FacePose& pose, const MouthTraits& mouth,
               MouthNumbers* out) {
  MouthNumbers& v = *out;
  const float reach = 0.10f + kJawDrop * pose.jaw_open;
  v[kCavityScale] = 1 / reach;
  v[kCavityOffset] = -mouth.upper_middle / reach;
  // What a tucked lip leaves of the teeth lies in front, in the light.
  const float front = std::min(1.f, 1.4f * pose.tuck);
  v[kRoofDark] = 0.50f - 0.38f * front;
  v[kFloorDark] = 0.20f * (1 - front);
  v[kSlitDark] = 0.50f * (1 - front);
  v[kPhotoDark] = 0.25f * std::min(1.f, 2 * pose.jaw_open);
  for (const MouthNumber dark :
       {kRoofDark, kFloorDark, kSlitDark, kPhotoDark}) {
    v[dark + 1] = 1 - v[dark];
  }
  v[kLowerRim] = 0.62f * (1 - front);
  v[kUpperRim] = 0.45f * (1 - 0.8f * front);
}

}  // namespace

float TeethCover(const FacePose& pose) {
  return 0.12f * pose.pucker + 0.03f * pose.funnel;
}

MouthNumbers NumbersOf(const FacePose& pose, const MouthTraits& mouth) {
  MouthNumbers out{};
  FillTongue(pose, mouth, &out);
  FillTeeth(pose, mouth, &out);
  FillLight(pose, mouth, &out);
  return out;
}

}  // namespace longtake::worker
