// Draws the same frames on processors and on a device: how near the pictures
// are, and how many a second each draws. Exit code 1 where they differ by more
// than docs/drawing.md allows. Run by benchmarks/gpu.sh.
//
//   longtake_device_check RIG TAKE.csv [--device cuda] [--json FILE]

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "worker/engine/identity/threading.h"
#include "worker/engine/motion/live_link_csv.h"
#include "worker/engine/render/drawer.h"
#include "worker/engine/rig/rig_file.h"
#include "worker/engine/safetensors/safetensors.h"

namespace longtake::worker {
namespace {

constexpr double kLeastPsnr = 45;  // dB
// Every so many frames of the take are compared; all of them are timed.
constexpr size_t kCompareEvery = 10;

struct Arguments {
  std::string rig, motion, device = "cuda", json;
};

double Psnr(const Image& a, const Image& b) {
  double sum = 0;
  for (size_t i = 0; i < a.rgb.size(); ++i) {
    const double d = double{1} * a.rgb[i] - b.rgb[i];
    sum += d * d;
  }
  if (sum == 0) return 99;
  return 10 * std::log10(255.0 * 255 * static_cast<double>(a.rgb.size()) / sum);
}

// Frames a second over the whole take.
StatusOr<double> Speed(FrameDrawer& drawer, const MotionTrack& track) {
  Image frame;
  // Kernels are loaded and memory is allocated at the first frames.
  for (size_t i = 0; i < std::min<size_t>(5, track.frames.size()); ++i) {
    LT_RETURN_IF_ERROR(drawer.Draw(track.frames[i], &frame));
  }
  const auto begin = std::chrono::steady_clock::now();
  for (const MotionFrame& motion : track.frames) {
    LT_RETURN_IF_ERROR(drawer.Draw(motion, &frame));
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  return static_cast<double>(track.frames.size()) / took.count();
}

StatusOr<int> Run(const Arguments& args) {
  std::ifstream file(args.rig, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  LT_ASSIGN_OR_RETURN(const Safetensors identity,
                      Safetensors::Parse(bytes.str()));
  LT_ASSIGN_OR_RETURN(FaceRig parsed, ReadRig(identity));
  const auto rig = std::make_shared<const FaceRig>(std::move(parsed));
  std::ifstream csv(args.motion);
  LT_ASSIGN_OR_RETURN(
      const MotionTrack track,
      ImportLiveLinkCsv(csv, {.rate = {30, 1},
                              .timecode_frames_per_second = 30,
                              .mouth_close = MouthCloseMeaning::kSeal}));
  LT_ASSIGN_OR_RETURN(const auto host, CreateHostDrawer(rig));
  LT_ASSIGN_OR_RETURN(const auto device,
                      CreateTorchDrawer(rig, {.device = args.device}));
  double least = 99, sum = 0;
  int compared = 0;
  Image a, b;
  for (size_t i = 0; i < track.frames.size(); i += kCompareEvery) {
    LT_RETURN_IF_ERROR(host->Draw(track.frames[i], &a));
    LT_RETURN_IF_ERROR(device->Draw(track.frames[i], &b));
    const double psnr = Psnr(a, b);
    least = std::min(least, psnr);
    sum += psnr;
    ++compared;
  }
  LT_ASSIGN_OR_RETURN(const double host_speed, Speed(*host, track));
  LT_ASSIGN_OR_RETURN(const double device_speed, Speed(*device, track));
  const double mean = compared == 0 ? 0 : sum / compared;
  std::printf(
      "%d frames compared: PSNR %.1f dB on average, %.1f at least (goal "
      "%.0f)\nprocessor %.0f frames a second on one thread, %s %.0f\n",
      compared, mean, least, kLeastPsnr, host_speed, args.device.c_str(),
      device_speed);
  if (!args.json.empty()) {
    std::ofstream(args.json)
        << nlohmann::json{{"device", args.device},
                          {"psnr_mean_db", mean},
                          {"psnr_least_db", least},
                          {"host_frames_per_second", host_speed},
                          {"device_frames_per_second", device_speed}}
               .dump(2)
        << "\n";
  }
  return compared > 0 && least >= kLeastPsnr ? 0 : 1;
}

}  // namespace
}  // namespace longtake::worker

int main(int argc, char** argv) {
  longtake::worker::Arguments args;
  CLI::App app("Frames drawn on a device against those of the processor");
  app.add_option("rig", args.rig)->required()->check(CLI::ExistingFile);
  app.add_option("motion", args.motion)->required()->check(CLI::ExistingFile);
  app.add_option("--device", args.device, "as LibTorch spells it");
  app.add_option("--json", args.json, "also write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  longtake::worker::SetDeterministicThreading();
  const auto outcome = longtake::worker::Run(args);
  if (!outcome.ok()) {
    std::fprintf(stderr, "longtake_device_check: %s\n",
                 longtake::Message(outcome.status()).c_str());
    return 2;
  }
  return *outcome;
}
