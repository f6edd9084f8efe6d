#pragma once
// What Redis holds, for the audit: counters as stored and as counted, and what
// should be gone by the end.

#include <string>

#include "tests/chaos/history.h"

namespace longtake::chaos {

// Replaces history's queues and states, and the record names of its jobs. When
// Redis does not answer, a test failure. `url`: as a coordinator is given it.
void CollectRedis(const std::string& url, History* history);

}  // namespace longtake::chaos
