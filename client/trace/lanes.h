#pragma once
// Spans of time that overlap, laid out so that none do within a lane.

#include <cstdint>
#include <vector>

namespace longtake::client {

struct Span {
  int64_t begin = 0;
  int64_t end = 0;  // > begin
};

// The lane of each span, from 0: spans go by their begin into the lowest lane
// that is free. As few lanes as the most spans that overlap. Pure.
std::vector<int> PackLanes(const std::vector<Span>& spans);

}  // namespace longtake::client
