#include "client/preview/preview_feed.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <utility>

#include "absl/time/clock.h"
#include "client/farm/call_support.h"
#include "client/farm/fetch.h"
#include "client/preview/hls_playlist.h"

namespace longtake::client {
namespace {

// Between two looks at a job, and so much more for each of its tasks: listing
// them is work for the coordinator.
constexpr absl::Duration kLookEvery = absl::Milliseconds(50);
constexpr absl::Duration kPerTask = absl::Microseconds(500);

}  // namespace

PreviewFeed::PreviewFeed(FarmConnection& farm,
                         std::unique_ptr<PreviewDirectory> directory,
                         PreviewOptions options)
    : farm_(farm),
      options_(std::move(options)),
      directory_(std::move(directory)),
      follower_([this](std::stop_token stop) { Follow(std::move(stop)); }) {}

PreviewFeed::~PreviewFeed() {
  Stop();
  End();
}

void PreviewFeed::Follow(std::stop_token stop) {
  summary_.trouble = Prepare();
  absl::Duration pause = kLookEvery;
  while (summary_.trouble.ok() && SleepUnlessStopped(pause, stop)) {
    const StatusOr<size_t> tasks = Advance();
    if (tasks.ok()) pause = kLookEvery + kPerTask * static_cast<int>(*tasks);
    if (!tasks.ok()) summary_.trouble = tasks.status();
  }
}

Status PreviewFeed::Prepare() {
  LT_ASSIGN_OR_RETURN(scratch_, ScratchDirectory::Create());
  LT_ASSIGN_OR_RETURN(packager_,
                      worker::PreviewPackager::Create(options_.inputs));
  return OkStatus();
}

StatusOr<size_t> PreviewFeed::Advance() {
  StatusOr<SegmentList> list = farm_.ListSegments(options_.job_id, false);
  // The farm may come back; Finish looks again.
  if (!list.ok()) return size_t{0};
  std::vector<TaskView>& renders = list->tasks;
  // Of a segment that is repaired the first render is shown: what was published
  // stays.
  std::erase_if(renders, [](const TaskView& t) { return t.generation > 0; });
  std::sort(renders.begin(), renders.end(),
            [](const TaskView& a, const TaskView& b) {
              return a.segment < b.segment;
            });
  while (next_segment_ < std::ssize(renders) &&
         !renders[static_cast<size_t>(next_segment_)].chunk.empty()) {
    LT_RETURN_IF_ERROR(Publish(renders[static_cast<size_t>(next_segment_)]));
    ++next_segment_;
  }
  return renders.size();
}

Status PreviewFeed::Publish(const TaskView& render) {
  const std::string path = scratch_->Join("chunk.mp4");
  LT_RETURN_IF_ERROR(FetchBlob(farm_, render.chunk, path, {}));
  LT_RETURN_IF_ERROR(packager_->Add(
      {path, render.range}, {[this](std::string_view bytes) {
                               return directory_->Write(kInitName, bytes);
                             },
                             [this](const worker::MediaSegment& media) {
                               return PublishMedia(media);
                             }}));
  return WritePlaylist(false);
}

Status PreviewFeed::PublishMedia(const worker::MediaSegment& segment) {
  LT_RETURN_IF_ERROR(
      directory_->Write(MediaSegmentName(frames_.size()), segment.bytes));
  frames_.push_back(segment.frames);
  return OkStatus();
}

Status PreviewFeed::WritePlaylist(bool ended) {
  LT_RETURN_IF_ERROR(directory_->Write(
      kPlaylistName,
      PlaylistText(frames_, worker::MostPreviewFrames(options_.inputs.rate),
                   options_.inputs.rate, ended)));
  if (summary_.playlist.empty()) {
    summary_.playlist = directory_->Join(kPlaylistName);
    summary_.ready = absl::Now();
    if (options_.ready) options_.ready();
  }
  return OkStatus();
}

void PreviewFeed::Stop() {
  follower_.request_stop();
  if (follower_.joinable()) follower_.join();
}

void PreviewFeed::End() {
  if (std::exchange(ended_, true) || frames_.empty()) return;
  const Status written = WritePlaylist(true);
  if (summary_.trouble.ok()) summary_.trouble = written;
}

PreviewSummary PreviewFeed::Finish() {
  Stop();
  if (summary_.trouble.ok()) summary_.trouble = Advance().status();
  End();
  summary_.segments = std::ssize(frames_);
  summary_.frames = std::accumulate(frames_.begin(), frames_.end(), int64_t{0});
  return summary_;
}

}  // namespace longtake::client
