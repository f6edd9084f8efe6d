// longtake-worker: renders tasks of a farm.

#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "common/process/stop_signals.h"
#include "fmt/format.h"
#include "worker/app/engines.h"
#include "worker/app/worker_app.h"

int main(int argc, char** argv) {
  const sigset_t stop_signals = longtake::HoldStopSignals();
  longtake::worker::WorkerAppOptions options;
  longtake::worker::EngineOptions engine_options;
  CLI::App app{"Takes tasks from a Longtake coordinator and renders them."};
  app.set_version_flag("--version", LONGTAKE_VERSION);
  longtake::worker::AddWorkerFlags(app, &options);
  app.add_option("--models", engine_options.models_dir,
                 "Directory of the networks' weights; default: "
                 "../share/longtake/models beside the binary's directory");
  app.add_option("--device", engine_options.device,
                 "What draws: cpu, cuda or cuda:N")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  auto engines = longtake::worker::BuildEngines(engine_options);
  if (!engines.ok()) {
    fmt::print(stderr, "longtake-worker: {}\n",
               longtake::Message(engines.status()));
    return 1;
  }
  return longtake::worker::RunWorkerApp(options, stop_signals,
                                        *std::move(engines));
}
