// Draws the same frames on processors and on a device: how near the pictures
// are, whether a frame's bits depend on the batch that it is drawn in, and how
// many frames a second each draws. Exit code 1 where the pictures differ by
// more than docs/drawing.md allows, or the bits by anything. Run by
// benchmarks/gpu.sh.
//
//   longtake_device_check RIG TAKE.csv [--device cuda] [--batch 16]
//                         [--json FILE]

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
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

// Frames that are drawn again in batches with other borders, so many later.
constexpr size_t kBorderFrames = 64, kBorderShift = 5;

struct Arguments {
  std::string rig, motion, device = "cuda", json;
  int batch = kDeviceBatchFrames;
};

struct Figures {
  int compared = 0;
  double psnr_mean = 0, psnr_least = 99;      // dB
  size_t bits_compared = 0, bits_differ = 0;  // frames
  double host_speed = 0, device_speed = 0;    // frames a second
  bool Good() const {
    return compared > 0 && psnr_least >= kLeastPsnr && bits_compared > 0 &&
           bits_differ == 0;
  }
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

// The frames of `motions` in batches of the drawer's size, the first one ending
// after `shift` frames where that is more than none.
StatusOr<std::vector<Image>> DrawAll(FrameDrawer& drawer,
                                     std::span<const MotionFrame> motions,
                                     size_t shift) {
  std::vector<Image> frames(motions.size());
  const auto most = static_cast<size_t>(drawer.batch_frames());
  for (size_t at = 0; at < motions.size();) {
    const size_t size =
        std::min(at == 0 && shift > 0 ? shift : most, motions.size() - at);
    LT_RETURN_IF_ERROR(drawer.DrawBatch(motions.subspan(at, size),
                                        static_cast<FrameIndex>(at),
                                        std::span(frames).subspan(at, size)));
    at += size;
  }
  return frames;
}

// Frames a second over the whole take, in batches of the drawer's size.
StatusOr<double> Speed(FrameDrawer& drawer, const MotionTrack& track) {
  const auto most = static_cast<size_t>(drawer.batch_frames());
  std::vector<Image> frames(most);
  const std::span<const MotionFrame> take = track.frames;
  // Kernels are loaded and memory is allocated at the first frames.
  const auto warm_up =
      take.first(std::min(std::max<size_t>(5, most), take.size()));
  LT_RETURN_IF_ERROR(DrawAll(drawer, warm_up, 0).status());
  const auto begin = std::chrono::steady_clock::now();
  for (size_t at = 0; at < take.size(); at += most) {
    const size_t size = std::min(most, take.size() - at);
    LT_RETURN_IF_ERROR(drawer.DrawBatch(take.subspan(at, size),
                                        static_cast<FrameIndex>(at),
                                        std::span(frames).first(size)));
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  return static_cast<double>(take.size()) / took.count();
}

// How near the device's pictures are to the processor's.
Status Compare(FrameDrawer& host, FrameDrawer& device, const MotionTrack& track,
               Figures* figures) {
  std::vector<MotionFrame> motions;
  for (size_t i = 0; i < track.frames.size(); i += kCompareEvery) {
    motions.push_back(track.frames[i]);
  }
  LT_ASSIGN_OR_RETURN(const auto a, DrawAll(host, motions, 0));
  LT_ASSIGN_OR_RETURN(const auto b, DrawAll(device, motions, 0));
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double psnr = Psnr(a[i], b[i]);
    figures->psnr_least = std::min(figures->psnr_least, psnr);
    sum += psnr;
    ++figures->compared;
  }
  if (figures->compared > 0) figures->psnr_mean = sum / figures->compared;
  return OkStatus();
}

// Whether a frame's bits depend on the batch that it is drawn in.
Status CompareBorders(FrameDrawer& device, const MotionTrack& track,
                      Figures* figures) {
  const auto motions = std::span(track.frames)
                           .first(std::min(kBorderFrames, track.frames.size()));
  LT_ASSIGN_OR_RETURN(const auto a, DrawAll(device, motions, 0));
  LT_ASSIGN_OR_RETURN(const auto b, DrawAll(device, motions, kBorderShift));
  figures->bits_compared = a.size();
  for (size_t i = 0; i < a.size(); ++i) figures->bits_differ += a[i] != b[i];
  return OkStatus();
}

void Print(const Arguments& args, const Figures& f) {
  std::printf(
      "%d frames compared: PSNR %.1f dB on average, %.1f at least (goal "
      "%.0f)\n%zu frames drawn in other batches: %zu differ (goal 0)\n"
      "processor %.0f frames a second on one thread, %s %.0f in batches of "
      "%d\n",
      f.compared, f.psnr_mean, f.psnr_least, kLeastPsnr, f.bits_compared,
      f.bits_differ, f.host_speed, args.device.c_str(), f.device_speed,
      args.batch);
  if (args.json.empty()) return;
  std::ofstream(args.json)
      << nlohmann::json{{"device", args.device},
                        {"batch_frames", args.batch},
                        {"psnr_mean_db", f.psnr_mean},
                        {"psnr_least_db", f.psnr_least},
                        {"frames_that_differ_by_batch", f.bits_differ},
                        {"host_frames_per_second", f.host_speed},
                        {"device_frames_per_second", f.device_speed}}
             .dump(2)
      << "\n";
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
                      CreateTorchDrawer(rig, {.device = args.device,
                                              .batch_frames = args.batch}));
  Figures figures;
  LT_RETURN_IF_ERROR(Compare(*host, *device, track, &figures));
  LT_RETURN_IF_ERROR(CompareBorders(*device, track, &figures));
  LT_ASSIGN_OR_RETURN(figures.host_speed, Speed(*host, track));
  LT_ASSIGN_OR_RETURN(figures.device_speed, Speed(*device, track));
  Print(args, figures);
  return figures.Good() ? 0 : 1;
}

}  // namespace
}  // namespace longtake::worker

int main(int argc, char** argv) {
  longtake::worker::Arguments args;
  CLI::App app("Frames drawn on a device against those of the processor");
  app.add_option("rig", args.rig)->required()->check(CLI::ExistingFile);
  app.add_option("motion", args.motion)->required()->check(CLI::ExistingFile);
  app.add_option("--device", args.device, "as LibTorch spells it");
  app.add_option("--batch", args.batch, "frames drawn in one go")
      ->check(CLI::Range(1, 1024));
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
