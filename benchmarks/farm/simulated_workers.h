#pragma once
// Many workers in one process: each with the agent that a real worker has and a
// connection of its own to the coordinator; only what they run is simulated.

#include <grpcpp/channel.h>

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

// A connection that no other channel of this process shares, which is what gRPC
// does of itself with those to one address.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address);

// Linux 6.16 gives each process its own table of waiting threads, with a few
// places for each of the machine's cores. Thousands of threads that wait make
// each wake-up walk through hundreds of them, which no worker's process would.
void MakeRoomForWaitingThreads();

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
