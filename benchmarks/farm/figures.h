#pragma once
// What the farm's benchmark found: each figure with its target, whether it was
// met, and what limits it; for people on standard output and as JSON.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace longtake::bench {

enum class Target { kNone, kAtLeast, kBelow };

struct Figure {
  std::string name;  // "completions_per_second": the key in JSON
  std::string text;  // "task completions a second, sustained"
  double value = 0;
  std::string unit;
  Target target = Target::kNone;
  double bound = 0;
  std::string limited_by = {};  // empty: not applicable

  bool Missed() const {
    return (target == Target::kAtLeast && value < bound) ||
           (target == Target::kBelow && value >= bound);
  }
};

// Not thread-safe.
class Figures {
 public:
  // Prints the heading of what follows.
  void Begin(const std::string& section, const std::string& heading);
  // Prints the figure at once and keeps it.
  void Add(Figure figure);
  // A sentence of its own below the last figure.
  void Note(const std::string& text);

  int missed() const { return missed_; }
  nlohmann::json ToJson() const { return json_; }

 private:
  std::string section_;
  int missed_ = 0;
  nlohmann::json json_ = nlohmann::json::object();
};

// Of sorted or unsorted values; 0 of none. `part` in [0, 1].
double Quantile(std::vector<double> values, double part);

}  // namespace longtake::bench
