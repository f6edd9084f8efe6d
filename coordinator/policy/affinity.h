#pragma once
// Which task of a page of the queue a worker should take: a worker that already
// holds a task's identity latent need not fetch and encode it, so that task is
// worth going past a few others for. Only past tasks of the same priority, only
// within the page, and a task at the head of the queue is gone past only so
// often: without that, a worker that holds the identity of a busy job would
// never leave it.

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/store/store.h"

namespace longtake::coordinator {

struct AffinityPolicy {
  int max_passes = 8;  // of one task at the head, by anybody
};

struct Pick {
  size_t task = 0;  // to take; the page's size when there is none
  size_t head = 0;  // that would have been taken in the queue's order
  friend bool operator==(const Pick&, const Pick&) = default;
};

// `page`: best first, as PollReady returns it. `held_identities`: digests.
// `better_elsewhere`: whether a task is to be left to other workers; such tasks
// do not exist for this pick. `passes`: how often a task was gone past so far
// (PassCounter). Pure but for what the callbacks do.
Pick PickForWorker(
    const std::vector<ReadyTask>& page,
    const std::set<std::string>& held_identities,
    const std::function<bool(const ReadyTask&)>& better_elsewhere,
    const std::function<int(const ReadyTask&)>& passes,
    const AffinityPolicy& policy);

}  // namespace longtake::coordinator
