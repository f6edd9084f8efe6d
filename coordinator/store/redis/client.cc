#include "coordinator/store/redis/client.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "fmt/format.h"

namespace longtake::coordinator::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::chrono::nanoseconds Chrono(absl::Duration d) {
  return absl::ToChronoNanoseconds(d);
}

Status FromServer(const Endpoint& server, const Status& status) {
  return Annotate(status, "redis " + server.ToString());
}

// What goes over the wire; `whole_text` as the server forgot the script.
void Encode(const Call& call, bool whole_text, std::string* bytes) {
  if (call.script == nullptr) {
    Connection::Encode({}, call.args, bytes);
  } else if (whole_text) {
    Connection::Encode({"EVAL", call.script->text}, call.args, bytes);
  } else {
    Connection::Encode({"EVALSHA", call.script->sha1}, call.args, bytes);
  }
}

}  // namespace

// One call on its way to its answer.
struct Client::Pending {
  size_t index = 0;
  bool done = false;
  bool whole_text = false;           // EVAL: the server forgot the script
  std::optional<Endpoint> redirect;  // where the next round must go
  bool asking = false;               // …for this once
  StatusOr<Reply> answer = Unavailable("not sent");

  void Finish(StatusOr<Reply> with) {
    answer = std::move(with);
    done = true;
  }
};

// What a round found out for the next.
struct Client::Round {
  bool wait = false;           // back off before the next
  bool refresh_slots = false;  // the table is out of date
};

StatusOr<Call> ScriptCall(const Script& script,
                          const std::vector<std::string>& keys, Args args,
                          bool repeatable) {
  if (keys.empty()) {
    return Internal(fmt::format("script {}: no key", script.name));
  }
  for (const std::string& key : keys) {
    if (SlotTag(key) == SlotTag(keys[0])) continue;
    if (KeySlot(key) != KeySlot(keys[0])) {
      return Internal(fmt::format("script {}: keys {} and {} are in two slots",
                                  script.name, keys[0], key));
    }
  }
  Call call{keys[0], {}, &script, repeatable, absl::ZeroDuration()};
  call.args.reserve(1 + keys.size() + args.size());
  call.args.push_back(std::to_string(keys.size()));
  call.args.insert(call.args.end(), keys.begin(), keys.end());
  call.args.insert(call.args.end(), std::make_move_iterator(args.begin()),
                   std::make_move_iterator(args.end()));
  return call;
}

Client::Client(ClientOptions options)
    : options_(std::move(options)),
      seed_(std::make_unique<Connector>(options_.target,
                                        options_.connect_timeout),
            options_.pool) {}

Client::~Client() = default;

StatusOr<Reply> Client::Run(const Call& call) {
  return std::move(RunEach(absl::MakeConstSpan(&call, 1))[0]);
}

StatusOr<Reply> Client::Run(const std::string& key, Args args,
                            bool repeatable) {
  return Run(
      Call{key, std::move(args), nullptr, repeatable, absl::ZeroDuration()});
}

StatusOr<Reply> Client::RunScript(const Script& script,
                                  const std::vector<std::string>& keys,
                                  Args args, bool repeatable) {
  LT_ASSIGN_OR_RETURN(const Call call,
                      ScriptCall(script, keys, std::move(args), repeatable));
  return Run(call);
}

std::vector<StatusOr<Reply>> Client::RunAll(const std::vector<Call>& calls) {
  return RunEach(calls);
}

std::vector<StatusOr<Reply>> Client::RunEach(absl::Span<const Call> calls) {
  const Deadline deadline = SteadyClock::now() + Chrono(options_.patience);
  std::vector<Pending> pending(calls.size());
  for (size_t i = 0; i < calls.size(); ++i) pending[i].index = i;
  Backoff backoff(options_.pool.backoff);
  for (;;) {
    Round round;
    RunRound(calls, deadline, &pending, &round);
    const bool all_done = std::all_of(pending.begin(), pending.end(),
                                      [](const Pending& p) { return p.done; });
    if (round.refresh_slots) RefreshSlots().IgnoreError();  // the next will try
    if (all_done || SteadyClock::now() >= deadline) break;
    if (round.wait) {
      std::this_thread::sleep_until(
          std::min(deadline, SteadyClock::now() + Chrono(backoff.Next())));
    }
  }
  std::vector<StatusOr<Reply>> answers;
  answers.reserve(calls.size());
  for (Pending& p : pending) answers.push_back(std::move(p.answer));
  return answers;
}

void Client::RunRound(absl::Span<const Call> calls, Deadline deadline,
                      std::vector<Pending>* pending, Round* round) {
  std::map<Pool*, std::vector<Pending*>> batches;
  for (Pending& p : *pending) {
    if (p.done) continue;
    StatusOr<Pool*> pool =
        p.redirect ? NodePool(*p.redirect) : Route(calls[p.index], deadline);
    if (pool.ok()) {
      batches[*pool].push_back(&p);
    } else {
      p.answer = pool.status();
      round->wait = true;
    }
  }
  for (const auto& [pool, batch] : batches) {
    RunOn(pool, calls, batch, deadline, round);
  }
}

void Client::RunOn(Pool* pool, absl::Span<const Call> calls,
                   const std::vector<Pending*>& batch, Deadline deadline,
                   Round* round) {
  auto connection = pool->Borrow(deadline);
  if (!connection.ok()) {
    for (Pending* p : batch) {
      p->answer = connection.status();
      p->redirect.reset();
    }
    round->wait = true;
    round->refresh_slots = mode_ == Mode::kCluster;
    return;
  }
  const Endpoint server = (*connection)->endpoint();
  absl::Duration timeout = options_.command_timeout;
  std::string bytes;
  std::vector<Pending*> owners;  // of each command's reply; null for ASKING
  for (Pending* p : batch) {
    const Call& call = calls[p->index];
    timeout = std::max(timeout, options_.command_timeout + call.block);
    if (p->asking) {
      Connection::Encode({"ASKING"}, {}, &bytes);
      owners.push_back(nullptr);
    }
    p->redirect.reset();
    p->asking = false;
    Encode(call, p->whole_text, &bytes);
    owners.push_back(p);
  }
  std::vector<Reply> replies;
  const auto start = SteadyClock::now();
  const Status sent =
      (*connection)->Pipeline(bytes, owners.size(), timeout, &replies);
  for (size_t i = 0; i < owners.size(); ++i) {
    Pending* p = owners[i];
    if (p == nullptr) continue;
    const Call& call = calls[p->index];
    if (i < replies.size()) {
      Observe(call, start, !replies[i].is_error());
      Take(pool, server, call, std::move(replies[i]), p, round);
      continue;
    }
    Observe(call, start, false);
    p->answer = sent;
    p->done = !call.repeatable;
    round->wait = true;
    round->refresh_slots |= mode_ == Mode::kCluster;
  }
}

void Client::Take(Pool* pool, const Endpoint& from, const Call& call,
                  Reply reply, Pending* pending, Round* round) {
  if (!reply.is_error()) return pending->Finish(std::move(reply));
  const std::string code = reply.ErrorCode();
  const Status status = FromServer(from, reply.ToStatus());
  if (code == "NOSCRIPT" && call.script != nullptr && !pending->whole_text) {
    pending->whole_text = true;
    pending->answer = status;
    return;
  }
  if (code == "MOVED" || code == "ASK") {
    const auto target = ParseRedirect(reply.ErrorText(), from);
    if (!target.ok()) return pending->Finish(target.status());
    pending->redirect = *target;
    pending->asking = code == "ASK";
    pending->answer = Unavailable(Message(status));
    round->refresh_slots |= code == "MOVED";
    return;
  }
  if (!IsPassingError(code)) return pending->Finish(status);
  if (IsWrongServerError(code)) pool->Drop();
  pending->answer = status;
  round->wait = true;
  round->refresh_slots |= mode_ == Mode::kCluster;
}

void Client::Observe(const Call& call, SteadyClock::time_point start,
                     bool ok) const {
  if (!options_.observer) return;
  options_.observer(call.script != nullptr ? call.script->name
                                           : std::string_view(call.args.at(0)),
                    absl::FromChrono(SteadyClock::now() - start), ok);
}

StatusOr<Pool*> Client::Route(const Call& call, Deadline deadline) {
  if (mode_ == Mode::kUnknown) LT_RETURN_IF_ERROR(FindMode(deadline));
  if (mode_ == Mode::kSingle || call.key.empty()) return &seed_;
  const int slot = KeySlot(call.key);
  std::optional<Endpoint> master;
  {
    absl::MutexLock lock(&mutex_);
    if (const Endpoint* found = FindMaster(slots_, slot)) master = *found;
  }
  if (master) return NodePool(*master);
  LT_RETURN_IF_ERROR(RefreshSlots());
  absl::MutexLock lock(&mutex_);
  if (const Endpoint* found = FindMaster(slots_, slot)) master = *found;
  if (!master) {
    return Unavailable(fmt::format(
        "redis {}: no node serves slot {}; look at redis-cli --cluster check",
        options_.target.ToString(), slot));
  }
  return nodes_[*master].get();
}

Status Client::FindMode(Deadline deadline) {
  bool cluster = false;
  {
    LT_ASSIGN_OR_RETURN(const auto connection, seed_.Borrow(deadline));
    cluster = connection->facts().cluster;
  }
  if (cluster) {
    LT_RETURN_IF_ERROR(RefreshFrom(&seed_));
  } else if (options_.target.servers.size() > 1) {
    return Unavailable(fmt::format(
        "redis {}: several addresses, but no cluster; name one server, or use "
        "redis-sentinel://",
        options_.target.ToString()));
  }
  mode_ = cluster ? Mode::kCluster : Mode::kSingle;
  return OkStatus();
}

Pool* Client::NodePool(const Endpoint& endpoint) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<Pool>& pool = nodes_[endpoint];
  if (!pool) {
    pool =
        std::make_unique<Pool>(seed_.connector().For(endpoint), options_.pool);
  }
  return pool.get();
}

Status Client::RefreshSlots() {
  if (refreshing_.exchange(true)) return OkStatus();  // somebody is at it
  std::vector<Pool*> pools = {&seed_};
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [endpoint, pool] : nodes_) pools.push_back(pool.get());
  }
  Status status;
  for (Pool* pool : pools) {
    status = RefreshFrom(pool);
    if (status.ok()) break;
  }
  refreshing_ = false;
  return status;
}

Status Client::RefreshFrom(Pool* pool) {
  SlotTable table;
  {
    // Now or never: the next node may be well.
    LT_ASSIGN_OR_RETURN(const auto connection,
                        pool->Borrow(SteadyClock::now()));
    LT_ASSIGN_OR_RETURN(
        const Reply reply,
        connection->Command({"CLUSTER", "SLOTS"}, options_.connect_timeout));
    LT_ASSIGN_OR_RETURN(table, ParseSlotTable(reply, connection->endpoint()));
  }
  for (const SlotRange& range : table) NodePool(range.master);
  absl::MutexLock lock(&mutex_);
  if (table == slots_) return OkStatus();
  if (!slots_.empty()) ++slot_changes_;
  slots_ = std::move(table);
  return OkStatus();
}

StatusOr<std::string> Client::RunIdOf(const std::string& key) {
  Call call;
  call.key = key;
  LT_ASSIGN_OR_RETURN(
      const Pool* pool,
      Route(call, SteadyClock::now() + Chrono(options_.patience)));
  return pool->run_id();
}

int64_t Client::generation() const {
  int64_t generation = seed_.generation() + slot_changes_;
  absl::MutexLock lock(&mutex_);
  for (const auto& [endpoint, pool] : nodes_) generation += pool->generation();
  return generation;
}

}  // namespace longtake::coordinator::redis
