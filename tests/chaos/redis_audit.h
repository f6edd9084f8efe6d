#pragma once
// What Redis holds, for the audit: counters as stored and as counted, and what
// should be gone by the end.

#include "tests/chaos/history.h"
#include "tests/support/redis_server.h"

namespace longtake::chaos {

// Replaces history's queues and states, and the record names of its jobs. When
// Redis does not answer, a test failure.
void CollectRedis(const RedisServer& redis, History* history);

}  // namespace longtake::chaos
