#include "worker/metrics/worker_metrics.h"

#include "common/metrics/buckets.h"
#include "worker/metrics/metric_infos.h"

namespace longtake::worker {
namespace {

using metrics::Labels;
using metrics::MakeCounter;
using metrics::MakeGauge;
using metrics::MakeHistogram;

// In the order of the enumeration.
constexpr const char* kOutcomes[kTaskOutcomes] = {
    "completed", "failed", "released", "dropped", "refused", "abandoned"};

}  // namespace

WorkerMetrics::WorkerMetrics(metrics::Registry* registry,
                             const std::string& version, int slots)
    : busy_(MakeGauge(registry, infos::kBusy)),
      realtime_(
          MakeHistogram(registry, infos::kRealtime, metrics::kRealtimeRatio)),
      frames_(MakeCounter(registry, infos::kFrames)),
      media_seconds_(MakeCounter(registry, infos::kMediaSeconds)),
      registered_(MakeGauge(registry, infos::kRegistered)),
      draining_(MakeGauge(registry, infos::kDraining)),
      renewals_(MakeCounter(registry, infos::kRenewals, {{"result", "ok"}})),
      renewals_failed_(
          MakeCounter(registry, infos::kRenewals, {{"result", "failed"}})),
      reports_repeated_(MakeCounter(registry, infos::kReportsRepeated)),
      calls_failed_(MakeCounter(registry, infos::kCallsFailed)),
      read_(MakeCounter(registry, infos::kRead)),
      written_(MakeCounter(registry, infos::kWritten)) {
  for (size_t i = 0; i < kKinds; ++i) {
    const std::string kind = TaskKindName(static_cast<TaskKind>(i));
    task_time_[i] = MakeHistogram(registry, infos::kTaskTime,
                                  metrics::kTaskSeconds, {{"kind", kind}});
    for (size_t j = 0; j < kTaskOutcomes; ++j) {
      tasks_[i][j] = MakeCounter(registry, infos::kTasks,
                                 {{"kind", kind}, {"outcome", kOutcomes[j]}});
    }
  }
  const auto stage = [registry](const char* name) {
    return MakeHistogram(registry, infos::kSegmentTime, metrics::kTaskSeconds,
                         {{"stage", name}});
  };
  motion_time_ = stage("motion");
  draw_time_ = stage("draw");
  encode_time_ = stage("encode");
  total_time_ = stage("total");
  MakeGauge(registry, infos::kSlots).Set(slots);
  MakeGauge(registry, infos::kBuildInfo, {{"version", version}}).Set(1);
}

void WorkerMetrics::SegmentRendered(int64_t frames, const FrameRate& rate,
                                    const TaskTimings& timings) const {
  const double media_seconds = static_cast<double>(frames) / rate.AsDouble();
  frames_.Add(static_cast<double>(frames));
  media_seconds_.Add(media_seconds);
  motion_time_.Observe(absl::Microseconds(timings.motion_micros));
  draw_time_.Observe(absl::Microseconds(timings.draw_micros));
  encode_time_.Observe(absl::Microseconds(timings.encode_micros));
  total_time_.Observe(absl::Microseconds(timings.total_micros));
  if (timings.total_micros > 0) {
    realtime_.Observe(media_seconds * 1e6 /
                      static_cast<double>(timings.total_micros));
  }
}

}  // namespace longtake::worker
