#include "tests/chaos/stored_results.h"

#include <gtest/gtest.h>

#include <fstream>
#include <variant>

#include "coordinator/store/redis/redis_store.h"
#include "coordinator/store/redis/redis_url.h"

namespace longtake::chaos {
namespace {

namespace fs = std::filesystem;
constexpr char kFlippedBits = 0x55;

}  // namespace

std::vector<coordinator::TaskRecord> StoredTasks(const RedisServer& redis,
                                                 const std::string& job_id) {
  auto target = coordinator::redis::ParseRedisUrl(redis.url());
  EXPECT_TRUE(target.ok()) << target.status();
  if (!target.ok()) return {};
  coordinator::RedisStore::Options options;
  options.client.target = *target;
  coordinator::RedisStore store(options);
  auto tasks = store.ListTasks(job_id);
  EXPECT_TRUE(tasks.ok()) << tasks.status();
  return tasks.ok() ? *std::move(tasks)
                    : std::vector<coordinator::TaskRecord>();
}

std::vector<BlobRef> FinishedChunks(const RedisServer& redis,
                                    const std::string& job_id) {
  std::vector<BlobRef> chunks;
  for (const coordinator::TaskRecord& task : StoredTasks(redis, job_id)) {
    if (task.result == nullptr) continue;
    const auto* render = std::get_if<RenderResult>(&task.result->result);
    if (render != nullptr) chunks.push_back(render->chunk);
  }
  return chunks;
}

fs::path PathOf(const ChaosFarm& farm, const BlobRef& blob) {
  return fs::path(farm.artifacts_dir()) / "blobs" / blob.sha256.substr(0, 2) /
         blob.sha256;
}

bool DamageFile(const fs::path& path, Damage damage) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return false;
  fs::permissions(path, fs::perms::owner_write, fs::perm_options::add, error);
  switch (damage) {
    case Damage::kDelete:
      return fs::remove(path, error);
    case Damage::kTruncate:
      fs::resize_file(path, size / 2, error);
      return !error;
    case Damage::kFlip:
      break;
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(size / 2);
  file.seekg(middle);
  const char byte = static_cast<char>(file.get() ^ kFlippedBits);
  file.seekp(middle);
  file.put(byte);
  return file.good();
}

}  // namespace longtake::chaos
