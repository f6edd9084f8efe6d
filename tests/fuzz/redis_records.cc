// What a farm's Redis holds and answers: replies as they come over the wire,
// tasks in MessagePack, workers in JSON. Another version may have written them,
// and a disk may have changed them.

#include <hiredis/hiredis.h>

#include <memory>

#include "coordinator/store/redis/job_codec.h"
#include "coordinator/store/redis/keys.h"
#include "coordinator/store/redis/slots.h"
#include "coordinator/store/redis/task_codec.h"
#include "coordinator/store/redis/worker_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace longtake::coordinator::redis {
namespace {

const Endpoint kAsked = {"127.0.0.1", 6379};

void Refused(const Status& status) {
  fuzz::Require(status.ok() || !Message(status).empty(), "a refusal says why");
}

struct ReaderFree {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

void CheckReply(const Reply& reply) {
  Refused(DecodeJob("job", reply).status());
  Refused(DecodeLoad("job", reply).status());
  Refused(DecodeEvent(reply).status());
  Refused(ParseSlotTable(reply, kAsked).status());
  const auto fields = reply.Array();
  if (!fields.ok()) return;
  ParseCache<WorkerRecord> records(&WorkerFromText, 4);
  Refused(DecodeWorker(*fields, records).status());
}

void CheckWire(const std::string& bytes) {
  const std::unique_ptr<redisReader, ReaderFree> reader(redisReaderCreate());
  void* raw = nullptr;
  if (redisReaderFeed(reader.get(), bytes.data(), bytes.size()) != REDIS_OK ||
      redisReaderGetReply(reader.get(), &raw) != REDIS_OK || raw == nullptr) {
    return;
  }
  const Reply reply = Reply::From(*static_cast<redisReply*>(raw));
  freeReplyObject(raw);
  CheckReply(reply);
}

void CheckTask(const std::string& bytes) {
  const auto task = DecodeTask("task", bytes);
  if (!task.ok()) return Refused(task.status());
  fuzz::Require(static_cast<size_t>(task->record.kind) < kTaskKinds &&
                    task->record.state <= TaskState::kCancelled,
                "kind and state are such that there are");
}

}  // namespace
}  // namespace longtake::coordinator::redis

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace longtake;
  using namespace longtake::coordinator::redis;
  const std::string bytes = fuzz::TextOf(data, size);
  CheckWire(bytes);
  CheckTask(bytes);
  Refused(WorkerFromText(bytes).status());
  (void)ParseNeedsText(bytes);
  (void)ParseQueueRef(bytes);
  Refused(ParseRedirect(bytes, kAsked).status());
  (void)NumberOf(bytes, "epoch");
  return 0;
}
