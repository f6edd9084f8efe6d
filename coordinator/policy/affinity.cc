#include "coordinator/policy/affinity.h"

namespace longtake::coordinator {

Pick PickForWorker(
    const std::vector<ReadyTask>& page,
    const std::set<std::string>& held_identities,
    const std::function<bool(const ReadyTask&)>& better_elsewhere,
    const std::function<int(const ReadyTask&)>& passes,
    const AffinityPolicy& policy) {
  size_t head = 0;
  while (head < page.size() && better_elsewhere(page[head])) ++head;
  const Pick in_order = {head, head};
  const auto is_held = [&](const ReadyTask& ready) {
    return !ready.identity.empty() && held_identities.contains(ready.identity);
  };
  if (head == page.size() || is_held(page[head]) ||
      passes(page[head]) >= policy.max_passes) {
    return in_order;
  }
  const int priority = page[head].position.priority;
  for (size_t i = head + 1; i < page.size(); ++i) {
    if (page[i].position.priority != priority) break;
    if (is_held(page[i]) && !better_elsewhere(page[i])) return {i, head};
  }
  return in_order;
}

}  // namespace longtake::coordinator
