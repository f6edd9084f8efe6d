// What one frame costs, stage by stage, on one thread: the engine and the
// encoder without a farm around them. Can keep the chunk it encoded.
//
//   longtake_stages --portrait me.jpg --audio talk.wav [--seconds 20]
//                   [--models DIR] [--output chunk.mp4]

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "common/media_time/media_time.h"
#include "worker/encode/segment_encoder.h"
#include "worker/encode/yuv_converter.h"
#include "worker/engine/hilm/hilm_engine.h"
#include "worker/media/audio_file.h"
#include "worker/media/image_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::worker {
namespace {

struct Flags {
  std::string portrait, audio, output;
  std::string models = LONGTAKE_SHARE_DIR "/models";
  int seconds = 20;
  int size = 512;
};

class Stopwatch {
 public:
  // Milliseconds since the last call (or construction).
  double Lap() {
    const auto now = std::chrono::steady_clock::now();
    const double ms =
        std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
    return ms;
  }

 private:
  std::chrono::steady_clock::time_point last_ =
      std::chrono::steady_clock::now();
};

void Row(const char* stage, double ms, int64_t frames) {
  std::printf("%-10s %9.1f ms  %7.3f ms/frame\n", stage, ms,
              ms / static_cast<double>(frames));
}

Status Measure(const Flags& flags) {
  const std::string scratch =
      (std::filesystem::temp_directory_path() / "longtake_stages").string();
  std::filesystem::create_directories(scratch);
  LT_ASSIGN_OR_RETURN(const auto engine,
                      CreateHilmEngine({flags.models, "cpu"}));
  Stopwatch watch;
  LT_ASSIGN_OR_RETURN(const Image portrait,
                      DecodeImage(flags.portrait, flags.portrait));
  LT_ASSIGN_OR_RETURN(const EncodedIdentity identity,
                      engine->EncodeIdentity(
                          portrait, {flags.size, flags.size, flags.portrait}));
  for (const auto& w : identity.warnings)
    std::printf("warning: %s\n", w.c_str());
  std::printf("identity   %9.1f ms once\n", watch.Lap());
  LT_ASSIGN_OR_RETURN(const auto facts,
                      AnalyzeAudio(flags.audio, flags.audio, scratch + "/pcm"));
  LT_ASSIGN_OR_RETURN(const auto pcm, PcmFile::Open(scratch + "/pcm"));
  const FrameRate rate{30, 1};
  const int64_t total =
      FramesForSamples(facts.samples, facts.sample_rate_hz, rate);
  const int64_t frames = std::min<int64_t>(total, int64_t{30} * flags.seconds);
  std::printf("audio      %9.1f ms for %lld frames\n", watch.Lap(),
              static_cast<long long>(total));

  const std::map<std::string, std::string> controls;
  const MotionRequest request{*pcm, total, rate, 1, controls};
  LT_ASSIGN_OR_RETURN(const MotionPlan plan, engine->PlanMotion(request));
  const std::string& keys = plan.key_motions;
  Row("plan", watch.Lap(), total);
  LT_ASSIGN_OR_RETURN(const MotionTrack track,
                      engine->SampleMotion(request, keys, {0, frames}));
  Row("motion", watch.Lap(), frames);

  LT_ASSIGN_OR_RETURN(const auto renderer,
                      engine->OpenRenderer(identity.latent));
  std::printf("open       %9.1f ms once\n", watch.Lap());
  const std::string chunk =
      flags.output.empty() ? scratch + "/chunk.mp4" : flags.output;
  EncodeSettings settings;
  settings.width = settings.height = flags.size;
  settings.rate = rate;
  LT_ASSIGN_OR_RETURN(const auto encoder,
                      SegmentEncoder::Create(settings, {0, frames}, chunk));
  double draw = 0, convert = 0, encode = 0;
  Image image;
  YuvFrame yuv;
  for (FrameIndex f = 0; f < frames; ++f) {
    watch.Lap();
    LT_RETURN_IF_ERROR(renderer->Render(track.at(f), f, &image));
    draw += watch.Lap();
    LT_RETURN_IF_ERROR(ConvertToYuv420(image, &yuv));
    convert += watch.Lap();
    LT_RETURN_IF_ERROR(encoder->Add(yuv));
    encode += watch.Lap();
  }
  LT_ASSIGN_OR_RETURN(const EncodedSegment segment, encoder->Finish());
  encode += watch.Lap();
  Row("draw", draw, frames);
  Row("convert", convert, frames);
  Row("encode", encode, frames);
  std::printf("chunk      %9lld bytes\n",
              static_cast<long long>(segment.bytes));
  return OkStatus();
}

}  // namespace
}  // namespace longtake::worker

int main(int argc, char** argv) {
  longtake::worker::Flags flags;
  CLI::App app("What one frame costs, stage by stage.");
  app.add_option("--portrait", flags.portrait)->required();
  app.add_option("--audio", flags.audio)->required();
  app.add_option("--models", flags.models);
  app.add_option("--seconds", flags.seconds);
  app.add_option("--size", flags.size);
  app.add_option("--output", flags.output);
  CLI11_PARSE(app, argc, argv);
  const longtake::Status status = longtake::worker::Measure(flags);
  if (!status.ok()) {
    std::fprintf(stderr, "longtake_stages: %s\n",
                 longtake::Message(status).c_str());
    return 1;
  }
}
