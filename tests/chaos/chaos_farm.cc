#include "tests/chaos/chaos_farm.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "common/digest/sha256.h"

namespace longtake::chaos {
namespace {

constexpr int kReconnectMs = 100;

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  // A coordinator that was restarted is found again at once.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

std::string KeyOf(const SmallJob& job) {
  return fmt::format("{}/{}/{}/{}/{}", job.audio_samples, job.crf,
                     job.segment_millis, job.seed, job.replaced_begin);
}

}  // namespace

const Reference& UndisturbedRun(const SmallJob& job) {
  static std::map<std::string, Reference> known;
  Reference& reference = known[KeyOf(job)];
  if (!reference.sha256.empty()) return reference;
  ChaosFarm farm({.coordinators = 1,
                  .workers = 1,
                  .in_memory = true,
                  .wait_ms_per_frame = 0});
  const JobView done = farm.Await(farm.Submit("undisturbed", job));
  EXPECT_EQ(done.state, JobState::kSucceeded) << done.error;
  reference.sha256 = done.take.sha256;
  reference.frames = done.progress.frames_total;
  return reference;
}

ChaosFarm::ChaosFarm(FarmOptions options, RedisServer* redis)
    : options_(std::move(options)), redis_(redis) {
  if (redis_ == nullptr && options_.redis_url.empty() && !options_.in_memory) {
    own_redis_ = std::make_unique<RedisServer>(
        RedisServerOptions{options_.persistence, {}, ""});
    redis_ = own_redis_.get();
  }
  DirectoryStoreOptions store;
  store.root = artifacts_dir();
  auto artifacts = OpenDirectoryStore(store);
  EXPECT_TRUE(artifacts.ok()) << artifacts.status();
  artifacts_ = std::move(artifacts).value();
  coordinators_.resize(options_.coordinators);
  workers_.resize(options_.workers);
  for (int i = 0; i < options_.coordinators; ++i) {
    coordinators_[i].name = fmt::format("coordinator-{}", i);
    coordinators_[i].port =
        options_.ports.empty() ? FreePort() : options_.ports[i];
    stubs_.push_back(v1::Farm::NewStub(OpenChannel(CoordinatorAddress(i))));
  }
  for (int i = 0; i < options_.workers; ++i) workers_[i].name = WorkerId(i);
  if (!options_.start) return;
  for (int i = 0; i < options_.coordinators; ++i) StartCoordinator(i);
  for (int i = 0; i < options_.workers; ++i) StartWorker(i);
}

ChaosFarm::~ChaosFarm() {
  std::string line;
  for (const auto& [fault, times] : faults_) {
    line += fmt::format("{}{} x {}", line.empty() ? "" : ", ", fault, times);
  }
  if (!line.empty()) fmt::print("[  FAULTS  ] {}\n", line);
  if (testing::Test::HasFailure()) fmt::print(stderr, "{}\n", Logs());
  // A suspended process can't be reaped by a plain kill's order of events.
  for (auto* group : {&workers_, &coordinators_}) {
    for (Running& running : *group) {
      if (running.process != nullptr) running.process->Signal(SIGKILL);
    }
  }
}

std::string ChaosFarm::WorkerId(int i) { return fmt::format("worker-{}", i); }

std::string ChaosFarm::CoordinatorAddress(int i) const {
  return fmt::format("{}:{}", options_.host, coordinators_[i].port);
}

std::string ChaosFarm::CoordinatorList() const {
  std::string list;
  for (int i = 0; i < options_.coordinators; ++i) {
    if (i > 0) list += ',';
    list += CoordinatorAddress(i);
  }
  return list;
}

std::string ChaosFarm::artifacts_dir() const {
  return options_.artifacts_dir.empty() ? dir_.Join("artifacts")
                                        : options_.artifacts_dir;
}

void ChaosFarm::Launch(Running* running, std::vector<std::string> argv,
                       const std::vector<std::string>& prefix,
                       bool coordinator) {
  argv.insert(argv.begin(), options_.prefix.begin(), options_.prefix.end());
  argv.insert(argv.begin(), prefix.begin(), prefix.end());
  const std::string stem =
      dir_.Join(fmt::format("{}.{}", running->name, ++running->starts));
  running->process = std::make_unique<Process>(argv, stem);
  sources_.push_back({running->name, coordinator, stem + ".err", 0, "0"});
}

void ChaosFarm::ExpectLine(Running* running, const std::string& prefix) {
  if (running->process->AwaitLine(prefix).empty()) {
    ADD_FAILURE() << running->name << " never said \"" << prefix
                  << "\"; exit code "
                  << running->process->Wait(std::chrono::seconds(0)) << "\n"
                  << running->process->Err();
  }
}

void ChaosFarm::StartCoordinator(int i) {
  std::vector<std::string> argv = {LONGTAKE_BIN_DIR "/longtake-coordinator",
                                   "--listen",
                                   CoordinatorAddress(i),
                                   "--artifacts",
                                   artifacts_dir(),
                                   "--lease-seconds",
                                   std::to_string(options_.lease_seconds),
                                   "--log-level",
                                   "debug"};
  if (!options_.in_memory) {
    argv.push_back("--redis");
    argv.push_back(options_.redis_urls.contains(i) ? options_.redis_urls.at(i)
                                                   : redis_url());
  }
  argv.insert(argv.end(), options_.coordinator_flags.begin(),
              options_.coordinator_flags.end());
  Launch(&coordinators_[i], argv, {}, true);
  ExpectLine(&coordinators_[i], "listening on ");
}

void ChaosFarm::StartWorker(int i) {
  std::vector<std::string> argv = {LONGTAKE_TESTS_DIR "/longtake-test-worker",
                                   "--coordinator",
                                   options_.worker_coordinators.contains(i)
                                       ? options_.worker_coordinators.at(i)
                                       : CoordinatorList(),
                                   "--artifacts",
                                   artifacts_dir(),
                                   "--slots",
                                   "1",
                                   "--worker-id",
                                   WorkerId(i),
                                   "--wait-ms",
                                   std::to_string(options_.wait_ms_per_frame),
                                   "--log-level",
                                   "debug"};
  const auto Of = [i](const std::map<int, std::vector<std::string>>& given) {
    const auto it = given.find(i);
    return it == given.end() ? std::vector<std::string>() : it->second;
  };
  const auto flags = Of(options_.worker_flags);
  argv.insert(argv.end(), flags.begin(), flags.end());
  Launch(&workers_[i], argv, Of(options_.worker_prefixes), false);
  ExpectLine(&workers_[i], "registered as ");
}

void ChaosFarm::Kill(Running* running, const std::string& fault) {
  running->process->Signal(SIGKILL);
  running->process->Wait();
  CountFault(fault);
}

void ChaosFarm::KillCoordinator(int i) {
  Kill(&coordinators_[i], "coordinator killed");
}
void ChaosFarm::KillWorker(int i) { Kill(&workers_[i], "worker killed"); }

void ChaosFarm::SuspendCoordinator(int i) {
  coordinators_[i].process->Signal(SIGSTOP);
  CountFault("coordinator suspended");
}
void ChaosFarm::ResumeCoordinator(int i) {
  coordinators_[i].process->Signal(SIGCONT);
}
void ChaosFarm::SuspendWorker(int i) {
  workers_[i].process->Signal(SIGSTOP);
  CountFault("worker suspended");
}
void ChaosFarm::ResumeWorker(int i) { workers_[i].process->Signal(SIGCONT); }

void ChaosFarm::DrainWorker(int i) {
  workers_[i].process->Signal(SIGTERM);
  EXPECT_EQ(workers_[i].process->Wait(std::chrono::seconds(40)), 0)
      << workers_[i].process->Err();
  CountFault("worker drained");
}

void ChaosFarm::RestartDead() {
  for (int i = 0; i < options_.coordinators; ++i) {
    if (coordinators_[i].process->Ended()) StartCoordinator(i);
  }
  for (int i = 0; i < options_.workers; ++i) {
    if (workers_[i].process->Ended()) StartWorker(i);
  }
}

void ChaosFarm::LoseState(const std::string& fault,
                          const std::function<void()>& lose) {
  ReadLogs();
  losing_ = true;
  lose();
  ReadLogs();
  losing_ = false;
  ++history_.losses;
  CountFault(fault);
}

void ChaosFarm::CountFault(const std::string& fault, int times) {
  faults_[fault] += times;
}

void ChaosFarm::ReadLog(LogSource* source) {
  std::ifstream file(source->path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(source->offset));
  std::stringstream text;
  text << file.rdbuf();
  size_t consumed = 0;
  for (LogEvent& event : ParseLog(text.str(), &consumed)) {
    event.process = source->process;
    event.coordinator = source->coordinator;
    event.era = losing_ ? -1 : history_.losses;
    // Lines about a task without an epoch are of the one in force.
    if (!event.Field("epoch").empty() && event.Field("task").empty()) {
      source->epoch = event.Field("epoch");
    }
    if (event.Field("epoch").empty()) event.fields["epoch"] = source->epoch;
    history_.events.push_back(std::move(event));
  }
  source->offset += consumed;
}

void ChaosFarm::ReadLogs() {
  for (LogSource& source : sources_) ReadLog(&source);
}

std::string ChaosFarm::Logs() {
  std::string all;
  for (const LogSource& source : sources_) {
    std::ifstream file(source.path);
    std::stringstream text;
    text << file.rdbuf();
    all += fmt::format("---- {}\n{}\n", source.path, text.str());
  }
  return all;
}

int ChaosFarm::CountLog(const std::string& event, const std::string& process) {
  ReadLogs();
  int seen = 0;
  for (const LogEvent& e : history_.events) {
    seen += e.event == event && (process.empty() || e.process == process);
  }
  return seen;
}

bool ChaosFarm::AwaitLog(const std::string& event, int times,
                         std::chrono::seconds limit) {
  return Eventually([&] { return CountLog(event) >= times; }, limit);
}

void ChaosFarm::SampleRecords() {
  const auto names = artifacts_->List("results/");
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const auto bytes = artifacts_->Get(name);
    if (bytes.ok()) history_.records[name].insert(Sha256Hex(*bytes));
  }
}

}  // namespace longtake::chaos
