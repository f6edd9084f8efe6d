#pragma once
// What finished tasks left: their records out of Redis, their files in the
// artifact directory, and ways to damage those.

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/store/records.h"
#include "tests/chaos/chaos_farm.h"

namespace longtake::chaos {

// A job's tasks with tokens, specs and results, as Redis has them now.
std::vector<coordinator::TaskRecord> StoredTasks(const RedisServer& redis,
                                                 const std::string& job_id);
// The encoded chunks of its finished segments, in their order.
std::vector<BlobRef> FinishedChunks(const RedisServer& redis,
                                    const std::string& job_id);

std::filesystem::path PathOf(const ChaosFarm& farm, const BlobRef& blob);

enum class Damage { kFlip, kTruncate, kDelete };
// False when the file is not there.
bool DamageFile(const std::filesystem::path& path, Damage damage);

}  // namespace longtake::chaos
