#include "tools/motion_model/evaluate/recordings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "worker/engine/evaluate/motion_scorer.h"
#include "worker/engine/guides/motion_guides.h"
#include "worker/engine/motion/windows.h"
#include "worker/engine/speech/transcript_plan.h"

namespace longtake::evaluation {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) {
    fields.push_back(field);
  }
  return fields;
}

// Names that the aligner does not vouch for.
std::set<std::string> Doubtful(const std::string& directory) {
  std::set<std::string> names;
  std::ifstream file(directory + "/alignment.tsv");
  std::string line;
  if (!std::getline(file, line)) return names;
  const std::vector<std::string> header = Fields(line);
  const auto column = [&](const char* name) {
    return static_cast<size_t>(std::find(header.begin(), header.end(), name) -
                               header.begin());
  };
  const size_t name = column("name"), use = column("use");
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = Fields(line);
    if (std::max(name, use) < fields.size() && fields[use] == "0") {
      names.insert(fields[name]);
    }
  }
  return names;
}

StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(path + ": can't be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

StatusOr<std::vector<Recording>> ListRecordings(const std::string& directory,
                                                int64_t limit) {
  const std::set<std::string> doubtful = Doubtful(directory);
  std::vector<Recording> all;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(directory, error);
       !error && it != fs::recursive_directory_iterator();
       it.increment(error)) {
    fs::path path = it->path();
    if (path.extension() != ".phones") continue;
    const std::string phones = path.string();
    const std::string name =
        fs::relative(path, directory).replace_extension().string();
    path.replace_extension(".wav");
    if (doubtful.contains(name) || !fs::exists(path)) continue;
    all.push_back(
        {path.string(), phones, path.replace_extension(".txt").string()});
  }
  if (error || all.empty()) {
    return NotFound(
        fmt::format("{}: no recordings with .phones beside them", directory));
  }
  std::sort(all.begin(), all.end(), [](const Recording& a, const Recording& b) {
    return a.audio < b.audio;
  });
  const int64_t count = static_cast<int64_t>(all.size());
  if (limit <= 0 || limit >= count) return all;
  std::vector<Recording> some;
  for (int64_t i = 0; i < limit; ++i) {
    some.push_back(all[static_cast<size_t>(i * count / limit)]);
  }
  return some;
}

StatusOr<std::vector<worker::MouthCurves>> MouthOf(
    const worker::FineMotionModel& model, const worker::SpeechNet* net,
    const worker::PcmReader& pcm, FrameRate rate, uint64_t seed,
    const Script& script) {
  std::map<std::string, std::string> controls;
  worker::Guides guides;
  worker::MotionRequest request = {
      pcm,
      FramesForSamples(pcm.size_samples(), worker::kAnalysisSampleRateHz, rate),
      rate, seed, controls};
  if (!script.path.empty()) {
    controls["language"] = script.language;
    LT_ASSIGN_OR_RETURN(const std::string text, ReadText(script.path));
    guides[worker::kTranscriptRole] = {text, script.path};
    request.guides = &guides;
  }
  LT_ASSIGN_OR_RETURN(worker::KeyMotions keys, worker::PlanKeyMotions(request));
  if (!script.path.empty()) {
    LT_RETURN_IF_ERROR(worker::AddTranscript(*net, request, &keys).status());
  }
  LT_ASSIGN_OR_RETURN(
      const worker::MotionTrack track,
      worker::SampleMotion(model, request, keys, {0, request.total_frames}));
  std::vector<worker::MouthCurves> curves;
  curves.reserve(track.frames.size());
  for (const worker::MotionFrame& frame : track.frames) {
    curves.push_back(worker::CurvesOf(frame));
  }
  return curves;
}

}  // namespace longtake::evaluation
