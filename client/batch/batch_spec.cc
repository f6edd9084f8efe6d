#include "client/batch/batch_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

#include "client/cli/dial_flags.h"
#include "client/cli/job_flags.h"
#include "client/cli/range_flags.h"
#include "common/job/job_json.h"

namespace longtake::client {
namespace {

void ReadDials(const BatchSettings& settings, Mistakes* mistakes,
               Controls* controls) {
  for (const std::string& name : DialNames()) {
    std::string value;
    settings.Text(name, &value);
    if (value.empty()) continue;
    if (!controls->emplace(name, value).second) {
      mistakes->Add(settings.LineOf(name),
                    fmt::format("{}: is among the controls as well: leave out "
                                "one of them",
                                name));
    }
  }
}

void ReadRange(const BatchSettings& settings, Mistakes* mistakes,
               JobSpec* spec) {
  RangeFlags moments;
  settings.Text("in", &moments.in);
  settings.Text("out", &moments.out);
  const auto range = RangeOf(moments, spec->output.rate, /*dashes=*/"");
  mistakes->AddUnlessOk(std::max(settings.LineOf("in"), settings.LineOf("out")),
                        range.status());
  if (range.ok()) spec->range = *range;
}

}  // namespace

void ReadJobSpec(const BatchSettings& settings, Mistakes* mistakes,
                 JobSpec* spec) {
  std::string size = fmt::format("{}", kDefaultOutputSize);
  settings.Text("size", &size);
  mistakes->AddUnlessOk(settings.LineOf("size"),
                        ParseSize(size, &spec->output));
  std::string fps = FormatFrameRate(spec->output.rate);
  settings.Text("fps", &fps);
  const StatusOr<FrameRate> rate = ParseFrameRate(fps);
  mistakes->AddUnlessOk(settings.LineOf("fps"), rate.status());
  if (rate.ok()) spec->output.rate = *rate;
  ReadRange(settings, mistakes, spec);
  settings.Whole("crf", 0, kMaxCrf, &spec->output.crf);
  settings.Text("preset", &spec->output.preset);
  std::string seconds;
  settings.Text("segment_seconds", &seconds);
  if (!seconds.empty()) {
    const StatusOr<int64_t> millis = ParseSecondsAsMillis(seconds);
    mistakes->AddUnlessOk(settings.LineOf("segment_seconds"), millis.status());
    if (millis.ok()) spec->segment_millis = *millis;
  }
  settings.Whole<uint64_t>("seed", 0, std::numeric_limits<uint64_t>::max(),
                           &spec->seed);
  settings.Text("engine", &spec->engine);
  settings.Whole("face", 1, kMaxFaceNumber, &spec->face);
  settings.Pairs("controls", &spec->controls);
  ReadDials(settings, mistakes, &spec->controls);
  settings.Pairs("labels", &spec->labels);
  settings.Whole("priority", -kMaxPriority, kMaxPriority, &spec->priority);
  settings.Needs("needs", &spec->needs);
  settings.Needs("support_needs", &spec->support_needs);
  std::string provenance = "on";
  settings.Text("provenance", &provenance);
  spec->provenance.off = provenance == "off";
  if (provenance != "on" && provenance != "off") {
    mistakes->Add(settings.LineOf("provenance"),
                  "provenance: give on, or off where the farm allows it");
  }
}

}  // namespace longtake::client
