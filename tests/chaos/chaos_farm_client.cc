// The client's side of a ChaosFarm, and what it collects for the audit.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <thread>
#include <utility>

#include "common/digest/sha256.h"
#include "common/rpc/convert.h"
#include "tests/chaos/chaos_farm.h"
#include "tests/chaos/redis_audit.h"
#include "tests/unit/worker/media/media_fixtures.h"

namespace longtake::chaos {
namespace {

constexpr std::chrono::milliseconds kPoll(20);
constexpr std::chrono::milliseconds kCallLimit(3000);
constexpr std::chrono::milliseconds kWatchLimit(1000);
constexpr std::chrono::milliseconds kReportOnItsWay(50);

std::chrono::system_clock::time_point In(std::chrono::milliseconds time) {
  return std::chrono::system_clock::now() + time;
}

bool IsWorthRepeating(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
         status.error_code() == grpc::StatusCode::ABORTED;
}

}  // namespace

grpc::Status ChaosFarm::CallAny(
    const std::function<grpc::Status(Stub&, grpc::ClientContext*)>& call,
    std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  grpc::Status status;
  do {
    grpc::ClientContext context;
    context.set_deadline(In(kCallLimit));
    status = call(*stubs_[next_stub_++ % stubs_.size()], &context);
    if (!IsWorthRepeating(status)) return status;
    std::this_thread::sleep_for(kPoll);
  } while (std::chrono::steady_clock::now() < deadline);
  return status;
}

JobHistory& ChaosFarm::Known(const std::string& job_id) {
  for (JobHistory& job : history_.jobs) {
    if (job.job_id == job_id) return job;
  }
  ADD_FAILURE() << "job " << job_id << " was never submitted";
  return history_.jobs.emplace_back();
}

std::string ChaosFarm::Submit(const std::string& key, const SmallJob& job) {
  // Before the clock of the disturbed run begins.
  const Reference reference =
      options_.in_memory ? Reference() : UndisturbedRun(job);
  v1::SubmitJobRequest request;
  request.set_idempotency_key(key);
  *request.mutable_spec() = ToProto(MakeSmallSpec(*artifacts_, job));
  v1::SubmitJobResponse response;
  const grpc::Status status =
      CallAny([&](Stub& stub, grpc::ClientContext* context) {
        return stub.SubmitJob(context, request, &response);
      });
  EXPECT_TRUE(status.ok()) << "submit " << key << ": "
                           << status.error_message();
  const std::string id = response.job().job_id();
  for (const JobHistory& known : history_.jobs) {
    if (known.job_id == id) return id;
  }
  JobHistory& history = history_.jobs.emplace_back();
  history.job_id = id;
  if (options_.in_memory) return id;
  history.expected_sha256 = reference.sha256;
  history.expected_frames = reference.frames;
  return id;
}

void ChaosFarm::Cancel(const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  v1::CancelJobResponse response;
  const grpc::Status status =
      CallAny([&](Stub& stub, grpc::ClientContext* context) {
        return stub.CancelJob(context, request, &response);
      });
  EXPECT_TRUE(status.ok()) << status.error_message();
  Known(job_id).acknowledged.cancelled = status.ok();
}

void ChaosFarm::Retry(const std::string& job_id) {
  v1::RetryJobRequest request;
  request.set_job_id(job_id);
  v1::RetryJobResponse response;
  const grpc::Status status =
      CallAny([&](Stub& stub, grpc::ClientContext* context) {
        return stub.RetryJob(context, request, &response);
      });
  EXPECT_TRUE(status.ok()) << status.error_message();
  if (status.ok()) Known(job_id).acknowledged.cancelled = false;
}

void ChaosFarm::Pause(const std::string& job_id) {
  v1::PauseJobRequest request;
  request.set_job_id(job_id);
  v1::PauseJobResponse response;
  const grpc::Status status =
      CallAny([&](Stub& stub, grpc::ClientContext* context) {
        return stub.PauseJob(context, request, &response);
      });
  EXPECT_TRUE(status.ok()) << status.error_message();
  if (status.ok()) Known(job_id).acknowledged.paused = true;
}

void ChaosFarm::Resume(const std::string& job_id) {
  v1::ResumeJobRequest request;
  request.set_job_id(job_id);
  v1::ResumeJobResponse response;
  const grpc::Status status =
      CallAny([&](Stub& stub, grpc::ClientContext* context) {
        return stub.ResumeJob(context, request, &response);
      });
  EXPECT_TRUE(status.ok()) << status.error_message();
  if (status.ok()) Known(job_id).acknowledged.paused = false;
}

void ChaosFarm::SetPriority(const std::string& job_id, int priority) {
  v1::SetJobPriorityRequest request;
  request.set_job_id(job_id);
  request.set_priority(priority);
  v1::SetJobPriorityResponse response;
  const grpc::Status status =
      CallAny([&](Stub& stub, grpc::ClientContext* context) {
        return stub.SetJobPriority(context, request, &response);
      });
  EXPECT_TRUE(status.ok()) << status.error_message();
  if (!status.ok()) return;
  Known(job_id).acknowledged.has_priority = true;
  Known(job_id).acknowledged.priority = priority;
}

JobView ChaosFarm::Get(const std::string& job_id, std::chrono::seconds limit) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  const grpc::Status status = CallAny(
      [&](Stub& stub, grpc::ClientContext* context) {
        return stub.GetJob(context, request, &response);
      },
      limit);
  if (!status.ok()) return {};
  auto view = FromProto(response.job());
  EXPECT_TRUE(view.ok()) << view.status();
  return view.ok() ? *view : JobView();
}

std::vector<TaskView> ChaosFarm::Tasks(const std::string& job_id) {
  v1::ListSegmentsRequest request;
  request.set_job_id(job_id);
  request.set_all_tasks(true);
  v1::ListSegmentsResponse response;
  const grpc::Status status =
      CallAny([&](Stub& stub, grpc::ClientContext* context) {
        return stub.ListSegments(context, request, &response);
      });
  std::vector<TaskView> tasks;
  if (!status.ok()) return tasks;
  for (const v1::Task& task : response.tasks()) {
    auto view = FromProto(task);
    EXPECT_TRUE(view.ok()) << view.status();
    if (view.ok()) tasks.push_back(*view);
  }
  return tasks;
}

void ChaosFarm::ReadEvents(Stub& stub, JobHistory* job) {
  grpc::ClientContext context;
  context.set_deadline(In(kWatchLimit));
  v1::WatchJobRequest request;
  request.set_job_id(job->job_id);
  if (!job->events.empty()) {
    request.set_after_sequence(job->events.back().sequence);
  }
  auto stream = stub.WatchJob(&context, request);
  for (v1::JobEvent event; stream->Read(&event);) {
    if (auto view = FromProto(event); view.ok()) job->events.push_back(*view);
  }
  stream->Finish();
}

JobView ChaosFarm::Await(const std::string& job_id,
                         std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  JobView view;
  do {
    ReadEvents(*stubs_[next_stub_++ % stubs_.size()], &Known(job_id));
    SampleRecords();
    view = Get(job_id);
    if (HasEnded(view.state)) return view;
    std::this_thread::sleep_for(kPoll);
  } while (std::chrono::steady_clock::now() < deadline);
  ADD_FAILURE() << "job " << job_id
                << " does not end: " << JobStateName(view.state) << ", "
                << view.progress.stage << ", waiting for: " << view.waiting_for;
  return view;
}

void ChaosFarm::ExpectEnd(const std::string& job_id, JobState state) {
  Known(job_id).expected_state = state;
}

void ChaosFarm::AwaitSegments(const std::string& job_id, int done) {
  JobView view;
  EXPECT_TRUE(Eventually(
      [&] {
        view = Get(job_id);
        return view.progress.segments_done >= done || HasEnded(view.state);
      },
      std::chrono::seconds(60)))
      << view.progress.segments_done << " segments are done, not " << done;
  EXPECT_FALSE(HasEnded(view.state)) << "the job ended before the fault";
}

std::string ChaosFarm::SuspendMidSegment(const std::string& job_id,
                                         int worker) {
  std::string task_id;
  const auto renders = [&] {
    for (const TaskView& task : Tasks(job_id)) {
      if (task.kind == TaskKind::kRender && task.state == TaskState::kLeased &&
          task.worker_id == WorkerId(worker)) {
        return task.task_id;
      }
    }
    return std::string();
  };
  EXPECT_TRUE(Eventually(
      [&] {
        if (renders().empty()) return false;
        workers_[worker].process->Signal(SIGSTOP);
        // It may have finished in between; a report may be on its way.
        std::this_thread::sleep_for(kReportOnItsWay);
        task_id = renders();
        if (task_id.empty()) workers_[worker].process->Signal(SIGCONT);
        return !task_id.empty();
      },
      std::chrono::seconds(60)))
      << WorkerId(worker) << " was never caught in a render";
  CountFault("worker suspended");
  return task_id;
}

void ChaosFarm::CollectJob(JobHistory* job) {
  job->view = Get(job->job_id);
  job->found = job->view.job_id == job->job_id;
  job->tasks = Tasks(job->job_id);
  if (job->view.take.empty()) return;
  auto file = artifacts_->OpenBlob(job->view.take);
  if (!file.ok()) return;
  // The bytes as they are, not as they are named.
  auto bytes = ReadWholeBlob(*artifacts_, job->view.take);
  if (bytes.ok()) job->take_sha256 = Sha256Hex(*bytes);
  job->decoded_frames =
      static_cast<int64_t>(worker::DecodeVideo((*file)->path()).frames.size());
}

const History& ChaosFarm::Collect() {
  for (JobHistory& job : history_.jobs) CollectJob(&job);
  SampleRecords();
  CollectRedis(redis_url(), &history_);
  ReadLogs();
  return history_;
}

void ChaosFarm::ExpectCleanAudit() {
  // Entries and leases of what has just ended may still be on their way out.
  std::vector<std::string> complaints;
  Eventually(
      [&] {
        CollectRedis(redis_url(), &history_);
        complaints = AuditCounters(history_);
        for (std::string& left : AuditLeftovers(history_)) {
          complaints.push_back(std::move(left));
        }
        return complaints.empty();
      },
      std::chrono::seconds(10));
  Collect();
  for (const std::string& complaint : Audit(history_)) {
    ADD_FAILURE() << "audit: " << complaint;
  }
}

}  // namespace longtake::chaos
