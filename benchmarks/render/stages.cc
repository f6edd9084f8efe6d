// What one frame costs, stage by stage, on one thread, of any portrait and
// sound. Can keep the chunk it encoded.
//
//   longtake_stages --portrait me.jpg --audio talk.wav [--seconds 20]
//                   [--models DIR] [--output chunk.mp4]

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "benchmarks/render/stage_costs.h"

namespace longtake::benchmarks {
namespace {

int Run(StageInputs inputs) {
  const auto scratch =
      std::filesystem::temp_directory_path() / "longtake_stages";
  std::filesystem::create_directories(scratch);
  if (inputs.chunk.empty()) inputs.chunk = scratch / "chunk.mp4";
  const auto costs = MeasureStages(inputs);
  if (!costs.ok()) {
    std::fprintf(stderr, "longtake_stages: %s\n",
                 Message(costs.status()).c_str());
    return 1;
  }
  for (const auto& w : costs->warnings) std::printf("warning: %s\n", w.c_str());
  for (const StageCost& cost : costs->once) {
    std::printf("%-10s %9.1f ms once\n", cost.name.c_str(), cost.milliseconds);
  }
  for (const StageCost& cost : costs->per_frame) {
    std::printf("%-10s %9.3f ms a frame\n", cost.name.c_str(),
                cost.milliseconds);
  }
  std::printf("%-10s %9.3f ms a frame of %lld\n%-10s %9lld bytes\n", "sum",
              costs->Sum(), static_cast<long long>(costs->frames), "chunk",
              static_cast<long long>(costs->chunk_bytes));
  return 0;
}

}  // namespace
}  // namespace longtake::benchmarks

int main(int argc, char** argv) {
  longtake::benchmarks::StageInputs inputs;
  inputs.models = LONGTAKE_SHARE_DIR "/models";
  CLI::App app("What one frame costs, stage by stage.");
  app.add_option("--portrait", inputs.portrait)->required();
  app.add_option("--audio", inputs.audio)->required();
  app.add_option("--models", inputs.models);
  app.add_option("--seconds", inputs.seconds)->check(CLI::Range(1, 3600));
  app.add_option("--size", inputs.size);
  app.add_option("--output", inputs.chunk);
  app.add_option("--identity", inputs.identity, "keep the encoded portrait");
  CLI11_PARSE(app, argc, argv);
  return longtake::benchmarks::Run(inputs);
}
