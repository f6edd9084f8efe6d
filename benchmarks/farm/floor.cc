#include "benchmarks/farm/floor.h"

#include <fmt/format.h>
#include <grpcpp/client_context.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "benchmarks/farm/simulated_workers.h"
#include "benchmarks/farm/usage_sampler.h"
#include "common/rpc/status_convert.h"
#include "common/testing/temp_dir.h"
#include "longtake/v1/worker.grpc.pb.h"
#include "tests/support/process.h"
#include "tests/support/redis_server.h"

namespace longtake::bench {
namespace {

// All connections are made before anything is measured.
constexpr absl::Duration kWarmUp = absl::Seconds(1);
constexpr auto kCallLimit = std::chrono::seconds(30);

// One thread and one connection a caller.
class Callers {
 public:
  Callers(const std::string& address, int count) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back(
          [this, address](std::stop_token stop) { Loop(stop, address); });
    }
  }
  ~Callers() {
    for (std::jthread& thread : threads_) thread.request_stop();
  }
  int64_t done() const { return done_; }
  int64_t failed() const { return failed_; }

 private:
  void Loop(const std::stop_token& stop, const std::string& address) {
    const auto stub = v1::WorkerFarm::NewStub(OwnChannel(address));
    const v1::CompleteTaskRequest request;
    while (!stop.stop_requested()) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
      context.set_wait_for_ready(true);
      v1::CompleteTaskResponse response;
      ++(stub->CompleteTask(&context, request, &response).ok() ? done_
                                                               : failed_);
    }
  }

  std::atomic<int64_t> done_ = 0;
  std::atomic<int64_t> failed_ = 0;
  std::vector<std::jthread> threads_;  // last: they use the others
};

struct Passed {
  double per_second = 0;
  Usage usage;
};

StatusOr<Passed> Measure(const FloorOptions& options, bool with_redis) {
  const TempDir dir;
  RedisServer redis_server;
  Process server({std::filesystem::read_symlink("/proc/self/exe"),
                  "--serve-floor", with_redis ? redis_server.url() : "none"},
                 dir.Join("server"));
  const std::string port = server.AwaitLine("listening on ");
  if (port.empty()) {
    return Unavailable("the floor's server does not come up: " + server.Err());
  }
  Passed passed;
  {
    const Callers callers(port, options.connections);
    absl::SleepFor(kWarmUp);
    const UsageSampler sampler(server.pid(), redis_server.pid());
    const int64_t done = callers.done();
    const absl::Time begin = absl::Now();
    absl::SleepFor(options.time);
    const absl::Time end = absl::Now();
    passed.per_second = static_cast<double>(callers.done() - done) /
                        absl::ToDoubleSeconds(end - begin);
    passed.usage =
        sampler.Between(absl::ToUnixMicros(begin), absl::ToUnixMicros(end));
    if (callers.failed() > 0) {
      return Unavailable(fmt::format("{} calls failed", callers.failed()));
    }
  }
  server.Signal(SIGTERM);
  server.Wait();
  return passed;
}

void AddPassed(const Passed& passed, const std::string& name,
               const std::string& text, Figures* figures) {
  figures->Add({name + "_per_second", text, passed.per_second, "/s",
                Target::kNone, 0,
                LimitedBy(passed.usage, 0, passed.per_second + 1)});
  const auto each = [&](double cores) {
    return passed.per_second > 0 ? cores * 1e6 / passed.per_second : 0;
  };
  figures->Add({name + "_server_us", "CPU a call: server",
                each(passed.usage.coordinator), "us"});
  figures->Add({name + "_redis_us", "CPU a call: Redis",
                each(passed.usage.redis), "us"});
  figures->Add({name + "_callers_us", "CPU a call: callers",
                each(passed.usage.workers), "us"});
}

}  // namespace

Status MeasureFloor(const FloorOptions& options, Figures* figures,
                    double* calls_per_second) {
  MakeRoomForWaitingThreads();
  figures->Begin("floor",
                 fmt::format("floor: {} connections, calls that only pass "
                             "through, as fast as they go",
                             options.connections));
  LT_ASSIGN_OR_RETURN(const Passed empty, Measure(options, false));
  AddPassed(empty, "empty", "empty calls a second", figures);
  LT_ASSIGN_OR_RETURN(const Passed script, Measure(options, true));
  AddPassed(script, "script", "calls with one empty script in Redis a second",
            figures);
  *calls_per_second = script.per_second;
  return OkStatus();
}

}  // namespace longtake::bench
