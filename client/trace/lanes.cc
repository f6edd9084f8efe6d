#include "client/trace/lanes.h"

#include <algorithm>
#include <numeric>

namespace longtake::client {

std::vector<int> PackLanes(const std::vector<Span>& spans) {
  std::vector<size_t> order(spans.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&spans](size_t a, size_t b) {
    return spans[a].begin < spans[b].begin;
  });
  std::vector<int> lanes(spans.size());
  std::vector<int64_t> free_from;
  for (const size_t i : order) {
    const auto lane =
        std::find_if(free_from.begin(), free_from.end(),
                     [&](int64_t at) { return at <= spans[i].begin; });
    lanes[i] = static_cast<int>(lane - free_from.begin());
    if (lane == free_from.end()) {
      free_from.push_back(spans[i].end);
    } else {
      *lane = spans[i].end;
    }
  }
  return lanes;
}

}  // namespace longtake::client
