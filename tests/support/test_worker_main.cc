// longtake-test-worker: the worker's process with the synthetic engine and its
// faults, for tests that start, kill and mislead workers.

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "common/process/stop_signals.h"
#include "common/rpc/status_convert.h"
#include "tests/support/synthetic_engine.h"
#include "worker/app/worker_app.h"

int main(int argc, char** argv) {
  const sigset_t stop_signals = longtake::HoldStopSignals();
  using longtake::worker::SyntheticEngine;
  using longtake::worker::SyntheticOptions;

  longtake::worker::WorkerAppOptions options;
  SyntheticOptions engine;
  std::string fail_code = "UNAVAILABLE";
  int wait_ms = 0;
  CLI::App app{"A Longtake worker with a synthetic engine."};
  longtake::worker::AddWorkerFlags(app, &options);
  app.add_option("--engine-name", engine.description.name);
  app.add_option("--engine-version", engine.description.version);
  app.add_option("--numerics-class", engine.description.numerics_class);
  app.add_option("--shift-from", engine.faults.shift_from,
                 "Shift pictures from this frame to the end of its segment");
  app.add_option("--shift-pixels", engine.faults.shift_pixels);
  app.add_option("--shift-runs", engine.faults.shift_runs,
                 "How many renders are shifted; default: all");
  app.add_option("--fail-at", engine.faults.fail_at,
                 "Fail when this frame is drawn");
  app.add_option("--fail-code", fail_code, "INVALID_ARGUMENT, UNAVAILABLE, …");
  app.add_option("--fail-times", engine.faults.fail_times);
  app.add_option("--wait-ms", wait_ms, "Wait before each frame");
  const auto ended = longtake::worker::ParseWorkerFlags(app, argc, argv);
  if (ended) return *ended;
  engine.faults.fail_code = longtake::ParseStatusCodeName(fail_code);
  engine.faults.wait_per_frame = absl::Milliseconds(wait_ms);
  const std::vector<std::shared_ptr<const longtake::worker::Engine>> engines = {
      std::make_shared<SyntheticEngine>(engine)};
  return longtake::worker::RunWorkerApp(options, stop_signals, engines);
}
