// longtake-worker: renders tasks of a farm.

#include "CLI/CLI.hpp"
#include "common/concurrency/mutex_checks.h"
#include "common/process/stop_signals.h"
#include "worker/app/engines.h"
#include "worker/app/worker_app.h"

int main(int argc, char** argv) {
  longtake::SwitchOffMutexChecks();
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
  const auto ended = longtake::worker::ParseWorkerFlags(app, argc, argv);
  if (ended) return *ended;
  return longtake::worker::RunWorkerApp(options, stop_signals, [&] {
    return longtake::worker::BuildEngines(engine_options);
  });
}
