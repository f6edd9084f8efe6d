#pragma once
// Many workers in one process: each with the agent that a real worker has and a
// connection of its own to the coordinator; only what they run is simulated.

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "benchmarks/farm/loopback_farm.h"
#include "benchmarks/farm/simulated_work.h"
#include "common/status/status.h"

namespace longtake::worker {
class WorkerAgent;
}

namespace longtake::bench {

// One thread only.
class SimulatedWorkers {
 public:
  // Workers "w0000" … with one slot each, once all are registered. Borrows
  // `work`.
  static StatusOr<std::unique_ptr<SimulatedWorkers>> Start(
      LoopbackFarm& farm, SimulatedWork& work, int count, absl::Duration limit);
  static std::string Name(int index);
  SimulatedWorkers();
  // Ends them all at once.
  ~SimulatedWorkers();

 private:
  std::vector<std::unique_ptr<worker::WorkerAgent>> agents_;
};

}  // namespace longtake::bench
