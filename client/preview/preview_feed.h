#pragma once
// Keeps a preview of a running job up to date: an HLS playlist with sound of
// the segments that are finished from the beginning on, while the rest renders.
// It only looks on: the job and its take are the same with and without it.

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "client/farm/farm_connection.h"
#include "client/files/scratch_directory.h"
#include "client/preview/preview_directory.h"
#include "common/status/status.h"
#include "worker/mux/preview_packager.h"

namespace longtake::client {

struct PreviewOptions {
  std::string job_id;
  worker::PreviewInputs inputs;
  // Once, from the feed's own thread: the first part can be watched. May be
  // empty.
  std::function<void()> ready;
};

struct PreviewSummary {
  std::string playlist;  // empty: there is none
  int64_t segments = 0;  // media segments
  int64_t frames = 0;
  absl::Time ready = absl::InfiniteFuture();  // since when it can be watched
  Status trouble;  // why it ends early; a preview never fails its job
};

// Thread-compatible.
class PreviewFeed {
 public:
  // Follows the job on a thread of its own. `farm` is borrowed.
  PreviewFeed(FarmConnection& farm, std::unique_ptr<PreviewDirectory> directory,
              PreviewOptions options);
  // Ends the playlist with what is there.
  ~PreviewFeed();
  PreviewFeed(const PreviewFeed&) = delete;
  PreviewFeed& operator=(const PreviewFeed&) = delete;

  // Call when the job has ended: publishes what is left of it, ends the
  // playlist. Once.
  PreviewSummary Finish();

 private:
  void Follow(std::stop_token stop);
  Status Prepare();
  // Publishes what has become contiguous; how many tasks the job has.
  StatusOr<size_t> Advance();
  Status Publish(const TaskView& render);
  Status PublishMedia(const worker::MediaSegment& segment);
  Status WritePlaylist(bool ended);
  void Stop();
  void End();  // closes the playlist, if there is one

  FarmConnection& farm_;
  const PreviewOptions options_;
  const std::unique_ptr<PreviewDirectory> directory_;
  // The thread's while it runs.
  std::unique_ptr<ScratchDirectory> scratch_;
  std::unique_ptr<worker::PreviewPackager> packager_;
  std::vector<int64_t> frames_;  // of each media segment
  int next_segment_ = 0;
  PreviewSummary summary_;
  bool ended_ = false;
  std::jthread follower_;
};

}  // namespace longtake::client
