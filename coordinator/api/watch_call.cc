#include "coordinator/api/watch_call.h"

#include <utility>

#include "common/rpc/convert.h"

namespace longtake::coordinator {
namespace {

constexpr int kEventsPerFetch = 64;

}  // namespace

WatchCall::WatchCall(CallContext& context, Caller caller,
                     const v1::WatchJobRequest& request)
    : context_(context),
      caller_(std::move(caller)),
      job_id_(request.job_id()),
      last_sequence_(request.after_sequence()) {
  context_.calls.Begin();
}

grpc::ServerWriteReactor<v1::JobEvent>* WatchCall::Start(
    CallContext& context, Caller caller, const v1::WatchJobRequest& request) {
  const std::shared_ptr<WatchCall> call(
      new WatchCall(context, std::move(caller), request));
  call->self_ = call;
  call->watch_ = context.scheduler.signals().WatchJob(
      call->job_id_, [weak = std::weak_ptr<WatchCall>(call)] {
        if (const auto watching = weak.lock()) watching->Poke();
      });
  call->Poke();
  return call.get();
}

void WatchCall::Poke() {
  {
    absl::MutexLock lock(&mutex_);
    poked_ = true;
    if (busy_ || finished_) return;
    busy_ = true;
  }
  ScheduleFetch();
}

void WatchCall::ScheduleFetch() {
  const Status scheduled = context_.executor.Schedule(
      [call = shared_from_this()] { call->Fetch(); });
  if (!scheduled.ok()) {
    FinishOnce(Unavailable("the coordinator is too busy or shutting down"));
  }
}

void WatchCall::Fetch() {
  int64_t after = 0;
  bool may_see = false;
  {
    absl::MutexLock lock(&mutex_);
    poked_ = false;
    after = last_sequence_;
    may_see = may_see_;
  }
  if (!may_see) {
    const Status seen = CheckJob(context_.scheduler, caller_, job_id_);
    if (!seen.ok()) {
      FinishOnce(seen);
      return;
    }
    absl::MutexLock lock(&mutex_);
    may_see_ = true;
  }
  Take(context_.scheduler.ListEvents(job_id_, after, kEventsPerFetch));
}

void WatchCall::Take(StatusOr<EventPage> page) {
  if (context_.closing) {
    FinishOnce(Unavailable("the coordinator is shutting down; watch again"));
    return;
  }
  if (!page.ok()) {
    FinishOnce(page.status());
    return;
  }
  bool cancelled = false;
  bool again = false;
  {
    absl::MutexLock lock(&mutex_);
    cancelled = cancelled_;
    page_.clear();
    next_ = 0;
    for (const JobEvent& event : page->events) page_.push_back(ToProto(event));
    if (page_.empty() && !page->ended && !cancelled) {
      again = poked_;
      busy_ = again;
    }
  }
  if (cancelled) {
    FinishOnce(Cancelled("the watcher left"));
  } else if (!page->events.empty()) {
    WriteNext();
  } else if (page->ended) {
    FinishOnce(OkStatus());
  } else if (again) {
    ScheduleFetch();
  }
}

void WatchCall::WriteNext() {
  const v1::JobEvent* event = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (!cancelled_ && next_ < page_.size()) {
      event = &page_[next_++];
      last_sequence_ = event->sequence();
    }
  }
  if (event != nullptr) {
    StartWrite(event);
  } else {
    ScheduleFetch();
  }
}

void WatchCall::OnWriteDone(bool ok) {
  if (ok) {
    WriteNext();
  } else {
    FinishOnce(Cancelled("the watcher left"));
  }
}

void WatchCall::OnCancel() {
  {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    if (busy_) return;  // whatever goes on sees it
    busy_ = true;
  }
  FinishOnce(Cancelled("the watcher left"));
}

void WatchCall::FinishOnce(const Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (finished_) return;
    finished_ = true;
  }
  Finish(ToGrpcStatus(status));
}

void WatchCall::OnDone() {
  context_.scheduler.signals().Unwatch(watch_);
  context_.calls.End();
  // May be the last owner: nothing of this object may be touched below.
  const std::shared_ptr<WatchCall> self = std::move(self_);
}

}  // namespace longtake::coordinator
