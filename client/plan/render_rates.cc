#include "client/plan/render_rates.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/files/output_file.h"

namespace longtake::client {
namespace {

using nlohmann::json;

// Setups kept; the oldest go first.
constexpr size_t kMostRates = 64;

std::string PathIn(const std::string& cache_dir) {
  return cache_dir + "/rates.json";
}

json ToJson(const RateSetup& setup, const RenderRate& rate) {
  return {{"engine", setup.engine},
          {"numerics_class", setup.numerics_class},
          {"width", setup.width},
          {"height", setup.height},
          {"preset", setup.preset},
          {"workers", setup.workers},
          {"frames", rate.frames},
          {"render_micros", rate.render_micros},
          {"take_frames", rate.take_frames},
          {"assemble_micros", rate.assemble_micros}};
}

bool IsOf(const json& entry, const RateSetup& setup) {
  const auto text = [&entry](const char* key) {
    const auto it = entry.find(key);
    return it != entry.end() && it->is_string() ? it->get<std::string>() : "";
  };
  const auto number = [&entry](const char* key) {
    const auto it = entry.find(key);
    return it != entry.end() && it->is_number_integer() ? it->get<int>() : -1;
  };
  return RateSetup{text("engine"),  text("numerics_class"),
                   number("width"), number("height"),
                   text("preset"),  number("workers")} == setup;
}

std::optional<RenderRate> RateIn(const json& entry) {
  const auto count = [&entry](const char* key) -> int64_t {
    const auto it = entry.find(key);
    return it != entry.end() && it->is_number_integer()
               ? std::max<int64_t>(0, it->get<int64_t>())
               : 0;
  };
  const RenderRate rate{count("frames"), count("render_micros"),
                        count("take_frames"), count("assemble_micros")};
  if (rate.frames < kLeastRateFrames || rate.render_micros == 0) {
    return std::nullopt;
  }
  return rate;
}

// The entries of the file; what can't be read is none.
std::vector<json> ReadEntries(const std::string& cache_dir) {
  std::ifstream in(PathIn(cache_dir), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
  std::vector<json> entries;
  if (!file.is_object() || !file.contains("rates")) return entries;
  for (const json& entry : file["rates"]) {
    if (entry.is_object()) entries.push_back(entry);
  }
  return entries;
}

}  // namespace

std::optional<RenderRate> MeasuredRate(const std::vector<TaskView>& tasks,
                                       int64_t take_frames) {
  RenderRate rate;
  for (const TaskView& task : tasks) {
    if (task.state != TaskState::kSucceeded || task.from_cache) continue;
    if (task.kind == TaskKind::kRender) {
      rate.frames += task.range.size();
      rate.render_micros += task.timings.total_micros;
    } else if (task.kind == TaskKind::kAssemble) {
      rate.take_frames = take_frames;
      rate.assemble_micros = task.timings.total_micros;
    }
  }
  if (rate.frames < kLeastRateFrames || rate.render_micros <= 0) {
    return std::nullopt;
  }
  return rate;
}

double EstimateSeconds(const RenderRate& rate,
                       const std::vector<int64_t>& segments, int workers,
                       int64_t take_frames) {
  const double per_frame = static_cast<double>(rate.render_micros) / 1e6 /
                           static_cast<double>(rate.frames);
  // Each segment goes to the worker that is free first.
  std::vector<double> free_at(static_cast<size_t>(std::max(1, workers)), 0);
  for (const int64_t frames : segments) {
    const auto first = std::min_element(free_at.begin(), free_at.end());
    *first += static_cast<double>(frames) * per_frame;
  }
  double seconds = *std::max_element(free_at.begin(), free_at.end());
  if (rate.take_frames > 0 && !segments.empty()) {
    seconds += static_cast<double>(rate.assemble_micros) / 1e6 *
               static_cast<double>(take_frames) /
               static_cast<double>(rate.take_frames);
  }
  return seconds;
}

std::optional<RenderRate> FindRate(const std::string& cache_dir,
                                   const RateSetup& setup) {
  for (const json& entry : ReadEntries(cache_dir)) {
    if (IsOf(entry, setup)) return RateIn(entry);
  }
  return std::nullopt;
}

Status KeepRate(const std::string& cache_dir, const RateSetup& setup,
                const RenderRate& rate) {
  RenderRate kept = rate;
  std::vector<json> entries = ReadEntries(cache_dir);
  const auto old =
      std::find_if(entries.begin(), entries.end(),
                   [&setup](const json& entry) { return IsOf(entry, setup); });
  if (old != entries.end()) {
    const std::optional<RenderRate> before = RateIn(*old);
    if (kept.take_frames == 0 && before) {
      kept.take_frames = before->take_frames;
      kept.assemble_micros = before->assemble_micros;
    }
    entries.erase(old);
  }
  entries.push_back(ToJson(setup, kept));
  if (entries.size() > kMostRates) {
    entries.erase(entries.begin(),
                  entries.end() - static_cast<ptrdiff_t>(kMostRates));
  }
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                      OutputFile::Create(PathIn(cache_dir)));
  LT_RETURN_IF_ERROR(
      file->Append(json{{"rates", entries}}.dump(
                       -1, ' ', false, json::error_handler_t::replace) +
                   "\n"));
  return file->Commit();
}

}  // namespace longtake::client
