#include "benchmarks/render/stage_costs.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <map>

#include "common/media_time/media_time.h"
#include "worker/encode/segment_encoder.h"
#include "worker/encode/yuv_converter.h"
#include "worker/engine/hilm/hilm_engine.h"
#include "worker/media/audio_file.h"
#include "worker/media/image_file.h"
#include "worker/media/pcm_file.h"

namespace longtake::benchmarks {
namespace {

using namespace longtake::worker;  // what is measured

constexpr FrameRate kRate{30, 1};

class CpuWatch {
 public:
  // Milliseconds of processor time since the last call (or construction).
  double Lap() {
    const double now = Now(), lap = now - last_;
    last_ = now;
    return lap;
  }

 private:
  static double Now() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 +
           static_cast<double>(t.tv_nsec) * 1e-6;
  }

  double last_ = Now();
};

// Draws, converts and encodes every frame of a track.
Status MeasureFrames(const MotionTrack& track, FrameRenderer& renderer,
                     SegmentEncoder& encoder, StageCosts* costs) {
  CpuWatch watch;
  double draw = 0, convert = 0, encode = 0;
  Image image;
  YuvFrame yuv;
  for (FrameIndex f = track.range.begin; f < track.range.end; ++f) {
    watch.Lap();
    LT_RETURN_IF_ERROR(renderer.Render(track.at(f), f, &image));
    draw += watch.Lap();
    LT_RETURN_IF_ERROR(ConvertToYuv420(image, &yuv));
    convert += watch.Lap();
    LT_RETURN_IF_ERROR(encoder.Add(yuv));
    encode += watch.Lap();
  }
  LT_ASSIGN_OR_RETURN(const EncodedSegment segment, encoder.Finish());
  encode += watch.Lap();
  costs->chunk_bytes = segment.bytes;
  const auto frames = static_cast<double>(costs->frames);
  costs->per_frame.push_back({"draw", draw / frames});
  costs->per_frame.push_back({"convert", convert / frames});
  costs->per_frame.push_back({"encode", encode / frames});
  return OkStatus();
}

}  // namespace

double StageCosts::Of(const std::string& stage) const {
  for (const StageCost& cost : per_frame) {
    if (cost.name == stage) return cost.milliseconds;
  }
  return 0;
}

double StageCosts::Sum() const {
  double sum = 0;
  for (const StageCost& cost : per_frame) sum += cost.milliseconds;
  return sum;
}

StatusOr<StageCosts> MeasureStages(const StageInputs& in) {
  StageCosts costs;
  LT_ASSIGN_OR_RETURN(const auto engine, CreateHilmEngine({in.models, "cpu"}));
  LT_ASSIGN_OR_RETURN(const Image portrait,
                      DecodeImage(in.portrait, in.portrait));
  CpuWatch watch;
  LT_ASSIGN_OR_RETURN(
      const EncodedIdentity identity,
      engine->EncodeIdentity(portrait, {in.size, in.size, in.portrait}));
  costs.once.push_back({"identity", watch.Lap()});
  costs.warnings = identity.warnings;
  if (!in.identity.empty()) {
    std::ofstream(in.identity, std::ios::binary) << identity.latent;
  }

  const std::string samples = in.chunk + ".pcm";
  watch.Lap();
  LT_ASSIGN_OR_RETURN(const auto facts,
                      AnalyzeAudio(in.audio, in.audio, samples));
  const double audio = watch.Lap();
  LT_ASSIGN_OR_RETURN(const auto pcm, PcmFile::Open(samples));
  const int64_t total =
      FramesForSamples(facts.samples, facts.sample_rate_hz, kRate);
  costs.frames =
      std::min(total, FrameRate{kRate}.num * int64_t{in.seconds} / kRate.den);
  const auto a_frame = [](double ms, int64_t frames) {
    return ms / static_cast<double>(frames);
  };
  costs.per_frame.push_back({"audio", a_frame(audio, total)});

  const std::map<std::string, std::string> controls;
  const MotionRequest request{*pcm, total, kRate, 1, controls};
  watch.Lap();
  LT_ASSIGN_OR_RETURN(const MotionPlan plan, engine->PlanMotion(request));
  costs.per_frame.push_back({"plan", a_frame(watch.Lap(), total)});
  LT_ASSIGN_OR_RETURN(
      const MotionTrack track,
      engine->SampleMotion(request, plan.key_motions, {0, costs.frames}));
  costs.per_frame.push_back({"motion", a_frame(watch.Lap(), costs.frames)});
  LT_ASSIGN_OR_RETURN(const auto renderer,
                      engine->OpenRenderer(identity.latent));
  costs.once.push_back({"open", watch.Lap()});

  EncodeSettings settings;
  settings.width = settings.height = in.size;
  settings.rate = kRate;
  LT_ASSIGN_OR_RETURN(
      const auto encoder,
      SegmentEncoder::Create(settings, {0, costs.frames}, in.chunk));
  LT_RETURN_IF_ERROR(MeasureFrames(track, *renderer, *encoder, &costs));
  return costs;
}

}  // namespace longtake::benchmarks
