#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/cleanup/cleanup.h"
#include "coordinator/store/redis/job_codec.h"
#include "coordinator/store/redis/plain_scripts.h"
#include "coordinator/store/redis/redis_store.h"

// The shared queue: streams, and this coordinator's hand of their entries.

namespace longtake::coordinator {
namespace {

using redis::Args;
using redis::Call;
using redis::Hint;
using redis::Reply;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The list of queues is read again after this, and when a queue has changed.
constexpr milliseconds kReadQueuesEvery{500};
// A queue may have news after this, whether or not a message said so.
constexpr milliseconds kReadQueueEvery{50};
// However much changes, a hand that suffices looks for better so often only.
constexpr milliseconds kLookForBetterEvery{20};
// A process notes its use of a queue this often; Sweep removes queues that
// were not used for much longer (redis_sweep.cc).
constexpr std::chrono::seconds kNoteUseEvery{60};
constexpr int kMaxHandPerQueue = 64;
constexpr milliseconds kKeepHandEvery{100};

struct Offer {
  explicit Offer(const WorkerOffer& o) : offer(o) {
    for (const EngineBinding& engine : o.engines) {
      digests.push_back(redis::BindingDigest(engine));
    }
  }
  // The engine that runs what is in `queue`; null when the asker can't.
  const EngineBinding* Match(const redis::QueueName& queue) const {
    if (!Meets(offer, queue.needs)) return nullptr;
    for (size_t i = 0; i < digests.size(); ++i) {
      if (queue.binding.empty() ? offer.engines[i].name == queue.engine
                                : digests[i] == queue.binding) {
        return &offer.engines[i];
      }
    }
    return nullptr;
  }
  const WorkerOffer& offer;
  std::vector<std::string> digests;  // of its engines
};

// From one entry of a stream; nothing when it is of no use to anybody.
std::optional<Hint> ParseHint(const std::string& queue_ref,
                              const redis::QueueName& queue, const Reply& entry,
                              std::string* id) {
  const auto parts = entry.Array();
  if (!parts.ok() || parts->size() != 2) return std::nullopt;
  const auto entry_id = (*parts)[0].String();
  const auto flat = (*parts)[1].Strings();
  if (!entry_id.ok()) return std::nullopt;
  *id = *entry_id;
  if (!flat.ok()) return std::nullopt;
  std::map<std::string, std::string> fields;
  for (size_t i = 0; i + 1 < flat->size(); i += 2) {
    fields[(*flat)[i]] = (*flat)[i + 1];
  }
  Hint hint{
      queue_ref,          queue,           *entry_id,          fields["job"],
      fields["task"],     fields["value"], fields["identity"], {},
      steady_clock::now()};
  if (hint.job_id.empty() || redis::OrderOf(hint.value) == 0) {
    return std::nullopt;
  }
  const auto avoid = nlohmann::json::parse(fields["avoid"], nullptr, false);
  if (avoid.is_array()) {
    for (const auto& name : avoid) {
      if (name.is_string()) hint.avoid_workers.push_back(name);
    }
  }
  return hint;
}

}  // namespace

StatusOr<std::vector<ReadyTask>> RedisStore::PollReady(
    const PollRequest& request) {
  const Offer offer(request.offer);
  const size_t limit = static_cast<size_t>(std::max(request.limit, 0));
  const auto select = [&] {
    return hand_.Select(request.after, limit,
                        [&offer](const Hint& hint, ReadyTask* task) {
                          const EngineBinding* engine = offer.Match(hint.queue);
                          if (engine != nullptr) task->binding = *engine;
                          return engine != nullptr;
                        });
  };
  std::vector<ReadyTask> tasks = select();
  LT_ASSIGN_OR_RETURN(
      const bool refilled,
      Refill(request, tasks.size(), [&offer](const redis::QueueName& queue) {
        return offer.Match(queue) != nullptr;
      }));
  // Another's refill may have brought what was missing.
  return refilled || tasks.empty() ? select() : tasks;
}

StatusOr<bool> RedisStore::Refill(
    const PollRequest& request, size_t found,
    const std::function<bool(const redis::QueueName&)>& fits) {
  const bool enough = static_cast<int>(found) >= request.limit;
  // With something at hand nobody waits for another's refill.
  if (found == 0) {
    refill_mutex_.Lock();
  } else if (!refill_mutex_.TryLock()) {
    return false;
  }
  const absl::Cleanup unlock = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    refill_mutex_.Unlock();
  };
  LT_RETURN_IF_ERROR(RefreshQueues());
  std::vector<std::pair<std::string, int>> wanted;
  {
    const SteadyTime now = steady_clock::now();
    absl::MutexLock lock(&queues_mutex_);
    for (auto& [ref, queue] : queues_) {
      if (now - queue.read_at > kReadQueueEvery) queue.unread = true;
      if (!queue.unread || !fits(queue.name)) continue;
      if (enough && now - queue.read_at < kLookForBetterEvery) continue;
      const int held = static_cast<int>(hand_.CountIn(ref));
      const int room = std::max(kMaxHandPerQueue, request.limit) - held;
      const int missing = request.limit - static_cast<int>(found);
      // What is used up as fast as it comes is taken in larger parts.
      queue.part = !enough && now - queue.read_at < kReadQueueEvery
                       ? std::min(2 * queue.part, kMaxHandPerQueue)
                       : kMinTake;
      const int take = std::min(room, std::max(queue.part, missing));
      if (take <= 0) continue;
      queue.unread = false;
      queue.read_at = now;
      wanted.emplace_back(ref, take);
    }
  }
  if (wanted.empty()) return false;
  writer_.Flush();
  LT_RETURN_IF_ERROR(TakeFrom(wanted));
  return true;
}

Status RedisStore::RefreshQueues() {
  const SteadyTime now = steady_clock::now();
  {
    absl::MutexLock lock(&queues_mutex_);
    if (now - queues_read_at_ < kReadQueuesEvery) return OkStatus();
  }
  const std::string key = keys_.Farm("queues");
  LT_ASSIGN_OR_RETURN(const Reply reply,
                      client_.Run(key, {"ZRANGE", key, "0", "-1"}, true));
  LT_ASSIGN_OR_RETURN(const auto refs, reply.Strings());
  absl::MutexLock lock(&queues_mutex_);
  for (const std::string& ref : refs) {
    if (queues_.contains(ref)) continue;
    if (const auto name = redis::ParseQueueRef(ref)) queues_[ref].name = *name;
  }
  std::erase_if(queues_, [&](const auto& entry) {
    return entry.second.touched_at == SteadyTime{} &&
           std::find(refs.begin(), refs.end(), entry.first) == refs.end();
  });
  queues_read_at_ = now;
  return OkStatus();
}

Status RedisStore::TakeFrom(
    const std::vector<std::pair<std::string, int>>& wanted) {
  std::vector<Call> calls;
  for (const auto& [ref, count] : wanted) {
    LT_ASSIGN_OR_RETURN(
        Call call, redis::ScriptCall(redis::kTakeHints, {keys_.Queue(ref)},
                                     {redis::kGroup, me_, std::to_string(count),
                                      redis::kReturnedConsumer},
                                     true));
    calls.push_back(std::move(call));
  }
  const auto replies = client_.RunAll(calls);
  std::vector<Hint> hints;
  std::vector<Hint> useless;
  Status status;
  for (size_t i = 0; i < replies.size(); ++i) {
    const auto& [ref, count] = wanted[i];
    if (!replies[i].ok()) {
      status = replies[i].status();
      MarkUnread(ref);
      continue;
    }
    const auto queue = redis::ParseQueueRef(ref);
    LT_ASSIGN_OR_RETURN(const auto entries, replies[i]->Array());
    if (static_cast<int>(entries.size()) >= count) MarkUnread(ref);
    for (const Reply& entry : entries) {
      std::string id;
      auto hint = ParseHint(ref, *queue, entry, &id);
      if (hint) {
        hints.push_back(*std::move(hint));
      } else if (!id.empty()) {
        useless.push_back({ref, *queue, id, {}, {}, {}, {}, {}, {}});
      }
    }
  }
  DropHints(useless);
  LT_RETURN_IF_ERROR(Deal(std::move(hints)));
  return status;
}

Status RedisStore::Deal(std::vector<Hint> hints) {
  std::map<std::string, std::vector<size_t>> by_job;
  for (size_t i = 0; i < hints.size(); ++i) {
    by_job[hints[i].job_id].push_back(i);
  }
  std::vector<Call> calls;
  for (const auto& [job_id, indices] : by_job) {
    Args ids;
    for (const size_t i : indices) ids.push_back(hints[i].task_id);
    LT_ASSIGN_OR_RETURN(
        Call call,
        redis::ScriptCall(
            redis::kReadHinted,
            {keys_.Job(job_id, "job"), keys_.Job(job_id, "tasks"),
             keys_.Job(job_id, "specs"), keys_.Job(job_id, "queued")},
            ids, true));
    calls.push_back(std::move(call));
  }
  const auto replies = client_.RunAll(calls);
  std::vector<Hint> stale;
  size_t nth = 0;
  for (const auto& [job_id, indices] : by_job) {
    const auto& reply = replies[nth++];
    LT_RETURN_IF_ERROR(reply.status());
    LT_ASSIGN_OR_RETURN(const auto texts, reply->Strings());
    for (size_t i = 0; i < indices.size(); ++i) {
      Hint& hint = hints[indices[i]];
      const bool confirmed = AttachTask(texts, i, &hint);
      std::optional<Hint> loser = confirmed ? hand_.Add(std::move(hint))
                                            : std::optional(std::move(hint));
      if (loser) stale.push_back(*std::move(loser));
    }
  }
  DropHints(stale);
  return OkStatus();
}

bool RedisStore::AttachTask(const std::vector<std::string>& texts, size_t nth,
                            Hint* hint) {
  constexpr size_t kHead = 3, kEach = 3;
  const size_t at = kHead + nth * kEach;
  if (texts.size() < at + kEach || texts[at] != hint->value) return false;
  TaskInJob task;
  auto record = MakeTask(hint->task_id, texts[at + 1], texts[at + 2], "");
  const auto state = redis::JobStateFromName(texts[0]);
  // What can't be read is GetTask's to explain.
  if (!record.ok() || !state.ok()) return true;
  static_cast<TaskRecord&>(task) = *std::move(record);
  task.queued = true;
  task.job_state = *state;
  task.tenant = texts[1];
  task.binding = redis::BindingFromJson(texts[2]);
  hint->task = std::make_shared<const TaskInJob>(std::move(task));
  return true;
}

void RedisStore::MarkUnread(const std::string& queue_ref) {
  absl::MutexLock lock(&queues_mutex_);
  const auto it = queues_.find(queue_ref);
  if (it != queues_.end()) it->second.unread = true;
}

void RedisStore::MarkAllUnread() {
  absl::MutexLock lock(&queues_mutex_);
  for (auto& [ref, queue] : queues_) queue.unread = true;
  queues_read_at_ = {};
}

void RedisStore::NoteUse(const std::string& queue_ref,
                         std::vector<Call>* calls) {
  const SteadyTime now = steady_clock::now();
  {
    absl::MutexLock lock(&queues_mutex_);
    auto it = queues_.find(queue_ref);
    if (it == queues_.end()) {
      const auto name = redis::ParseQueueRef(queue_ref);
      if (!name) return;
      it = queues_.emplace(queue_ref, Queue{*name}).first;
    } else if (it->second.touched_at != SteadyTime{} &&
               now - it->second.touched_at < kNoteUseEvery) {
      return;
    }
    it->second.touched_at = now;
  }
  auto call = redis::ScriptCall(redis::kTouchQueue, {keys_.Farm("queues")},
                                {queue_ref}, true);
  if (call.ok()) calls->push_back(*std::move(call));
}

void RedisStore::GiveBack(const std::vector<Hint>& hints) {
  std::map<std::string, Args> by_queue;
  for (const Hint& hint : hints) {
    const std::string key = keys_.Queue(hint.queue_ref);
    Args& args = by_queue[key];
    if (args.empty()) {
      args = {"XCLAIM", key, redis::kGroup, redis::kReturnedConsumer, "0"};
    }
    args.push_back(hint.entry_id);
    MarkUnread(hint.queue_ref);
  }
  std::vector<Call> calls;
  for (auto& [key, args] : by_queue) {
    args.push_back("JUSTID");
    calls.push_back({key, std::move(args), nullptr, true, {}});
  }
  writer_.Add(std::move(calls), true);
}

void RedisStore::KeepHand(std::stop_token stop) {
  const auto patience = absl::ToChronoNanoseconds(options_.hint_patience);
  std::stop_callback wake(stop, [this] {
    absl::MutexLock lock(&keeper_mutex_);  // the wait looks at the token again
  });
  while (!stop.stop_requested()) {
    const auto stopping = [&stop] { return stop.stop_requested(); };
    {
      absl::MutexLock lock(&keeper_mutex_);
      keeper_mutex_.AwaitWithTimeout(absl::Condition(&stopping),
                                     absl::FromChrono(kKeepHandEvery));
    }
    GiveBack(hand_.TakeOlder(steady_clock::now() - patience));
  }
}

}  // namespace longtake::coordinator
