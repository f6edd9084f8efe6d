#pragma once
// Looks at everything that a batch names before anything is submitted.

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "client/batch/batch_file.h"
#include "client/batch/batch_item.h"
#include "client/batch/mistakes.h"
#include "client/files/output_file.h"
#include "common/status/status.h"

namespace longtake::client {

struct BatchPrepareOptions {
  bool force = false;  // replace outputs that are not the jobs' results
  TagReader read_tag;
  std::stop_token stop;
  // Before each input is read: which, and of how many.
  std::function<void(size_t index, size_t count)> on_input;
};

// The jobs with their inputs' digests, each file read once however many jobs
// share it. All files and outputs are looked at before the first is read, and
// all that is wrong is added to `mistakes` (then the items are of no use).
// Cancelled when `stop` is requested.
StatusOr<std::vector<BatchItem>> PrepareBatch(
    Batch batch, const BatchPrepareOptions& options, Mistakes* mistakes);

}  // namespace longtake::client
