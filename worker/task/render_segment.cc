#include "worker/task/render_segment.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "worker/encode/segment_encoder.h"
#include "worker/encode/yuv_converter.h"
#include "worker/stitch/evidence.h"
#include "worker/task/blob_input.h"
#include "worker/task/motion_source.h"
#include "worker/task/render_pipeline.h"
#include "worker/watermark/embedder.h"

namespace longtake::worker {
namespace {

Status CheckRanges(const RenderTask& task) {
  const FrameRange& range = task.range;
  const FrameRange& rendered = task.rendered;
  if (range.empty() || rendered.begin < 0 || rendered.begin > range.begin ||
      rendered.end < range.end || rendered.end > task.total_frames) {
    return InvalidArgument(fmt::format(
        "render: frames [{}, {}) within [{}, {}) of {} make no sense",
        range.begin, range.end, rendered.begin, rendered.end,
        task.total_frames));
  }
  return OkStatus();
}

EncodeSettings SettingsOf(const OutputSpec& output) {
  EncodeSettings settings;
  settings.width = output.width;
  settings.height = output.height;
  settings.rate = output.rate;
  settings.crf = output.crf;
  settings.preset = output.preset;
  return settings;
}

// Null where the task asks for none.
StatusOr<std::unique_ptr<WatermarkEmbedder>> MakeWatermark(
    const RenderTask& task, const TaskContext& context) {
  const WatermarkSpec& mark = task.watermark;
  if (mark.empty()) return nullptr;
  if (mark.scheme != kWatermarkScheme) {
    return FailedPrecondition(
        fmt::format("render: watermark scheme {} is asked for, this worker "
                    "draws {}: run workers and coordinators of one version",
                    mark.scheme, kWatermarkScheme));
  }
  static const WatermarkKeys public_key_alone;
  const WatermarkKeys& keys = context.watermark_keys == nullptr
                                  ? public_key_alone
                                  : *context.watermark_keys;
  LT_ASSIGN_OR_RETURN(const WatermarkKey* const key, keys.Find(mark.key_id));
  return std::make_unique<WatermarkEmbedder>(
      *key, mark.payload, task.output.width, task.output.height);
}

// Draws frames and turns them into the encoder's planes while they are in the
// caches. One thread at a time.
class FrameMaker {
 public:
  FrameMaker(const OutputSpec& output, FrameRenderer& renderer)
      : output_(output),
        renderer_(renderer),
        images_(static_cast<size_t>(std::max(1, renderer.preferred_batch()))) {}

  int batch_frames() const { return static_cast<int>(images_.size()); }

  Status Make(std::span<const MotionFrame> motions, FrameIndex first,
              std::span<YuvFrame> planes) {
    const std::span<Image> images = std::span(images_).first(motions.size());
    LT_RETURN_IF_ERROR(renderer_.RenderBatch(motions, first, images));
    for (size_t i = 0; i < images.size(); ++i) {
      const Image& image = images[i];
      if (image.width != output_.width || image.height != output_.height) {
        return Internal(fmt::format(
            "render: the engine drew {}x{}, {}x{} was asked for", image.width,
            image.height, output_.width, output_.height));
      }
      LT_RETURN_IF_ERROR(ConvertToYuv420(image, &planes[i]));
    }
    return OkStatus();
  }

 private:
  const OutputSpec& output_;
  FrameRenderer& renderer_;
  std::vector<Image> images_;
};

// What becomes of a drawn frame. One thread at a time.
class FrameTaker {
 public:
  // `watermark`: null = none.
  FrameTaker(const RenderTask& task, const TaskContext& context,
             WatermarkEmbedder* watermark, SegmentEncoder& encoder,
             EvidenceBuilder& evidence)
      : task_(task),
        context_(context),
        watermark_(watermark),
        encoder_(encoder),
        evidence_(evidence) {}

  Status Take(DrawnFrame* frame) {
    YuvFrame& planes = frame->planes;
    if (watermark_ != nullptr) {
      watermark_->Mark(planes.y.data(), planes.width, frame->index);
    }
    if (task_.range.contains(frame->index)) {
      LT_RETURN_IF_ERROR(encoder_.Add(planes));
      context_.ReportProgress(frame->index + 1 - task_.range.begin);
    }
    return evidence_.Add(frame->index, frame->motion, &planes);
  }

 private:
  const RenderTask& task_;
  const TaskContext& context_;
  WatermarkEmbedder* const watermark_;
  SegmentEncoder& encoder_;
  EvidenceBuilder& evidence_;
};

}  // namespace

StatusOr<TaskResult> RunRenderSegment(const RenderTask& task,
                                      TaskContext& context) {
  LT_RETURN_IF_ERROR(CheckRanges(task));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<WatermarkEmbedder> watermark,
                      MakeWatermark(task, context));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<MotionSource> source,
                      OpenMotionSource(context.store, context.engine, task));
  LT_ASSIGN_OR_RETURN(
      FrameRenderer* const renderer,
      context.renderers.Get(context.engine, context.store, task.identity));
  LT_ASSIGN_OR_RETURN(ScratchFile chunk,
                      ScratchFile::Create(context.store, ".mp4"));
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<SegmentEncoder> encoder,
                      SegmentEncoder::Create(SettingsOf(task.output),
                                             task.range, chunk.path()));
  EvidenceBuilder evidence(task.range, task.rendered, task.output.width,
                           task.output.height);
  FrameMaker maker(task.output, *renderer);
  FrameTaker taker(task, context, watermark.get(), *encoder, evidence);
  const RenderStages stages{
      [&](FrameRange block) { return source->Sample(block); },
      [&](std::span<const MotionFrame> motions, FrameIndex first,
          std::span<YuvFrame> planes) {
        return maker.Make(motions, first, planes);
      },
      [&](DrawnFrame* frame) { return taker.Take(frame); },
      maker.batch_frames()};
  LT_ASSIGN_OR_RETURN(const StageTimes times,
                      RunRenderPipeline(task.rendered, stages, context.stop));
  LT_RETURN_IF_ERROR(encoder->Finish().status());

  RenderResult result;
  result.frames = task.range.size();
  LT_ASSIGN_OR_RETURN(const std::string evidence_bytes, evidence.Finish());
  LT_ASSIGN_OR_RETURN(result.evidence, PutBlob(context.store, evidence_bytes));
  LT_ASSIGN_OR_RETURN(result.chunk, chunk.Adopt());
  TaskResult done;
  done.result = std::move(result);
  done.timings.motion_micros = times.motion_micros;
  done.timings.draw_micros = times.draw_micros;
  done.timings.encode_micros = times.take_micros;
  return done;
}

}  // namespace longtake::worker
