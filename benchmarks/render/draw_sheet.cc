// Draws a contact sheet of one rig in the poses that show a drawer's faults,
// and prints what a frame costs by stage.
//
//   draw_sheet RIG SHEET.rgb [--crop full|face|mouth|eyes] [--tile 384]
//              [--frames ALL.rgb] [--repeat 20] [--motion TAKE.csv]
//   ffmpeg -f rawvideo -pix_fmt rgb24 -s 1536x1536 -i SHEET.rgb sheet.png
//
// RIG is an identity as the engine encodes it (longtake_stages --identity). A
// sheet has four tiles a row; ALL.rgb holds the full frames one after the
// other. With TAKE.csv (as `longtake motion export` writes it) the cost is that
// of its frames, and ALL.rgb holds those.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "worker/engine/identity/threading.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/engine/render/drawer.h"
#include "worker/engine/render/head_turn.h"
#include "worker/engine/rig/rig_file.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {
namespace {

struct Pose {
  const char* name;
  std::vector<std::pair<MotionChannel, float>> channels;
};

constexpr float kDegree = std::numbers::pi_v<float> / 180;

std::vector<Pose> Poses() {
  return {
      {"neutral", {}},
      {"PP closed",
       {{kMouthClose, 1},
        {kMouthPressLeft, .7f},
        {kMouthPressRight, .7f},
        {kJawOpen, .05f}}},
      {"AA wide",
       {{kJawOpen, .8f},
        {kMouthLowerDownLeft, .25f},
        {kMouthLowerDownRight, .25f},
        {kMouthUpperUpLeft, .2f},
        {kMouthUpperUpRight, .2f}}},
      {"EE",
       {{kJawOpen, .18f},
        {kMouthUpperUpLeft, .35f},
        {kMouthUpperUpRight, .35f},
        {kMouthLowerDownLeft, .45f},
        {kMouthLowerDownRight, .45f},
        {kMouthStretchLeft, .9f},
        {kMouthStretchRight, .9f}}},
      {"OO", {{kJawOpen, .45f}, {kMouthFunnel, .9f}, {kMouthPucker, .3f}}},
      {"UU",
       {{kJawOpen, .10f},
        {kMouthPucker, 1},
        {kMouthFunnel, .35f},
        {kMouthClose, .45f}}},
      {"FF",
       {{kJawOpen, .03f},
        {kMouthRollLower, 1},
        {kMouthUpperUpLeft, .7f},
        {kMouthUpperUpRight, .7f}}},
      {"half-open",
       {{kJawOpen, .4f}, {kMouthUpperUpLeft, .1f}, {kMouthUpperUpRight, .1f}}},
      {"smile", {{kMouthSmileLeft, 1}, {kMouthSmileRight, 1}}},
      {"blink", {{kEyeBlinkLeft, 1}, {kEyeBlinkRight, 1}}},
      {"look left", {{kEyeLookOutLeft, 1}, {kEyeLookInRight, 1}}},
      {"yaw+10", {{kHeadYaw, 10 * kDegree}}},
      {"yaw-10", {{kHeadYaw, -10 * kDegree}}},
      {"pitch+6", {{kHeadPitch, -6 * kDegree}}},
      {"roll5", {{kHeadRoll, 5 * kDegree}}},
      {"combined",
       {{kHeadYaw, 7 * kDegree},
        {kHeadPitch, 4 * kDegree},
        {kHeadRoll, -3 * kDegree},
        {kJawOpen, .5f},
        {kMouthUpperUpLeft, .2f},
        {kMouthUpperUpRight, .2f},
        {kEyeBlinkLeft, .4f},
        {kEyeBlinkRight, .4f},
        {kBrowInnerUp, .8f},
        {kBrowOuterUpLeft, .6f},
        {kBrowOuterUpRight, .6f},
        {kMouthSmileLeft, .5f},
        {kMouthSmileRight, .5f}}},
  };
}

MotionFrame ToMotion(const Pose& pose) {
  MotionFrame motion{};
  for (const auto& [channel, value] : pose.channels) motion[channel] = value;
  return motion;
}

struct Crop {
  float x = 0, y = 0, side = 0;  // pixels
};

Crop ChooseCrop(const FaceRig& rig, const std::string& name) {
  if (name == "full") {
    return {0, 0, static_cast<float>(std::min(rig.width, rig.height))};
  }
  Vec2 at{rig.mouth_centre.x, rig.mouth_centre.y + 0.1f};
  float half = 0.75f * rig.iod_px;
  if (name == "face") {
    at = {0, 0.55f};
    half = 1.75f * rig.iod_px;
  } else if (name == "eyes") {
    at = {0, 0};
    half = 0.9f * rig.iod_px;
  }
  const Vec2 px = PixelPoint(rig, at);
  return {px.x - half, px.y - half, 2 * half};
}

float Pixel(const Image& image, int x, int y, int c) {
  x = std::clamp(x, 0, image.width - 1);
  y = std::clamp(y, 0, image.height - 1);
  return image.rgb[(static_cast<size_t>(y) * image.width + x) * 3 + c];
}

// Copies a crop of `frame`, scaled linearly, into tile (column, row).
void PutTile(const Image& frame, const Crop& crop, int tile, int column,
             int row, Image* sheet) {
  const float scale = crop.side / static_cast<float>(tile);
  for (int y = 0; y < tile; ++y) {
    for (int x = 0; x < tile; ++x) {
      const float sx = crop.x + (x + 0.5f) * scale - 0.5f;
      const float sy = crop.y + (y + 0.5f) * scale - 0.5f;
      const int x0 = static_cast<int>(std::floor(sx));
      const int y0 = static_cast<int>(std::floor(sy));
      const float fx = sx - x0, fy = sy - y0;
      for (int c = 0; c < 3; ++c) {
        const float value = (Pixel(frame, x0, y0, c) * (1 - fx) +
                             Pixel(frame, x0 + 1, y0, c) * fx) *
                                (1 - fy) +
                            (Pixel(frame, x0, y0 + 1, c) * (1 - fx) +
                             Pixel(frame, x0 + 1, y0 + 1, c) * fx) *
                                fy;
        const size_t at = (static_cast<size_t>(row * tile + y) * sheet->width +
                           column * tile + x) *
                              3 +
                          c;
        sheet->rgb[at] = static_cast<uint8_t>(std::lround(value));
      }
    }
  }
}

// Processor time of this thread, so that a busy machine doesn't show.
class StageClock {
 public:
  void Restart() { last_ms_ = Now(); }
  void Stage(std::string_view name) {
    const double now = Now();
    total_ms_[std::string(name)] += now - last_ms_;
    last_ms_ = now;
  }
  void Print(int frames) const {
    double sum = 0;
    for (const auto& [name, ms] : total_ms_) {
      std::printf("%-10s %7.3f ms\n", name.c_str(), ms / frames);
      sum += ms / frames;
    }
    std::printf("%-10s %7.3f ms a frame\n", "total", sum);
  }

 private:
  static double Now() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 +
           static_cast<double>(t.tv_nsec) * 1e-6;
  }

  double last_ms_ = 0;
  std::map<std::string, double> total_ms_;
};

bool WriteBytes(const std::string& path, const std::vector<uint8_t>& bytes,
                std::ios::openmode mode) {
  std::ofstream file(path, std::ios::binary | mode);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return file.good();
}

struct Arguments {
  std::string rig, sheet, crop = "face", frames, motion, drawer = "host";
  int tile = 384, repeat = 20;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "draw_sheet: %s\n", message.c_str());
  return 2;
}

int DrawPoses(const Arguments& args, const FaceRig& rig, FrameDrawer* drawer) {
  const std::vector<Pose> poses = Poses();
  const Crop crop = ChooseCrop(rig, args.crop);
  Image sheet(4 * args.tile, 4 * args.tile), frame;
  for (size_t i = 0; i < poses.size(); ++i) {
    const Status s = drawer->Draw(ToMotion(poses[i]), &frame);
    if (!s.ok()) return Fail(std::string(s.message()));
    PutTile(frame, crop, args.tile, i % 4, i / 4, &sheet);
    if (!args.frames.empty() && args.motion.empty()) {
      WriteBytes(args.frames, frame.rgb, std::ios::app);
    }
  }
  if (!WriteBytes(args.sheet, sheet.rgb, std::ios::trunc)) {
    return Fail("can't write " + args.sheet);
  }
  return 0;
}

// Of a take, or of the last pose again and again.
int TimeFrames(const Arguments& args, StageClock* clock, FrameDrawer* drawer) {
  std::vector<MotionFrame> motion(args.repeat, ToMotion(Poses().back()));
  if (!args.motion.empty()) {
    std::ifstream csv(args.motion);
    const auto track =
        ImportLiveLinkCsv(csv, {.rate = {30, 1},
                                .timecode_frames_per_second = 30,
                                .mouth_close = MouthCloseMeaning::kSeal});
    if (!track.ok()) return Fail(std::string(track.status().message()));
    motion = track->frames;
  }
  Image frame;
  for (const MotionFrame& m : motion) {
    clock->Restart();
    if (!drawer->Draw(m, &frame).ok()) return Fail("draw failed");
    if (!args.frames.empty() && !args.motion.empty()) {
      WriteBytes(args.frames, frame.rgb, std::ios::app);
    }
  }
  if (!motion.empty()) clock->Print(static_cast<int>(motion.size()));
  return 0;
}

int Run(const Arguments& args) {
  std::ifstream file(args.rig, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  const auto identity = Safetensors::Parse(bytes.str());
  if (!identity.ok()) return Fail(args.rig + ": not safetensors");
  auto parsed = ReadRig(*identity);
  if (!parsed.ok()) {
    return Fail(args.rig + ": " + std::string(parsed.status().message()));
  }
  const auto rig = std::make_shared<const FaceRig>(*std::move(parsed));
  StageClock clock;
  DrawerOptions options;
  options.on_stage = [&](std::string_view name) { clock.Stage(name); };
  auto drawer = args.drawer == "host" ? CreateHostDrawer(rig, options)
                                      : CreateTorchDrawer(rig, options);
  if (!drawer.ok()) return Fail(std::string(drawer.status().message()));

  if (!args.frames.empty()) WriteBytes(args.frames, {}, std::ios::trunc);
  if (const int failed = DrawPoses(args, *rig, drawer->get()); failed != 0) {
    return failed;
  }
  clock = StageClock();
  return TimeFrames(args, &clock, drawer->get());
}

}  // namespace
}  // namespace longtake::worker

int main(int argc, char** argv) {
  longtake::worker::Arguments args;
  CLI::App app("Contact sheet of one rig, and the cost of a frame");
  app.add_option("rig", args.rig)->required();
  app.add_option("sheet", args.sheet)->required();
  app.add_option("--crop", args.crop)
      ->check(CLI::IsMember({"full", "face", "mouth", "eyes"}));
  app.add_option("--tile", args.tile)->check(CLI::Range(64, 1024));
  app.add_option("--frames", args.frames);
  app.add_option("--motion", args.motion)->check(CLI::ExistingFile);
  app.add_option("--drawer", args.drawer)
      ->check(CLI::IsMember({"host", "torch"}));
  app.add_option("--repeat", args.repeat)->check(CLI::Range(0, 100000));
  CLI11_PARSE(app, argc, argv);
  longtake::worker::SetDeterministicThreading();
  return longtake::worker::Run(args);
}
