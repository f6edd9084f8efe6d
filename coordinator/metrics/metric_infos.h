#pragma once
// The names and help texts of all of a coordinator's metrics. docs/metrics.md
// says more of each; a test compares the two.

#include "common/metrics/metrics.h"

namespace longtake::coordinator::infos {

using metrics::MetricInfo;

// --- scheduling ---
inline constexpr MetricInfo kLeases{"longtake_coordinator_leases_total",
                                    "Tasks leased to workers, by kind."};
inline constexpr MetricInfo kLeaseWait{
    "longtake_coordinator_lease_wait_seconds",
    "How long tasks waited from ready to leased, by kind."};
inline constexpr MetricInfo kBackups{
    "longtake_coordinator_backup_leases_total",
    "Stragglers' tasks leased to a second worker."};
inline constexpr MetricInfo kAttempts{
    "longtake_coordinator_attempts_total",
    "Attempts that ended, by kind of task and outcome."};
inline constexpr MetricInfo kAttemptTime{
    "longtake_coordinator_attempt_seconds",
    "How long attempts ran from lease to end, by kind of task."};
inline constexpr MetricInfo kCacheHits{
    "longtake_coordinator_cache_hits_total",
    "Tasks whose result was there already, by kind."};
inline constexpr MetricInfo kStaleReports{
    "longtake_coordinator_stale_reports_total",
    "Reports refused because their attempt no longer counts."};
inline constexpr MetricInfo kPublishConflicts{
    "longtake_coordinator_publish_conflicts_total",
    "Results with other bytes than those published under their key."};
inline constexpr MetricInfo kLostResults{
    "longtake_coordinator_lost_results_total",
    "Published results found damaged or gone, and put to be made again."};
inline constexpr MetricInfo kFrames{
    "longtake_coordinator_frames_rendered_total",
    "Frames of accepted renders, not from the cache."};
inline constexpr MetricInfo kMediaSeconds{
    "longtake_coordinator_rendered_media_seconds_total",
    "Media time of accepted renders: its rate is how many times real time."};
inline constexpr MetricInfo kSeams{"longtake_coordinator_seams_total",
                                   "Seams of accepted takes, by verdict."};
inline constexpr MetricInfo kSeamPsnr{
    "longtake_coordinator_seam_psnr_decibels",
    "PSNR of the overlap at seams; 99 is bit-identical."};
inline constexpr MetricInfo kSeamRatio{
    "longtake_coordinator_seam_jump_ratio",
    "Jump of the picture at seams over that of the frames around."};
inline constexpr MetricInfo kSubmitted{
    "longtake_coordinator_jobs_submitted_total", "Jobs that were new."};
inline constexpr MetricInfo kRefused{
    "longtake_coordinator_refused_total",
    "Jobs and uploads refused for a limit, by limit."};
inline constexpr MetricInfo kJobsEnded{"longtake_coordinator_jobs_ended_total",
                                       "Jobs that ended, by state."};
inline constexpr MetricInfo kJobTime{
    "longtake_coordinator_job_seconds",
    "Submission to end of jobs that succeeded."};
inline constexpr MetricInfo kJobRealtime{
    "longtake_coordinator_job_realtime_ratio",
    "Media time over time from submission to end, of jobs that succeeded."};
inline constexpr MetricInfo kQuarantines{
    "longtake_coordinator_quarantines_total",
    "Workers put in quarantine because all that they ran failed."};

// --- Redis ---
inline constexpr MetricInfo kRedisTime{
    "longtake_coordinator_redis_command_seconds",
    "Round trips to Redis, by command or script."};
inline constexpr MetricInfo kRedisErrors{
    "longtake_coordinator_redis_errors_total",
    "Round trips without an answer or with an error, by command or script."};
inline constexpr MetricInfo kRedisServerChanges{
    "longtake_coordinator_redis_server_changes_total",
    "How often another Redis, or another run of it, answered."};

// --- calls ---
inline constexpr MetricInfo kRpcTime{
    "longtake_coordinator_rpc_seconds",
    "Calls from their arrival to their answer, by method."};
inline constexpr MetricInfo kRpcs{"longtake_coordinator_rpcs_total",
                                  "Calls answered, by method and code."};
inline constexpr MetricInfo kParkedPolls{
    "longtake_coordinator_parked_polls",
    "Workers' questions for a task that wait here."};
inline constexpr MetricInfo kUploaded{"longtake_coordinator_upload_bytes_total",
                                      "Bytes of artifacts taken from clients."};
inline constexpr MetricInfo kDownloaded{
    "longtake_coordinator_download_bytes_total",
    "Bytes of artifacts sent to clients."};

// --- the farm ---
inline constexpr MetricInfo kQueueTasks{
    "longtake_coordinator_queue_tasks",
    "Tasks of live jobs that are not done, by pool, priority and state."};
inline constexpr MetricInfo kPoolWorkers{
    "longtake_coordinator_pool_workers",
    "Workers that take tasks, by pool; any = all of them."};
inline constexpr MetricInfo kPoolSlots{
    "longtake_coordinator_pool_slots",
    "Slots of workers that take tasks, by pool; any = all of them."};
inline constexpr MetricInfo kPoolBusy{
    "longtake_coordinator_pool_slots_busy",
    "Leases on workers that take tasks, by pool; any = all of them."};
inline constexpr MetricInfo kJobs{"longtake_coordinator_jobs",
                                  "Jobs that have not ended, by state."};
inline constexpr MetricInfo kWorkers{"longtake_coordinator_workers",
                                     "Workers heard of lately, by state."};
inline constexpr MetricInfo kLeasesHeld{"longtake_coordinator_leases_held",
                                        "Leases that workers hold."};
inline constexpr MetricInfo kReady{"longtake_coordinator_ready",
                                   "1 when /readyz says ready, else 0."};
inline constexpr MetricInfo kStoreUp{
    "longtake_coordinator_store_up",
    "1 while the state store answers (always, where it is memory), else 0."};
inline constexpr MetricInfo kArtifactFree{
    "longtake_coordinator_artifact_free_bytes",
    "Room left on the file system of the artifact store."};
inline constexpr MetricInfo kArtifactSize{
    "longtake_coordinator_artifact_size_bytes",
    "Size of the file system of the artifact store."};
inline constexpr MetricInfo kCertificateExpiry{
    "longtake_coordinator_certificate_expiry_timestamp_seconds",
    "When the TLS certificate served expires, in seconds since 1970."};
inline constexpr MetricInfo kEpoch{
    "longtake_coordinator_recovery_epoch",
    "Recovery epoch: rises when state is rebuilt."};
inline constexpr MetricInfo kRecoveries{
    "longtake_coordinator_recoveries_total",
    "How often this replica rebuilt the state from the artifact store."};
inline constexpr MetricInfo kRecoveredJobs{
    "longtake_coordinator_recovered_jobs_total",
    "Jobs that this replica rebuilt from the artifact store."};
inline constexpr MetricInfo kBuildInfo{"longtake_coordinator_build_info",
                                       "1; the label tells the version."};

}  // namespace longtake::coordinator::infos
