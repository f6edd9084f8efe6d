#include <fmt/format.h>

#include <algorithm>

#include "common/job/job_json.h"
#include "coordinator/store/redis/job_codec.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/store_scripts.h"
#include "coordinator/store/redis/task_codec.h"

// Jobs: made, changed, ended, forgotten. What is read is in redis_reads.cc.

namespace longtake::coordinator {
namespace {

using redis::Args;
using redis::Call;
using redis::Reply;

// A script holds Redis up for as long as it runs.
constexpr size_t kTasksAtOnce = 1000;
// Ended jobs forgotten in one go.
constexpr int kForgetAtOnce = 64;
// How long a forgotten job's absence is known to be no loss.
constexpr int64_t kTombstoneSeconds = 24 * 3600;
// The index of a job without a record is dropped after a minute
// (redis_reads.cc): a creation that took half of it notes the index again.
constexpr std::chrono::seconds kSlowCreation{30};

Args OutcomeArgs(const JobOutcome& outcome) {
  return {JobStateName(outcome.state), redis::EncodeStatus(outcome.error),
          outcome.take.sha256, std::to_string(outcome.take.size_bytes)};
}

}  // namespace

Args RedisStore::TaskArgs(const std::vector<TaskRecord>& tasks, Args args) {
  for (const TaskRecord& task : tasks) {
    args.push_back(task.task_id);
    args.push_back(redis::EncodeNewTask(task));
    args.push_back(task.spec ? TaskSpecToJson(*task.spec) : "");
  }
  return args;
}

StatusOr<int64_t> RedisStore::IndexJob(const JobRecord& job) {
  const std::string sequence_key = keys_.Farm("sequence");
  const std::string jobs = keys_.Farm("jobs");
  LT_ASSIGN_OR_RETURN(const Reply next,
                      client_.Run(sequence_key, {"INCR", sequence_key}, true));
  LT_ASSIGN_OR_RETURN(const int64_t sequence, next.Integer());
  const std::string score = std::to_string(sequence);
  const std::string state = keys_.Farm(HasEnded(job.state) ? "ended" : "live");
  const std::string tenant = keys_.Tenant(job.tenant);
  const auto replies = client_.RunAll(
      {{jobs, {"ZADD", jobs, "NX", score, job.job_id}, nullptr, true, {}},
       {tenant, {"ZADD", tenant, "NX", score, job.job_id}, nullptr, true, {}},
       {state, {"ZADD", state, "NX", score, job.job_id}, nullptr, true, {}},
       {jobs, {"ZSCORE", jobs, job.job_id}, nullptr, true, {}}});
  for (const auto& reply : replies) LT_RETURN_IF_ERROR(reply.status());
  return replies.back()->Integer();
}

Status RedisStore::CheckNeverSeen(const std::string& job_id) {
  const auto known = histories_.Get(job_id);
  if (known.mark.version == 0) return OkStatus();
  const std::string gone = keys_.Job(job_id, "gone");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(gone, {"EXISTS", gone}, true));
  LT_ASSIGN_OR_RETURN(const int64_t exists, reply.Integer());
  if (exists == 0) {
    histories_.NoteLoss(known);
    return redis::StateForgotten(job_id);
  }
  histories_.Forget(job_id);
  return OkStatus();
}

StatusOr<CreateOutcome> RedisStore::CreateJob(
    const JobRecord& job, const std::vector<TaskRecord>& tasks,
    const std::string& event) {
  const auto known = GetJob(job.job_id);
  if (known.ok()) return CreateOutcome{false, *known};
  if (known.status().code() != StatusCode::kNotFound) return known.status();
  LT_RETURN_IF_ERROR(CheckNeverSeen(job.job_id));
  const auto start = std::chrono::steady_clock::now();
  // First the index: no job is without.
  LT_ASSIGN_OR_RETURN(const int64_t sequence, IndexJob(job));
  redis::FieldList fields = redis::EncodeJob(job);
  fields.emplace_back("sequence", std::to_string(sequence));
  Args args = {std::to_string(fields.size())};
  for (auto& [field, value] : fields) {
    args.push_back(field);
    args.push_back(std::move(value));
  }
  LT_ASSIGN_OR_RETURN(const Answer answer,
                      RunJob(redis::kCreate, job.job_id, job.submitted_at,
                             event, TaskArgs(tasks, std::move(args))));
  LT_RETURN_IF_ERROR(answer.status);
  if (std::chrono::steady_clock::now() - start > kSlowCreation) {
    LT_RETURN_IF_ERROR(IndexJob(job).status());
  }
  LT_RETURN_IF_ERROR(ForgetOldJobs());
  LT_ASSIGN_OR_RETURN(JobRecord record, GetJob(job.job_id));
  return CreateOutcome{!answer.exists, std::move(record)};
}

StatusOr<int> RedisStore::AddTasks(const AddTasksRequest& request) {
  // What is said of the whole job goes with the first tasks: should the rest
  // not follow, the job waits for tasks that the next plan adds.
  Args args = {
      std::to_string(request.total_frames),
      request.segments.empty() ? "" : redis::SegmentsToJson(request.segments),
      std::to_string(request.segments.size())};
  std::string event = request.event;
  const auto& tasks = request.tasks;
  int added = 0;
  for (size_t from = 0; from == 0 || from < tasks.size();
       from += kTasksAtOnce) {
    const size_t to = std::min(from + kTasksAtOnce, tasks.size());
    const auto begin = tasks.begin();
    const std::vector<TaskRecord> some(begin + static_cast<int64_t>(from),
                                       begin + static_cast<int64_t>(to));
    LT_ASSIGN_OR_RETURN(const Answer answer,
                        RunJob(redis::kAddTasks, request.job_id, request.now,
                               event, TaskArgs(some, std::move(args))));
    LT_RETURN_IF_ERROR(answer.status);
    added += static_cast<int>(answer.result);
    args = {"0", "", "0"};
    event.clear();
  }
  return added;
}

void RedisStore::NoteOutcome(const std::string& job_id, bool ended) {
  if (!ended) return;
  DropHints(hand_.TakeJob(job_id, std::nullopt));
  // ListLoads does it if this fails.
  IndexEnded(job_id).IgnoreError();
}

Status RedisStore::EndJob(const std::string& job_id, const JobOutcome& outcome,
                          absl::Time now, const std::string& event) {
  LT_ASSIGN_OR_RETURN(const Answer answer, RunJob(redis::kEndJob, job_id, now,
                                                  event, OutcomeArgs(outcome)));
  NoteOutcome(job_id, answer.status.ok());
  return answer.status;
}

Status RedisStore::RetryJob(const RetryRequest& request) {
  const std::string jobs = keys_.Farm("jobs");
  const std::string live = keys_.Farm("live");
  const std::string ended = keys_.Farm("ended");
  LT_ASSIGN_OR_RETURN(
      const Reply reply,
      client_.Run(jobs, {"ZSCORE", jobs, request.job_id}, true));
  if (reply.is_nil()) {
    return NotFound(fmt::format("no job {}", request.job_id));
  }
  LT_ASSIGN_OR_RETURN(const std::string score, reply.String());
  // First the index: no live job is without.
  LT_RETURN_IF_ERROR(
      client_.Run(live, {"ZADD", live, score, request.job_id}, true).status());
  Args args = {request.unbind ? "1" : "0", std::to_string(request.lost.size())};
  args.insert(args.end(), request.lost.begin(), request.lost.end());
  args.insert(args.end(), request.drop.begin(), request.drop.end());
  LT_ASSIGN_OR_RETURN(const Answer answer,
                      RunJob(redis::kRetry, request.job_id, request.now,
                             request.event, std::move(args)));
  // Out of the ended ones; or back, when the script refused.
  LT_RETURN_IF_ERROR(IndexEnded(request.job_id));
  return answer.status;
}

Status RedisStore::HealJob(const HealRequest& request) {
  const FencingToken token = request.found_by.value_or(FencingToken{});
  Args args = {token.task_id, request.worker_id, std::to_string(token.epoch),
               std::to_string(token.attempt),
               std::to_string(request.lost.size())};
  for (const LostResult& lost : request.lost) {
    args.push_back(lost.task_id);
    args.push_back(std::to_string(lost.times_lost));
  }
  args.insert(args.end(), request.drop.begin(), request.drop.end());
  LT_ASSIGN_OR_RETURN(const Answer answer,
                      RunJob(redis::kHeal, request.job_id, request.now,
                             request.event, std::move(args)));
  return answer.status;
}

Status RedisStore::ChangeJob(const ChangeJobRequest& request) {
  const auto text = [](const auto& value) {
    return value ? std::to_string(static_cast<int>(*value)) : std::string();
  };
  LT_ASSIGN_OR_RETURN(
      const Answer answer,
      RunJob(redis::kChange, request.job_id, request.now, request.event,
             {text(request.paused), text(request.priority),
              text(request.window)}));
  if (answer.status.ok() &&
      (request.priority || request.paused.value_or(false))) {
    // Taken back by the script; what is in the streams is found stale there.
    DropHints(hand_.TakeJob(request.job_id, std::nullopt));
  }
  return answer.status;
}

Status RedisStore::IndexEnded(const std::string& job_id) {
  const std::string jobs = keys_.Farm("jobs");
  const std::string live = keys_.Farm("live");
  const std::string ended = keys_.Farm("ended");
  const std::string job = keys_.Job(job_id, "job");
  const auto state_of = [&]() -> StatusOr<std::optional<std::string>> {
    LT_ASSIGN_OR_RETURN(const Reply reply,
                        client_.Run(job, {"HGET", job, "state"}, true));
    return reply.StringOrNil();
  };
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(jobs, {"ZSCORE", jobs, job_id}, true));
  LT_ASSIGN_OR_RETURN(const auto score, reply.StringOrNil());
  LT_ASSIGN_OR_RETURN(auto state, state_of());
  if (!score || !state) return OkStatus();
  // Again when it changed meanwhile: whoever comes last sees the last state.
  for (std::optional<std::string> before; before != state;) {
    before = state;
    LT_ASSIGN_OR_RETURN(const JobState now, redis::JobStateFromName(*state));
    const std::string& to = HasEnded(now) ? ended : live;
    const std::string& from = HasEnded(now) ? live : ended;
    const auto replies =
        client_.RunAll({{to, {"ZADD", to, *score, job_id}, nullptr, true, {}},
                        {from, {"ZREM", from, job_id}, nullptr, true, {}}});
    for (const auto& r : replies) LT_RETURN_IF_ERROR(r.status());
    LT_ASSIGN_OR_RETURN(state, state_of());
    if (!state) return OkStatus();
  }
  return OkStatus();
}

Status RedisStore::ForgetOldJobs() {
  const std::string ended = keys_.Farm("ended");
  const std::string jobs = keys_.Farm("jobs");
  LT_ASSIGN_OR_RETURN(const Reply size,
                      client_.Run(ended, {"ZCARD", ended}, true));
  LT_ASSIGN_OR_RETURN(const int64_t count, size.Integer());
  const int64_t over = std::min<int64_t>(
      kForgetAtOnce, count - static_cast<int64_t>(options_.max_ended_jobs));
  if (over <= 0) return OkStatus();
  LT_ASSIGN_OR_RETURN(
      const Reply oldest,
      client_.Run(ended, {"ZRANGE", ended, "0", std::to_string(over - 1)},
                  true));
  LT_ASSIGN_OR_RETURN(const auto job_ids, oldest.Strings());
  for (const std::string& job_id : job_ids) {
    const std::string job = keys_.Job(job_id, "job");
    LT_ASSIGN_OR_RETURN(const Reply tenant,
                        client_.Run(job, {"HGET", job, "tenant"}, true));
    LT_ASSIGN_OR_RETURN(const auto name, tenant.StringOrNil());
    auto keys = keys_.JobKeys(job_id);
    keys.push_back(keys_.Job(job_id, "gone"));
    const auto known = histories_.Get(job_id);
    Args args = HeadArgs(absl::UnixEpoch(), "", known);
    args.push_back(std::to_string(kTombstoneSeconds));
    LT_ASSIGN_OR_RETURN(const Reply reply,
                        client_.RunScript(redis::kForgetJob, keys, args, true));
    LT_ASSIGN_OR_RETURN(const Answer answer, ParseAnswer(job_id, reply));
    if (answer.mark.version > 0) histories_.Note(job_id, known, answer.mark);
    LT_RETURN_IF_ERROR(answer.status);
    std::vector<Call> calls = {
        {ended, {"ZREM", ended, job_id}, nullptr, true, {}}};
    if (answer.result == 1) {
      calls.push_back({jobs, {"ZREM", jobs, job_id}, nullptr, true, {}});
      const std::string tenant_key = keys_.Tenant(name.value_or(""));
      calls.push_back(
          {tenant_key, {"ZREM", tenant_key, job_id}, nullptr, true, {}});
    }
    for (const auto& r : client_.RunAll(calls)) {
      LT_RETURN_IF_ERROR(r.status());
    }
  }
  return OkStatus();
}

}  // namespace longtake::coordinator
