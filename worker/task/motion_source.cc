#include "worker/task/motion_source.h"

#include <utility>

#include "worker/media/pcm_file.h"
#include "worker/task/blob_input.h"
#include "worker/task/motion_rows.h"

namespace longtake::worker {
namespace {

class EngineMotion : public MotionSource {
 public:
  EngineMotion(const Engine& engine, const RenderTask& task,
               std::unique_ptr<LocalBlob> pcm_blob,
               std::unique_ptr<PcmFile> pcm, std::string key_motions)
      : engine_(engine),
        task_(task),
        pcm_blob_(std::move(pcm_blob)),
        pcm_(std::move(pcm)),
        key_motions_(std::move(key_motions)) {}

  StatusOr<MotionTrack> Sample(FrameRange range) const override {
    const MotionRequest request{*pcm_, task_.total_frames, task_.output.rate,
                                task_.seed, task_.controls};
    return engine_.SampleMotion(request, key_motions_, range);
  }

 private:
  const Engine& engine_;
  const RenderTask& task_;
  const std::unique_ptr<LocalBlob> pcm_blob_;
  const std::unique_ptr<PcmFile> pcm_;
  const std::string key_motions_;
};

class ImportedMotion : public MotionSource {
 public:
  ImportedMotion(std::unique_ptr<LocalBlob> blob,
                 std::unique_ptr<MotionRows> rows)
      : blob_(std::move(blob)), rows_(std::move(rows)) {}

  StatusOr<MotionTrack> Sample(FrameRange range) const override {
    return rows_->Read(range);
  }

 private:
  const std::unique_ptr<LocalBlob> blob_;
  const std::unique_ptr<MotionRows> rows_;
};

}  // namespace

StatusOr<std::unique_ptr<MotionSource>> OpenMotionSource(
    ArtifactStore& store, const Engine& engine, const RenderTask& task) {
  if (!task.motion_csv.empty()) {
    LT_ASSIGN_OR_RETURN(auto blob,
                        OpenInput(store, task.key_motions, "imported motion"));
    LT_ASSIGN_OR_RETURN(auto rows, MotionRows::Open(blob->path()));
    return std::unique_ptr<MotionSource>(
        std::make_unique<ImportedMotion>(std::move(blob), std::move(rows)));
  }
  LT_ASSIGN_OR_RETURN(auto pcm_blob,
                      OpenInput(store, task.pcm, "analysis audio"));
  LT_ASSIGN_OR_RETURN(auto pcm, PcmFile::Open(pcm_blob->path()));
  LT_ASSIGN_OR_RETURN(std::string keys,
                      ReadInput(store, task.key_motions, "key motions"));
  return std::unique_ptr<MotionSource>(std::make_unique<EngineMotion>(
      engine, task, std::move(pcm_blob), std::move(pcm), std::move(keys)));
}

}  // namespace longtake::worker
