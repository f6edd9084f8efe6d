#include "coordinator/store/redis/redis_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_split.h"
#include "common/job/job_json.h"
#include "common/log/log.h"
#include "coordinator/store/redis/connector.h"
#include "coordinator/store/redis/store_scripts.h"
#include "coordinator/store/redis/task_codec.h"
#include "coordinator/store/redis/worker_codec.h"

// Life of the store, and how scripts are run; the operations are in redis_*.cc
// by subject.

namespace longtake::coordinator {
namespace {

using redis::Args;
using redis::Call;
using redis::Reply;

constexpr char kSchema[] = "1";
constexpr size_t kParsedTexts = 4096;
// Jobs whose newest transitions are remembered.
constexpr size_t kMaxHistories = 20000;

std::string RandomName() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

Status FromCode(const std::string& job_id, const std::string& code,
                const std::string& message) {
  const std::string text = fmt::format("job {}: {}", job_id, message);
  if (code == "ABORTED") return Aborted(text);
  if (code == "NOT_FOUND") return NotFound(text);
  if (code == "FAILED_PRECONDITION") return FailedPrecondition(text);
  if (code == "FORGOTTEN") return redis::StateForgotten(job_id);
  return Internal(fmt::format("{} ({})", text, code));
}

}  // namespace

RedisStore::RedisStore(Options options)
    : options_(std::move(options)),
      keys_(options_.prefix),
      me_("c:" + (options_.coordinator_id.empty() ? RandomName()
                                                  : options_.coordinator_id)),
      instance_(RandomName()),
      client_(options_.client),
      specs_(TaskSpecFromJson, kParsedTexts),
      results_(TaskResultFromJson, kParsedTexts),
      workers_(redis::WorkerFromText, kParsedTexts),
      histories_(kMaxHistories),
      writer_(client_, keys_.Channel()),
      keeper_([this](std::stop_token stop) { KeepHand(std::move(stop)); }) {
  if (!options_.on_job_changed && !options_.on_queue_changed &&
      !options_.on_everything_changed) {
    return;
  }
  const auto call = [](const auto& callback, const auto&... args) {
    if (callback) callback(args...);
  };
  subscriber_ = std::make_unique<redis::Subscriber>(
      std::make_unique<redis::Connector>(options_.client.target,
                                         options_.client.connect_timeout),
      redis::SubscriberOptions{keys_.Channel(), {}, absl::Seconds(5)},
      [this, call](const std::string& payload) {
        if (payload.starts_with("job ")) {
          for (const std::string& job_id : std::vector<std::string>(
                   absl::StrSplit(payload.substr(4), ' '))) {
            call(options_.on_job_changed, job_id);
          }
        } else if (payload == "queue") {
          MarkAllUnread();
          call(options_.on_queue_changed);
        }
      },
      [this, call] {
        MarkAllUnread();
        call(options_.on_everything_changed);
      },
      [](const Status& status) {
        Log(LogLevel::kWarning, "redis subscription lost", {{"error", status}});
      });
}

RedisStore::~RedisStore() {
  subscriber_.reset();
  keeper_.request_stop();
  keeper_.join();
  GiveBack(hand_.TakeAll());
}

Status RedisStore::CheckSchema() {
  const std::string key = keys_.Farm("schema");
  LT_RETURN_IF_ERROR(
      client_.Run(key, {"SET", key, kSchema, "NX"}, true).status());
  LT_ASSIGN_OR_RETURN(const Reply reply, client_.Run(key, {"GET", key}, true));
  LT_ASSIGN_OR_RETURN(const std::string found, reply.String());
  if (found == kSchema) return OkStatus();
  return FailedPrecondition(fmt::format(
      "redis {}: the state is of schema {}, this coordinator needs {}; see "
      "'Migration' in docs/redis_schema.md",
      options_.client.target.ToString(), found, kSchema));
}

Args RedisStore::HeadArgs(absl::Time now, const std::string& event,
                          const redis::SeenHistories::Known& known) {
  return {redis::Micros(now), event,
          keys_.Channel(),    fmt::format("{}-{}", instance_, ++requests_),
          instance_,          std::to_string(known.mark.own)};
}

StatusOr<RedisStore::Answer> RedisStore::RunJob(const redis::Script& script,
                                                const std::string& job_id,
                                                absl::Time now,
                                                const std::string& event,
                                                Args args) {
  const auto known = histories_.Get(job_id);
  Args all = HeadArgs(now, event, known);
  all.insert(all.end(), std::make_move_iterator(args.begin()),
             std::make_move_iterator(args.end()));
  LT_ASSIGN_OR_RETURN(
      Reply reply,
      client_.RunScript(script, keys_.JobKeys(job_id), std::move(all), true));
  LT_ASSIGN_OR_RETURN(Answer answer, ParseAnswer(job_id, std::move(reply)));
  if (answer.mark.version > 0) histories_.Note(job_id, known, answer.mark);
  if (answer.status.ok() && !event.empty()) writer_.Changed(job_id);
  return answer;
}

StatusOr<RedisStore::Answer> RedisStore::ParseAnswer(const std::string& job_id,
                                                     Reply reply) {
  constexpr size_t kHead = 8;
  LT_ASSIGN_OR_RETURN(std::vector<Reply> parts, std::move(reply).Array());
  if (parts.size() < kHead) return Internal("a script answered too little");
  Answer answer;
  LT_ASSIGN_OR_RETURN(const std::string code, parts[0].String());
  if (parts[1].type() == Reply::Type::kInteger) {
    LT_ASSIGN_OR_RETURN(answer.result, parts[1].Integer());
  } else {
    LT_ASSIGN_OR_RETURN(answer.text, parts[1].String());
  }
  LT_ASSIGN_OR_RETURN(answer.mark.version, parts[2].Integer());
  LT_ASSIGN_OR_RETURN(answer.route, parts[3].Integer());
  LT_ASSIGN_OR_RETURN(answer.mark.own, parts[4].Integer());
  LT_ASSIGN_OR_RETURN(answer.mark.own_before, parts[5].Integer());
  answer.exists = code == "EXISTS";
  if (code != "OK" && !answer.exists) {
    answer.status = FromCode(job_id, code, answer.text);
  }
  LT_RETURN_IF_ERROR(WriteStreams(job_id, parts[6], parts[7]));
  answer.payload.assign(std::make_move_iterator(parts.begin() + kHead),
                        std::make_move_iterator(parts.end()));
  return answer;
}

Status RedisStore::WriteStreams(const std::string& job_id, const Reply& hints,
                                const Reply& drops) {
  std::vector<Call> calls;
  std::vector<std::string> queues;
  if (hints.empty() && drops.empty()) return OkStatus();
  LT_ASSIGN_OR_RETURN(const auto new_hints, hints.Array());
  for (const Reply& hint : new_hints) {
    LT_ASSIGN_OR_RETURN(auto f, hint.Strings());
    if (f.size() != 6) return Internal("a script made a hint of other size");
    const std::string ref = f[0] + ":" + f[1];
    const std::string key = keys_.Queue(ref);
    NoteUse(ref, &calls);
    calls.push_back({key,
                     {"XADD", key, "*", "job", job_id, "task", f[2], "value",
                      f[3], "identity", f[4], "avoid", f[5]},
                     nullptr,
                     true,
                     {}});
    if (queues.empty() || queues.back() != ref) queues.push_back(ref);
  }
  LT_ASSIGN_OR_RETURN(const auto old_hints, drops.Strings());
  for (const std::string& drop : old_hints) {
    const size_t space = drop.find(' ');
    const std::string key = keys_.Queue(drop.substr(0, space));
    const std::string id = drop.substr(space + 1);
    calls.push_back({key, {"XACK", key, redis::kGroup, id}, nullptr, true, {}});
    calls.push_back({key, {"XDEL", key, id}, nullptr, true, {}});
  }
  writer_.Add(std::move(calls), !queues.empty());
  for (const std::string& ref : queues) MarkUnread(ref);
  return OkStatus();
}

void RedisStore::DropHints(const std::vector<redis::Hint>& hints) {
  std::vector<Call> calls;
  for (const redis::Hint& hint : hints) {
    const std::string key = keys_.Queue(hint.queue_ref);
    calls.push_back(
        {key, {"XACK", key, redis::kGroup, hint.entry_id}, nullptr, true, {}});
    calls.push_back({key, {"XDEL", key, hint.entry_id}, nullptr, true, {}});
  }
  writer_.Add(std::move(calls), false);
}

}  // namespace longtake::coordinator
