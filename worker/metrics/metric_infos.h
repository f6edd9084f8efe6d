#pragma once
// The names and help texts of all of a worker's metrics. docs/metrics.md says
// more of each; a test compares the two.

#include "common/metrics/metrics.h"

namespace longtake::worker::infos {

using metrics::MetricInfo;

inline constexpr MetricInfo kSlots{"longtake_worker_slots",
                                   "Tasks that may run at once."};
inline constexpr MetricInfo kBusy{"longtake_worker_slots_busy",
                                  "Tasks that run, or whose report is due."};
inline constexpr MetricInfo kTasks{"longtake_worker_tasks_total",
                                   "Tasks that ended, by kind and outcome."};
inline constexpr MetricInfo kTaskTime{
    "longtake_worker_task_seconds",
    "Tasks from lease to the answer to their report, by kind."};
inline constexpr MetricInfo kSegmentTime{
    "longtake_worker_segment_seconds",
    "What segments took, by stage; stages overlap, total is the whole."};
inline constexpr MetricInfo kRealtime{
    "longtake_worker_segment_realtime_ratio",
    "Media time of segments over the time that they took."};
inline constexpr MetricInfo kFrames{"longtake_worker_frames_rendered_total",
                                    "Frames of segments that were accepted."};
inline constexpr MetricInfo kMediaSeconds{
    "longtake_worker_rendered_media_seconds_total",
    "Media time of segments that were accepted: its rate is how many times "
    "real time."};
inline constexpr MetricInfo kRegistered{
    "longtake_worker_registered", "1 while a coordinator knows this worker."};
inline constexpr MetricInfo kDraining{
    "longtake_worker_draining", "1 once this worker takes no more tasks."};
inline constexpr MetricInfo kRenewals{"longtake_worker_renewals_total",
                                      "Renewals of leases, by result."};
inline constexpr MetricInfo kReportsRepeated{
    "longtake_worker_reports_repeated_total",
    "Reports that had to be sent again."};
inline constexpr MetricInfo kCallsFailed{
    "longtake_worker_calls_failed_total",
    "Calls that did not get through to the coordinator that they went to."};
inline constexpr MetricInfo kRead{"longtake_worker_artifact_read_bytes_total",
                                  "Bytes of artifacts opened or read."};
inline constexpr MetricInfo kWritten{
    "longtake_worker_artifact_written_bytes_total", "Bytes of artifacts made."};
inline constexpr MetricInfo kBuildInfo{"longtake_worker_build_info",
                                       "1; the label tells the version."};

}  // namespace longtake::worker::infos
