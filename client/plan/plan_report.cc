#include "client/plan/plan_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace longtake::client {
namespace {

using json = nlohmann::ordered_json;

double Seconds(int64_t frames, FrameRate rate) {
  return static_cast<double>(frames) * rate.den / rate.num;
}

std::string Clock(FrameIndex frame, FrameRate rate) {
  const int64_t millis = MicrosAtFrame(frame, rate) / 1000;
  return fmt::format("{}:{:02}:{:02}.{:03}", millis / 3600000,
                     millis / 60000 % 60, millis / 1000 % 60, millis % 1000);
}

struct Counts {
  int64_t to_render = 0, from_cache = 0, frames_to_render = 0;
};

Counts Count(const PlanReport& report) {
  Counts counts;
  for (const TaskView& render : report.renders) {
    if (render.from_cache) {
      ++counts.from_cache;
    } else {
      ++counts.to_render;
      counts.frames_to_render += render.range.size();
    }
  }
  return counts;
}

// Neighbours that are rendered count as one stretch.
std::vector<FrameRange> Stretches(const PlanReport& report) {
  std::vector<FrameRange> stretches;
  for (const TaskView& render : report.renders) {
    if (render.from_cache) continue;
    if (!stretches.empty() && stretches.back().end == render.range.begin) {
      stretches.back().end = render.range.end;
    } else {
      stretches.push_back(render.range);
    }
  }
  return stretches;
}

}  // namespace

std::string PlanJson(const PlanReport& report) {
  const FrameRate rate = report.job.spec.output.rate;
  const Counts counts = Count(report);
  const int64_t frames = report.job.progress.frames_total;
  json list = json::array();
  for (const TaskView& render : report.renders) {
    list.push_back({{"segment", render.segment},
                    {"begin", render.range.begin},
                    {"end", render.range.end},
                    {"begin_seconds", Seconds(render.range.begin, rate)},
                    {"end_seconds", Seconds(render.range.end, rate)},
                    {"from_cache", render.from_cache}});
  }
  json j = {{"frames", frames}, {"duration_seconds", Seconds(frames, rate)}};
  if (const FrameRange& range = report.job.spec.range; !range.empty()) {
    j["range"] = {range.begin, range.begin + frames};
  }
  j["segments"] = report.renders.size();
  j["segments_to_render"] = counts.to_render;
  j["segments_from_cache"] = counts.from_cache;
  j["frames_to_render"] = counts.frames_to_render;
  if (report.time) {
    j["estimated_seconds"] = report.time->seconds;
    j["estimate_basis"] = report.time->basis;
  } else {
    j["estimated_seconds"] = nullptr;
    j["estimate_basis"] = report.why_no_time;
  }
  j["segment_list"] = std::move(list);
  j["warnings"] = report.job.warnings;
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string PlanText(const PlanReport& report) {
  const FrameRate rate = report.job.spec.output.rate;
  const Counts counts = Count(report);
  const int64_t frames = report.job.progress.frames_total;
  std::string text = fmt::format(
      "{}\n"
      "  take      {:.2f} s, {} frames at {} a second, {} segment(s)\n"
      "  cache     {} segment(s)\n"
      "  render    {} segment(s), {:.2f} s\n",
      report.job.spec.audio.name, Seconds(frames, rate), frames,
      FormatFrameRate(rate), report.renders.size(), counts.from_cache,
      counts.to_render, Seconds(counts.frames_to_render, rate));
  for (const FrameRange& stretch : Stretches(report)) {
    text += fmt::format("            {} to {}, frames {} to {}\n",
                        Clock(stretch.begin, rate), Clock(stretch.end, rate),
                        stretch.begin, stretch.end);
  }
  text += report.time ? fmt::format("  time      about {:.1f} s; {}\n",
                                    report.time->seconds, report.time->basis)
                      : fmt::format("  time      {}\n", report.why_no_time);
  for (const std::string& warning : report.job.warnings) {
    text += fmt::format("  warning   {}\n", warning);
  }
  return text;
}

}  // namespace longtake::client
