#pragma once
// The canonical form of job words: JSON with sorted keys, no white space,
// integers as integers. Stored in manifests and result records, hashed in keys.
// Parsers are strict about types and refuse negative sizes, bad digests and bad
// ranges with InvalidArgument.

#include <string>
#include <string_view>

#include "common/job/job.h"
#include "common/status/status.h"

namespace longtake {

std::string JobSpecToJson(const JobSpec& spec);
StatusOr<JobSpec> JobSpecFromJson(const std::string& json);

std::string TaskSpecToJson(const TaskSpec& spec);
StatusOr<TaskSpec> TaskSpecFromJson(const std::string& json);

std::string TaskResultToJson(const TaskResult& result);
StatusOr<TaskResult> TaskResultFromJson(const std::string& json);

// What names a task's result: SHA-256 over everything that can change it. Built
// by exclusion: the whole TaskSpec and the binding, less the fields listed in
// task_key.cc with the reason each may be left out (file names for messages,
// where a render reads its motion from, the job's total length, …). A new field
// therefore invalidates unless somebody says that it need not. Each tenant has
// keys of its own, so that no result answers another tenant's job;
// kDefaultTenant's are those of farms without tenants.
std::string TaskKey(const TaskSpec& spec, const EngineBinding& binding,
                    const std::string& tenant);

// Digest of a job's inputs: everything in the spec except priority, labels,
// needs, file names and what the farm adds about provenance. Written into the
// finished file; equal digests, equal bytes (on one numerics class and with one
// configuration of provenance).
std::string InputsDigest(const JobSpec& spec);

// Limits and legality of a spec that came from outside: sizes even and within
// kMin/kMaxOutputPixels, rate, crf, preset, digests, segment length. One clear
// line, InvalidArgument, saying what is accepted.
Status ValidateJobSpec(const JobSpec& spec);

// UTF-8 (RFC 3629) without control characters: what names and values must be.
bool IsPlainUtf8(std::string_view text);

// A tenant ([a-z0-9_-], at most kMaxTenantBytes) and an idempotency key (1 to
// kMaxIdempotencyKeyBytes bytes of UTF-8 without control characters).
Status ValidateJobKey(const std::string& tenant,
                      const std::string& idempotency_key);

}  // namespace longtake
