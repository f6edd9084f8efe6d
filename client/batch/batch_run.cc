#include "client/batch/batch_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/farm/call_support.h"
#include "client/farm/fetch.h"
#include "client/progress/job_wait.h"

namespace longtake::client {
namespace {

// How long a batch outlives a farm that is gone (an upgrade in daylight).
constexpr int kMostFailures = 60;
constexpr absl::Duration kFailureBackoff = absl::Seconds(1);

Status Interrupted() {
  return Cancelled(
      "interrupted: what was submitted goes on; run the same command again to "
      "go on from there");
}

// Errors of one job: the others may still be fine. All else is of the farm or
// of the way to it.
bool IsOfTheJob(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kAlreadyExists:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kOutOfRange:
    case StatusCode::kDataLoss:
    case StatusCode::kAborted:
    // Of an upload: too large, or the farm's disk is full.
    case StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

}  // namespace

BatchRun::BatchRun(FarmConnection& farm, std::vector<BatchItem>& items,
                   BatchRunOptions options)
    : farm_(farm),
      items_(items),
      options_(std::move(options)),
      submit_pacer_(options_.submit_interval),
      look_pacer_(options_.look_interval) {}

void BatchRun::Say(const std::string& text) {
  if (options_.printer != nullptr) options_.printer->Say(text);
}

void BatchRun::ShowProgress() {
  if (options_.printer != nullptr) {
    options_.printer->Show(BatchProgress(items_), absl::Now());
  }
}

Status BatchRun::Submit() {
  for (BatchItem& item : items_) {
    if (item.action == BatchAction::kOutputThere) continue;
    waiting_.push_back(&item);
  }
  return SubmitAll();
}

// Submits what waits, until the farm takes no more.
Status BatchRun::SubmitAll() {
  while (!waiting_.empty()) {
    if (!submit_pacer_.Wait(options_.stop)) return Interrupted();
    BatchItem& item = *waiting_.front();
    const StatusOr<bool> dealt_with = SubmitOne(item);
    if (options_.stop.stop_requested()) return Interrupted();
    if (dealt_with.ok() && !*dealt_with) return OkStatus();
    const Status& status = dealt_with.status();
    if (!status.ok() && !IsOfTheJob(status)) return status;
    if (!status.ok()) {
      item.action = BatchAction::kRefused;
      item.error = status;
      Say(fmt::format("{}: refused: {}", item.job.name, Message(status)));
    }
    waiting_.pop_front();
  }
  return OkStatus();
}

StatusOr<bool> BatchRun::SubmitOne(BatchItem& item) {
  const std::string& tenant =
      item.job.tenant.empty() ? own_tenant_ : item.job.tenant;
  StatusOr<JobView> known = farm_.GetJob(MakeJobId(tenant, item.key));
  if (known.ok()) {
    LT_RETURN_IF_ERROR(Known(item, *std::move(known)));
    return true;
  }
  if (known.status().code() != StatusCode::kNotFound) return known.status();
  if (options_.dry_run) return true;
  return SubmitNew(item);
}

Status BatchRun::Known(BatchItem& item, JobView view) {
  item.action = BatchAction::kKnown;
  item.view = std::move(view);
  const bool lost = item.view->state == JobState::kFailed ||
                    item.view->state == JobState::kCancelled;
  if (lost && options_.retry_failed) {
    item.action = BatchAction::kToRetry;
    if (options_.dry_run) return OkStatus();
    LT_ASSIGN_OR_RETURN(item.view, farm_.RetryJob(item.view->job_id));
    item.action = BatchAction::kRetried;
  }
  if (IsLive(item) && item.view->spec.priority != item.job.spec.priority) {
    Say(fmt::format(
        "{}: has priority {} on the farm, {} in the file: longtake "
        "priority {} {} changes it",
        item.job.name, item.view->spec.priority, item.job.spec.priority,
        item.view->job_id, item.job.spec.priority));
  }
  return OkStatus();
}

StatusOr<bool> BatchRun::SubmitNew(BatchItem& item) {
  for (const auto& [path, blob] : item.files) {
    if (uploaded_.count(blob.sha256) > 0) continue;
    LT_RETURN_IF_ERROR(farm_.UploadFile(path, blob, options_.stop));
    uploaded_.insert(blob.sha256);
  }
  StatusOr<SubmittedJob> submitted =
      farm_.SubmitJob(item.job.tenant, item.key, item.job.spec);
  if (submitted.status().code() == StatusCode::kResourceExhausted) {
    no_room_ = submitted.status();
    return false;
  }
  LT_RETURN_IF_ERROR(submitted.status());
  if (item.job.tenant.empty()) own_tenant_ = submitted->job.tenant;
  if (!submitted->created) {
    LT_RETURN_IF_ERROR(Known(item, std::move(submitted->job)));
    return true;
  }
  item.action = BatchAction::kSubmitted;
  item.view = std::move(submitted->job);
  Say(fmt::format("{}: submitted as {}", item.job.name, item.view->job_id));
  return true;
}

void BatchRun::FindOutAbout(BatchItem& item) {
  if (!options_.find_out) return;
  StatusOr<TakeFindings> findings =
      options_.find_out(*item.view, item.job.output);
  if (!findings.ok()) return;
  item.findings = *std::move(findings);
}

void BatchRun::Finish(BatchItem& item) {
  const Status status = StatusOfJob(*item.view);
  if (!status.ok()) {
    Say(fmt::format("{}: {}: {}", item.job.name, JobStateName(item.view->state),
                    Message(status)));
    return;
  }
  if (!item.job.output.empty()) {
    const Status fetched =
        FetchBlob(farm_, item.view->take, item.job.output, options_.stop);
    if (options_.stop.stop_requested()) return;
    if (!fetched.ok()) {
      item.error = fetched;
      Say(fmt::format("{}: not fetched: {}", item.job.name, Message(fetched)));
      return;
    }
    item.fetched = true;
    FindOutAbout(item);
  }
  if (item.job.output.empty()) {
    Say(fmt::format("{}: succeeded", item.job.name));
    return;
  }
  std::string text = FetchedText(item.job.output, item.findings);
  text.pop_back();  // Say ends the line
  Say(fmt::format("{}: {}", item.job.name, text));
}

// Looks at one live job.
Status BatchRun::FollowOne(BatchItem& item) {
  StatusOr<JobView> view = farm_.GetJob(item.view->job_id);
  if (!view.ok()) {
    const bool passing = IsPassing(view.status()) ||
                         view.status().code() == StatusCode::kDeadlineExceeded;
    if (passing && ++failures_ < kMostFailures) {
      (void)SleepUnlessStopped(kFailureBackoff, options_.stop);
      return OkStatus();
    }
    if (!IsOfTheJob(view.status())) return view.status();
    item.error = view.status();
    return OkStatus();
  }
  failures_ = 0;
  item.view = *std::move(view);
  if (HasEnded(item.view->state)) Finish(item);
  return OkStatus();
}

// Submits what there was no room for, now that a job has `ended` or after a
// while.
Status BatchRun::TryAgain(bool ended) {
  const absl::Time now = absl::Now();
  if (waiting_.empty()) return OkStatus();
  if (!ended && now - tried_ < options_.full_interval) return OkStatus();
  tried_ = now;
  return SubmitAll();
}

Status BatchRun::Follow() {
  struct Look {
    BatchItem* item;
    absl::Time after;
  };
  std::deque<Look> live;
  const auto follow = [&live](BatchItem& item) {
    live.push_back({&item, absl::InfinitePast()});
  };
  std::set<BatchItem*> followed;
  bool ended = false;
  while (true) {
    LT_RETURN_IF_ERROR(TryAgain(ended));
    ended = false;
    for (BatchItem& item : items_) {
      if (!item.view || !followed.insert(&item).second) continue;
      if (IsLive(item)) {
        follow(item);
      } else {
        Finish(item);
      }
    }
    if (options_.stop.stop_requested()) return Interrupted();
    if (live.empty()) break;
    ShowProgress();
    const Look look = live.front();
    const absl::Duration left = look.after - absl::Now();
    if (left > absl::ZeroDuration() &&
        !SleepUnlessStopped(std::min(left, options_.look_again),
                            options_.stop)) {
      return Interrupted();
    }
    if (!look_pacer_.Wait(options_.stop)) return Interrupted();
    live.pop_front();
    LT_RETURN_IF_ERROR(FollowOne(*look.item));
    if (options_.stop.stop_requested()) return Interrupted();
    ended = !IsLive(*look.item);
    if (!ended) {
      live.push_back({look.item, absl::Now() + options_.look_again});
    }
  }
  RefuseWaiting();
  if (options_.printer != nullptr) {
    options_.printer->ShowEnd(BatchProgress(items_), absl::Now());
  }
  return OkStatus();
}

void BatchRun::RefuseWaiting() {
  for (BatchItem* item : waiting_) {
    item->action = BatchAction::kRefused;
    item->error = no_room_;
  }
  waiting_.clear();
}

StatusOr<std::vector<BlobRef>> BatchRun::MissingInputs() {
  std::vector<BlobRef> blobs;
  std::set<std::string> known;
  for (const BatchItem& item : items_) {
    if (item.action != BatchAction::kToSubmit) continue;
    for (const auto& [path, blob] : item.files) {
      if (known.insert(blob.sha256).second) blobs.push_back(blob);
    }
  }
  return farm_.FindMissing(blobs);
}

JobProgress BatchProgress(const std::vector<BatchItem>& items) {
  JobProgress all;
  int64_t of_known_length = 0;
  int64_t counted = 0;
  int64_t done = 0;
  int64_t failed = 0;
  for (const BatchItem& item : items) {
    const bool there = item.action == BatchAction::kOutputThere;
    if (HasFailed(item)) {
      ++failed;
    } else if (there ||
               (item.view && item.view->state == JobState::kSucceeded)) {
      ++done;
    }
    if (there || HasFailed(item)) continue;
    ++counted;
    if (!item.view || item.view->progress.frames_total == 0) continue;
    ++of_known_length;
    all.frames_total += item.view->progress.frames_total;
    all.frames_done += item.view->progress.frames_done;
    all.segments_total += item.view->progress.segments_total;
    all.segments_done += item.view->progress.segments_done;
  }
  if (of_known_length > 0) {
    all.frames_total = all.frames_total * counted / of_known_length;
  }
  all.stage = fmt::format("{}/{} jobs", done, items.size());
  if (failed > 0) all.stage += fmt::format(", {} failed", failed);
  return all;
}

}  // namespace longtake::client
