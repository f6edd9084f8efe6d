#pragma once
// Brings a batch to a farm: submits what is missing, follows all to their ends,
// fetches what is finished.

#include <deque>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/batch/batch_item.h"
#include "client/batch/pacer.h"
#include "client/farm/farm_connection.h"
#include "client/progress/progress_printer.h"
#include "common/status/status.h"

namespace longtake::client {

struct BatchRunOptions {
  bool retry_failed = false;
  bool dry_run = false;  // asks, changes nothing
  std::stop_token stop;
  ProgressPrinter* printer = nullptr;  // borrowed; null = silent
  // What is told of a take that was written to a file; null = nothing. Its only
  // error is that it was stopped.
  std::function<StatusOr<TakeFindings>(const JobView&, const std::string&)>
      find_out;
  // Between two questions to the farm, while submitting and while waiting.
  absl::Duration submit_interval = absl::Milliseconds(10);
  absl::Duration look_interval = absl::Milliseconds(100);
  // Between two looks at the same job.
  absl::Duration look_again = absl::Seconds(1);
  // Between two tries to submit to a farm that takes no more.
  absl::Duration full_interval = absl::Seconds(30);
};

// One call at a time, a bounded number of them a second, however large the
// batch. One thread only.
class BatchRun {
 public:
  // `farm` and `items` outlive this.
  BatchRun(FarmConnection& farm, std::vector<BatchItem>& items,
           BatchRunOptions options);

  // Submits what the farm does not know, uploading what it lacks. A job that it
  // refuses is marked; what it has no room for yet is left for Follow. An error
  // ends the whole run: the farm is gone, or lets nobody in.
  Status Submit();

  // Waits for all jobs' ends; writes the outputs of those that succeed. Submits
  // what there was no room for as soon as there is, until no job is under way.
  Status Follow();

  // Marks as refused what the farm still has no room for.
  void RefuseWaiting();

  // With dry_run, after Submit: what would be uploaded.
  StatusOr<std::vector<BlobRef>> MissingInputs();

 private:
  Status SubmitAll();
  // False: the farm has no room for the job now, no_room_ says what it met. An
  // input that it does not take is an error.
  StatusOr<bool> SubmitOne(BatchItem& item);
  StatusOr<bool> SubmitNew(BatchItem& item);
  Status Known(BatchItem& item, JobView view);
  Status FollowOne(BatchItem& item);
  Status TryAgain(bool ended);
  void Finish(BatchItem& item);
  void FindOutAbout(BatchItem& item);
  void Say(const std::string& text);
  void ShowProgress();

  FarmConnection& farm_;
  std::vector<BatchItem>& items_;
  const BatchRunOptions options_;
  Pacer submit_pacer_;
  Pacer look_pacer_;
  std::set<std::string> uploaded_;  // digests that the farm has
  std::deque<BatchItem*> waiting_;  // there was no room for them
  // Whose jobs are those without a tenant: the farm tells with the first.
  std::string own_tenant_ = kDefaultTenant;
  Status no_room_;  // what the farm said
  absl::Time tried_ = absl::InfinitePast();
  int failures_ = 0;  // calls in a row that did not reach the farm
};

// All jobs' progress as one: what is known of their frames, and for those whose
// length is not known yet, the mean of the others. Pure.
JobProgress BatchProgress(const std::vector<BatchItem>& items);

}  // namespace longtake::client
