#include "benchmarks/farm/simulated_workers.h"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <sys/prctl.h>

#include <algorithm>
#include <utility>

#include "common/rpc/channel.h"
#include "tests/support/synthetic_engine.h"
#include "worker/agent/worker_agent.h"

namespace longtake::bench {
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address) {
  grpc::ChannelArguments args = FarmChannelArguments();
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   args);
}

void MakeRoomForWaitingThreads() {
  // PR_FUTEX_HASH of newer linux/prctl.h.
  constexpr int kFutexHash = 78, kSetSlots = 1;
  constexpr unsigned long kSlots = 8192;
  // An older kernel knows no such table.
  static_cast<void>(::prctl(kFutexHash, kSetSlots, kSlots, 0, 0));
}

std::string SimulatedWorkers::Name(int index) {
  return fmt::format("w{:04}", index);
}

StatusOr<std::unique_ptr<SimulatedWorkers>> SimulatedWorkers::Start(
    LoopbackFarm& farm, SimulatedWork& work, int count, absl::Duration limit) {
  MakeRoomForWaitingThreads();
  auto workers = std::make_unique<SimulatedWorkers>();
  const auto engine = std::make_shared<worker::SyntheticEngine>();
  for (int i = 0; i < count; ++i) {
    worker::WorkerAgent::Options options;
    options.worker_id = Name(i);
    options.channel = OwnChannel(farm.address());
    options.artifacts = farm.artifacts();
    options.engines = {engine};
    options.run_task = [&work, id = options.worker_id](
                           const TaskSpec& spec, worker::TaskContext& context) {
      return work.Run(id, spec, context);
    };
    LT_ASSIGN_OR_RETURN(workers->agents_.emplace_back(),
                        worker::WorkerAgent::Start(std::move(options)));
  }
  const absl::Time end = absl::Now() + limit;
  for (const auto& agent : workers->agents_) {
    LT_RETURN_IF_ERROR(agent->WaitUntilRegistered(
        std::max(end - absl::Now(), absl::Milliseconds(1))));
  }
  return workers;
}

SimulatedWorkers::SimulatedWorkers() = default;

SimulatedWorkers::~SimulatedWorkers() {
  // All hear of it before the first is waited for.
  for (const auto& agent : agents_) agent->Drain();
  for (const auto& agent : agents_) agent->Stop();
}

}  // namespace longtake::bench
