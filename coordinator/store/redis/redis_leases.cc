#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "common/job/job_json.h"
#include "coordinator/store/redis/job_codec.h"
#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/store_scripts.h"
#include "coordinator/store/redis/task_codec.h"

// Attempts: leased, renewed, reported, lost.

namespace longtake::coordinator {
namespace {

using redis::Args;
using redis::Call;
using redis::Micros;
using redis::Reply;

Args TokenArgs(const FencingToken& token, const std::string& worker_id) {
  return {token.task_id, worker_id, std::to_string(token.epoch),
          std::to_string(token.attempt)};
}

void AddOutcome(const std::optional<JobOutcome>& outcome, Args* args) {
  if (!outcome) {
    args->insert(args->end(), {"", "", "", "0"});
    return;
  }
  args->insert(
      args->end(),
      {JobStateName(outcome->state), redis::EncodeStatus(outcome->error),
       outcome->take.sha256, std::to_string(outcome->take.size_bytes)});
}

void AddBinding(const EngineBinding& binding, Args* args) {
  args->insert(args->end(),
               {redis::EscapeName(binding.name), redis::BindingDigest(binding),
                redis::BindingToJson(binding)});
}

// "<attempt>:<task>", member of a job's due set; attempt 0: a retry.
DueTask ParseDue(const std::string& job_id, const std::string& member) {
  DueTask due;
  due.job_id = job_id;
  const size_t colon = member.find(':');
  std::from_chars(member.data(), member.data() + colon, due.attempt);
  due.task_id = member.substr(colon + 1);
  due.state = due.attempt > 0 ? TaskState::kLeased : TaskState::kWaitingRetry;
  return due;
}

}  // namespace

StatusOr<TaskRecord> RedisStore::Lease(const LeaseRequest& request) {
  std::optional<redis::Hint> hint;
  if (!request.backup) hint = hand_.Take(request.job_id, request.task_id);
  Args args = {request.task_id, request.worker_id,
               std::to_string(request.epoch), Micros(request.expires),
               request.backup ? "1" : "0"};
  AddBinding(request.binding, &args);
  const auto answer = RunJob(redis::kLease, request.job_id, request.now,
                             request.event, std::move(args));
  if (!answer.ok() || !answer->status.ok()) {
    if (hint) SettleHint(*std::move(hint), answer);
    return answer.ok() ? answer->status : answer.status();
  }
  if (hint) DropHints({*hint});
  if (!hint || redis::RouteOf(hint->value) != answer->route) {
    DropHints(hand_.TakeJob(request.job_id, answer->route));
  }
  if (answer->payload.size() != 2) return Internal("lease: too little");
  LT_ASSIGN_OR_RETURN(const std::string record, answer->payload[0].String());
  LT_ASSIGN_OR_RETURN(const std::string spec, answer->payload[1].String());
  return MakeTask(request.task_id, record, spec, "");
}

void RedisStore::SettleHint(redis::Hint hint, const StatusOr<Answer>& answer) {
  bool live = !answer.ok();  // nothing is known: look again later
  if (answer.ok() && answer->payload.size() == 1) {
    const auto value = answer->payload[0].String();
    live = value.ok() && *value == hint.value;
  }
  std::optional<redis::Hint> loser =
      live ? hand_.Add(std::move(hint)) : std::optional(std::move(hint));
  if (loser) DropHints({*loser});
}

StatusOr<int> RedisStore::CompleteFromCache(const CacheHitRequest& request) {
  auto hint = hand_.Take(request.job_id, request.task_id);
  Args args = {request.task_id};
  AddBinding(request.binding, &args);
  args.push_back(TaskResultToJson(*request.result));
  args.push_back(request.seams.empty() ? ""
                                       : redis::SeamsToJson(request.seams));
  AddOutcome(request.outcome, &args);
  const auto answer = RunJob(redis::kCacheHit, request.job_id, request.now,
                             request.event, std::move(args));
  const bool done = answer.ok() && answer->status.ok();
  if (hint && done) DropHints({*hint});
  if (hint && !done) GiveBack({*hint});
  if (!answer.ok()) return answer.status();
  LT_RETURN_IF_ERROR(answer->status);
  DropHints(hand_.TakeJob(request.job_id, answer->route));
  NoteOutcome(request.job_id, request.outcome.has_value());
  return static_cast<int>(answer->result);
}

Status RedisStore::Renew(const RenewRequest& request) {
  Args args = TokenArgs(request.token, request.worker_id);
  args.insert(
      args.end(),
      {Micros(request.expires), std::to_string(request.frames_done),
       std::to_string(absl::ToInt64Microseconds(request.event_interval))});
  LT_ASSIGN_OR_RETURN(const Answer answer,
                      RunJob(redis::kRenew, request.token.job_id, request.now,
                             request.event, std::move(args)));
  return answer.status;
}

StatusOr<Completion> RedisStore::Complete(const CompleteRequest& request) {
  Args args = TokenArgs(request.token, request.worker_id);
  args.push_back(TaskResultToJson(*request.result));
  args.push_back(request.seams.empty() ? ""
                                       : redis::SeamsToJson(request.seams));
  AddOutcome(request.outcome, &args);
  if (request.stay) {
    args.insert(args.end(), {std::to_string(request.stay->share),
                             std::to_string(request.stay->epoch),
                             Micros(request.stay->expires),
                             std::to_string(request.stay->luck)});
  }
  LT_ASSIGN_OR_RETURN(const Answer answer,
                      RunJob(redis::kComplete, request.token.job_id,
                             request.now, request.event, std::move(args)));
  LT_RETURN_IF_ERROR(answer.status);
  NoteOutcome(request.token.job_id, request.outcome.has_value());
  Completion completion{static_cast<int>(answer.result)};
  if (answer.payload.size() == 3) {
    LT_ASSIGN_OR_RETURN(const std::string id, answer.payload[0].String());
    LT_ASSIGN_OR_RETURN(const std::string record, answer.payload[1].String());
    LT_ASSIGN_OR_RETURN(const std::string spec, answer.payload[2].String());
    // The report is taken: a next task that can't be read expires.
    auto next = MakeTask(id, record, spec, "");
    if (next.ok()) completion.next = *std::move(next);
  }
  return completion;
}

Status RedisStore::Fail(const FailRequest& request) {
  Args args = TokenArgs(request.token, request.worker_id);
  args.insert(args.end(),
              {redis::EncodeStatus(request.error), request.fatal ? "1" : "0",
               request.elsewhere ? "1" : "0", Micros(request.not_before)});
  LT_ASSIGN_OR_RETURN(const Answer answer,
                      RunJob(redis::kFail, request.token.job_id, request.now,
                             request.event, std::move(args)));
  NoteOutcome(request.token.job_id, answer.status.ok() && request.fatal);
  return answer.status;
}

Status RedisStore::Release(const ReleaseRequest& request) {
  LT_ASSIGN_OR_RETURN(
      const Answer answer,
      RunJob(redis::kRelease, request.token.job_id, request.now, request.event,
             TokenArgs(request.token, request.worker_id)));
  return answer.status;
}

Status RedisStore::Expire(const ExpireRequest& request) {
  const bool fatal = request.fatal.has_value();
  LT_ASSIGN_OR_RETURN(
      const Answer answer,
      RunJob(
          redis::kExpire, request.job_id, request.now, request.event,
          {request.task_id, std::to_string(request.attempt), fatal ? "1" : "0",
           fatal ? redis::EncodeStatus(*request.fatal) : ""}));
  NoteOutcome(request.job_id, answer.status.ok() && fatal);
  return answer.status;
}

Status RedisStore::Forgive(const FencingToken& token) {
  LT_ASSIGN_OR_RETURN(
      const Answer answer,
      RunJob(redis::kForgive, token.job_id, absl::UnixEpoch(), "",
             {token.task_id, std::to_string(token.epoch),
              std::to_string(token.attempt)}));
  return answer.status;
}

Status RedisStore::MakeReady(const std::string& job_id,
                             const std::string& task_id, absl::Time now) {
  LT_ASSIGN_OR_RETURN(const Answer answer,
                      RunJob(redis::kMakeReady, job_id, now, "", {task_id}));
  return answer.status;
}

StatusOr<std::vector<DueTask>> RedisStore::ListDue(absl::Time now, int limit) {
  LT_ASSIGN_OR_RETURN(const auto job_ids, LiveJobs());
  std::vector<Call> calls;
  for (const std::string& job_id : job_ids) {
    const std::string key = keys_.Job(job_id, "due");
    calls.push_back({key,
                     {"ZRANGEBYSCORE", key, "-inf", Micros(now), "WITHSCORES",
                      "LIMIT", "0", std::to_string(std::max(limit, 0))},
                     nullptr,
                     true,
                     {}});
  }
  const auto replies = client_.RunAll(calls);
  std::vector<std::pair<double, DueTask>> found;
  for (size_t i = 0; i < replies.size(); ++i) {
    LT_RETURN_IF_ERROR(replies[i].status());
    LT_ASSIGN_OR_RETURN(const auto flat, replies[i]->Strings());
    for (size_t j = 0; j + 1 < flat.size(); j += 2) {
      double at = 0;
      std::from_chars(flat[j + 1].data(),
                      flat[j + 1].data() + flat[j + 1].size(), at);
      found.emplace_back(at, ParseDue(job_ids[i], flat[j]));
    }
  }
  std::stable_sort(
      found.begin(), found.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<DueTask> due;
  for (auto& [at, task] : found) {
    if (static_cast<int>(due.size()) >= limit) break;
    due.push_back(std::move(task));
  }
  return due;
}

}  // namespace longtake::coordinator
