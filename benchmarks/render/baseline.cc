#include "benchmarks/render/baseline.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace longtake::benchmarks {

StatusOr<Ratios> ReadBaseline(const std::string& path) {
  std::ifstream file(path);
  if (!file) return NotFound(fmt::format("{}: can't be read", path));
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("ratios") ||
      !json["ratios"].is_object()) {
    return InvalidArgument(fmt::format(
        "{}: not a baseline; write one with --write-baseline", path));
  }
  Ratios ratios;
  for (const auto& [name, value] : json["ratios"].items()) {
    if (!value.is_number()) {
      return InvalidArgument(
          fmt::format("{}: ratio {} is not a number", path, name));
    }
    ratios[name] = value;
  }
  return ratios;
}

std::vector<std::string> Regressions(const Ratios& baseline,
                                     const Ratios& now) {
  std::vector<std::string> worse;
  for (const auto& [name, value] : now) {
    const auto before = baseline.find(name);
    if (before == baseline.end() || before->second <= 0) continue;
    if (value <= before->second * kMostRegression) continue;
    worse.push_back(
        fmt::format("{}: {:.3f}, {:.0f} % above the baseline's {:.3f}", name,
                    value, 100 * (value / before->second - 1), before->second));
  }
  return worse;
}

}  // namespace longtake::benchmarks
