#include "client/cli/engine_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

namespace longtake::client {
namespace {

class NoSound : public worker::PcmReader {
 public:
  int64_t size_samples() const override { return 0; }
  Status Read(int64_t, std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.f);
    return OkStatus();
  }
};

// Only the engine knows its controls, and planning is where it reads them: a
// plan of one silent frame costs nothing.
Status CheckControls(const worker::Engine& engine, const JobSpec& spec) {
  const NoSound pcm;
  const worker::MotionRequest request = {pcm, 1, spec.output.rate, spec.seed,
                                         spec.controls};
  return engine.PlanMotion(request).status();
}

}  // namespace

Status CheckEngine(const Engines& engines, const JobSpec& spec) {
  std::string known;
  for (const auto& engine : engines) {
    const std::string& name = engine->Describe().name;
    if (name == spec.engine) return CheckControls(*engine, spec);
    known += (known.empty() ? "" : ", ") + name;
  }
  return InvalidArgument(
      fmt::format("engine '{}' is unknown: this build has {}", spec.engine,
                  known.empty() ? "none" : known));
}

}  // namespace longtake::client
