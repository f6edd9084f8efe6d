#pragma once
// The figures of an earlier run, and whether today's ratios are much worse.
// Only ratios are compared: of times measured in one run on one machine, so
// that a slow machine is no regression.

#include <map>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace longtake::benchmarks {

// By name; the less the better.
using Ratios = std::map<std::string, double>;

// A ratio may be this much above the baseline's.
inline constexpr double kMostRegression = 1.20;

// The object "ratios" of a JSON file. NotFound, InvalidArgument.
StatusOr<Ratios> ReadBaseline(const std::string& path);

// Ratios of both that got worse by more than kMostRegression, one line each;
// what only one of them has is left out.
std::vector<std::string> Regressions(const Ratios& baseline, const Ratios& now);

}  // namespace longtake::benchmarks
