#include "benchmarks/farm/loopback_farm.h"

#include <fmt/format.h>
#include <grpcpp/client_context.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/convert.h"
#include "common/rpc/status_convert.h"
#include "longtake/v1/farm.grpc.pb.h"

namespace longtake::bench {
namespace {

constexpr char kMemoryPlace[] = "/dev/shm";
constexpr uintmax_t kRoomInMemory = uintmax_t{2} << 30;
constexpr auto kCallLimit = std::chrono::seconds(30);

std::string PlaceFor(const LoopbackFarm::Options& options) {
  std::error_code error;
  const auto space = std::filesystem::space(kMemoryPlace, error);
  if (options.artifacts_in_memory && !error &&
      space.available >= kRoomInMemory) {
    return kMemoryPlace;
  }
  return std::filesystem::temp_directory_path();
}

void Bound(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + kCallLimit);
}

}  // namespace

struct LoopbackFarm::Calls {
  std::unique_ptr<v1::Farm::Stub> stub;
};

LoopbackFarm::LoopbackFarm(const std::string& base) : artifacts_dir_(base) {}

LoopbackFarm::~LoopbackFarm() = default;

StatusOr<std::unique_ptr<LoopbackFarm>> LoopbackFarm::Start(Options options) {
  std::unique_ptr<LoopbackFarm> farm(new LoopbackFarm(PlaceFor(options)));
  farm->redis_ = std::make_unique<RedisServer>();
  farm->redis_pid_ = static_cast<pid_t>(
      std::atol(farm->RedisInfo("server", "process_id").c_str()));
  std::vector<std::string> command = {LONGTAKE_BIN_DIR "/longtake-coordinator",
                                      "--listen",
                                      "127.0.0.1:0",
                                      "--redis",
                                      farm->redis_->url(),
                                      "--artifacts",
                                      farm->artifacts_path()};
  command.insert(command.end(), options.coordinator_flags.begin(),
                 options.coordinator_flags.end());
  farm->coordinator_ =
      std::make_unique<Process>(command, farm->dir_.Join("coordinator"));
  farm->address_ = farm->coordinator_->AwaitLine("listening on ");
  if (farm->address_.empty()) {
    return Unavailable("the coordinator does not come up: " +
                       farm->coordinator_->Err());
  }
  DirectoryStoreOptions store;
  store.root = farm->artifacts_path();
  LT_ASSIGN_OR_RETURN(farm->artifacts_, OpenDirectoryStore(store));
  farm->calls_ = std::make_unique<Calls>();
  farm->calls_->stub = v1::Farm::NewStub(OpenFarmChannel(farm->address_));
  return farm;
}

std::string LoopbackFarm::RedisInfo(const std::string& section,
                                    const std::string& field) {
  std::istringstream lines(redis_->Cli({"INFO", section}));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(field + ":", 0) != 0) continue;
    if (line.back() == '\r') line.pop_back();
    return line.substr(field.size() + 1);
  }
  return "";
}

int LoopbackFarm::LogLines(const std::string& text) const {
  std::istringstream lines(coordinator_->Err() + coordinator_->Out());
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    count += line.find(text) != std::string::npos;
  }
  return count;
}

StatusOr<std::string> LoopbackFarm::Submit(const std::string& key,
                                           const JobSpec& spec) {
  grpc::ClientContext context;
  Bound(&context);
  v1::SubmitJobRequest request;
  request.set_idempotency_key(key);
  *request.mutable_spec() = ToProto(spec);
  v1::SubmitJobResponse response;
  LT_RETURN_IF_ERROR(
      FromGrpcStatus(calls_->stub->SubmitJob(&context, request, &response)));
  return response.job().job_id();
}

StatusOr<JobView> LoopbackFarm::GetJob(const std::string& job_id) {
  grpc::ClientContext context;
  Bound(&context);
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  LT_RETURN_IF_ERROR(
      FromGrpcStatus(calls_->stub->GetJob(&context, request, &response)));
  return FromProto(response.job());
}

StatusOr<std::vector<TaskView>> LoopbackFarm::Tasks(const std::string& job_id) {
  std::vector<TaskView> tasks;
  v1::ListSegmentsRequest request;
  request.set_job_id(job_id);
  request.set_all_tasks(true);
  do {
    grpc::ClientContext context;
    Bound(&context);
    v1::ListSegmentsResponse response;
    LT_RETURN_IF_ERROR(FromGrpcStatus(
        calls_->stub->ListSegments(&context, request, &response)));
    for (const v1::Task& proto : response.tasks()) {
      LT_ASSIGN_OR_RETURN(TaskView task, FromProto(proto));
      tasks.push_back(std::move(task));
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return tasks;
}

}  // namespace longtake::bench
