#include "tools/motion_model/speech_data/speech_set.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/motion_model/speech_data/speech_files.h"

namespace longtake::speech_data {
namespace {

constexpr double kSecondsPerHour = 3600;
constexpr double kMostHours = 10000;
constexpr int kMostJobs = 1024;
// Rises with every change that makes other speech or other times of it.
constexpr uint64_t kRecipeVersion = 2;
// A process that takes longer hangs: SIGALRM ends it.
constexpr unsigned kBatchLimit_s = 300;
// A voice that fails so often in a row will not speak at all.
constexpr int kMostFailures = 60;

// How far one voice has come.
struct Progress {
  const Voice* voice = nullptr;
  double wanted_s = 0;
  double said_s = 0;
  int next_index = 0;
  int failures = 0;   // in a row
  pid_t process = 0;  // that speaks [next_index, batch_end), or 0
  int batch_end = 0;
  std::vector<ManifestLine> lines;

  double part() const { return said_s / wanted_s; }
};

Status MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return OkStatus();
  return FailedPrecondition(
      fmt::format("cannot make {}: {}", path, error.message()));
}

class Maker {
 public:
  Maker(const SpeechSetOptions& options, const Vocabularies& vocabularies,
        const Synthesizers& synthesizers)
      : options_(options),
        vocabularies_(vocabularies),
        synthesizers_(synthesizers) {}

  StatusOr<std::vector<ManifestLine>> Make() {
    LT_RETURN_IF_ERROR(Prepare());
    const Status made = MakeAll();
    if (!made.ok()) {
      while (running_ > 0) static_cast<void>(Reap());
      return made;
    }
    std::vector<ManifestLine> lines;
    for (const Progress& voice : voices_) {
      lines.insert(lines.end(), voice.lines.begin(), voice.lines.end());
    }
    LT_RETURN_IF_ERROR(
        WriteFile(InDirectory("manifest.tsv"), FormatManifest(lines)));
    return lines;
  }

 private:
  Status Prepare();
  Status CheckRecipe() const;
  Status MakeAll();
  Progress* FurthestBehind();
  // Counts what is there, then forks the next batch if it is not enough.
  Status GoOn(Progress& progress);
  // Counts the next utterance; false when it is not there or not needed.
  bool Advance(Progress& progress);
  Status Start(Progress& progress);
  [[noreturn]] void SpeakBatch(const Progress& progress) const;
  Status Reap();

  Utterance Plan(const Voice& voice, int index) const {
    return PlanUtterance(options_.seed, voice,
                         vocabularies_.find(voice.language)->second, index);
  }
  std::string InDirectory(std::string_view path) const {
    return fmt::format("{}/{}", options_.directory, path);
  }

  const SpeechSetOptions& options_;
  const Vocabularies& vocabularies_;
  const Synthesizers& synthesizers_;
  std::vector<Progress> voices_;
  int running_ = 0;
};

Status Maker::Prepare() {
  LT_RETURN_IF_ERROR(MakeDirectory(options_.directory));
  LT_RETURN_IF_ERROR(CheckRecipe());
  for (const Engine engine : options_.engines) {
    double shares = 0;
    for (const Voice& voice : VoicesOf(engine)) shares += voice.share;
    for (const Voice& voice : VoicesOf(engine)) {
      Progress progress;
      progress.voice = &voice;
      progress.wanted_s = options_.hours * kSecondsPerHour *
                          EngineShare(engine) * voice.share / shares;
      LT_RETURN_IF_ERROR(MakeDirectory(InDirectory(VoicePath(voice))));
      voices_.push_back(std::move(progress));
    }
  }
  std::error_code ignored;
  std::filesystem::remove(InDirectory("manifest.tsv"), ignored);
  return OkStatus();
}

Status Maker::CheckRecipe() const {
  const std::string recipe =
      fmt::format("version {}\nseed {}\n", kRecipeVersion, options_.seed);
  const StatusOr<std::string> before = ReadFile(InDirectory("recipe"));
  if (!before.ok()) return WriteFile(InDirectory("recipe"), recipe);
  if (*before == recipe) return OkStatus();
  return FailedPrecondition(fmt::format(
      "{} holds speech of another seed or version: name another directory or "
      "remove this one",
      options_.directory));
}

// The voice that is furthest behind goes on first, so that a set that is cut
// short is a small one of all voices.
Progress* Maker::FurthestBehind() {
  Progress* furthest = nullptr;
  for (Progress& voice : voices_) {
    if (voice.process != 0 || voice.said_s >= voice.wanted_s) continue;
    if (furthest == nullptr || voice.part() < furthest->part()) {
      furthest = &voice;
    }
  }
  return furthest;
}

Status Maker::MakeAll() {
  while (true) {
    while (running_ < options_.jobs) {
      Progress* voice = FurthestBehind();
      if (voice == nullptr) break;
      LT_RETURN_IF_ERROR(GoOn(*voice));
    }
    if (running_ == 0) return OkStatus();
    LT_RETURN_IF_ERROR(Reap());
  }
}

Status Maker::GoOn(Progress& progress) {
  while (Advance(progress)) {
  }
  return progress.said_s >= progress.wanted_s ? OkStatus() : Start(progress);
}

bool Maker::Advance(Progress& progress) {
  if (progress.said_s >= progress.wanted_s) return false;
  const Voice& voice = *progress.voice;
  const std::string path = UtterancePath(voice, progress.next_index);
  const StatusOr<double> seconds = SpeechSeconds(InDirectory(path));
  if (!seconds.ok()) return false;
  progress.lines.push_back({path, std::string(EngineName(voice.engine)),
                            Plan(voice, progress.next_index).speaker,
                            std::string(voice.language), *seconds});
  progress.said_s += *seconds;
  progress.failures = 0;
  ++progress.next_index;
  return true;
}

Status Maker::Start(Progress& progress) {
  const int size = synthesizers_.at(progress.voice->engine)->batch_size();
  progress.batch_end = (progress.next_index / size + 1) * size;
  const pid_t child = ::fork();
  if (child < 0) {
    return ResourceExhausted(
        fmt::format("cannot fork: {}", std::strerror(errno)));
  }
  if (child == 0) SpeakBatch(progress);
  progress.process = child;
  ++running_;
  return OkStatus();
}

void Maker::SpeakBatch(const Progress& progress) const {
  ::alarm(kBatchLimit_s);
  const Voice& voice = *progress.voice;
  const std::string scratch =
      InDirectory(fmt::format("{}/.{}", VoicePath(voice), ::getpid()));
  std::vector<Utterance> missing;
  for (int i = progress.next_index; i < progress.batch_end; ++i) {
    if (!SpeechSeconds(InDirectory(UtterancePath(voice, i))).ok()) {
      missing.push_back(Plan(voice, i));
    }
  }
  std::error_code error;
  std::filesystem::create_directory(scratch, error);
  const Status spoken =
      synthesizers_.at(voice.engine)
          ->Speak(voice, missing, std::filesystem::absolute(scratch).string(),
                  [&](const Utterance& utterance, const Speech& speech) {
                    return WriteSpeech(
                        InDirectory(UtterancePath(voice, utterance.index)),
                        speech);
                  });
  std::filesystem::remove_all(scratch, error);
  ::_exit(spoken.ok() ? 0 : 1);
}

Status Maker::Reap() {
  int result = 0;
  pid_t child = 0;
  while ((child = ::waitpid(-1, &result, 0)) < 0 && errno == EINTR) {
  }
  --running_;
  const auto progress =
      std::find_if(voices_.begin(), voices_.end(),
                   [&](const Progress& p) { return p.process == child; });
  if (progress == voices_.end()) return OkStatus();
  const Voice& voice = *progress->voice;
  std::error_code ignored;
  std::filesystem::remove_all(
      InDirectory(fmt::format("{}/.{}", VoicePath(voice), child)), ignored);
  progress->process = 0;
  const bool finished = WIFEXITED(result) && WEXITSTATUS(result) == 0;
  while (progress->next_index < progress->batch_end &&
         progress->said_s < progress->wanted_s) {
    if (Advance(*progress)) continue;
    ++progress->next_index;
    if (++progress->failures >= kMostFailures) {
      return FailedPrecondition(fmt::format(
          "{} voice {} cannot speak: {} utterances in a row failed; install "
          "its Debian package (./dev make-speech does)",
          EngineName(voice.engine), voice.name, kMostFailures));
    }
    // The process ended at this one: the rest of the batch is spoken anew.
    if (!finished) break;
  }
  return OkStatus();
}

Status CheckOptions(const SpeechSetOptions& options) {
  if (!(options.hours > 0 && options.hours <= kMostHours)) {
    return InvalidArgument(
        fmt::format("hours must be above 0 and at most {}, not {}", kMostHours,
                    options.hours));
  }
  if (options.jobs < 1 || options.jobs > kMostJobs) {
    return InvalidArgument(
        fmt::format("jobs must be 1 to {}, not {}", kMostJobs, options.jobs));
  }
  if (options.engines.empty()) return InvalidArgument("no engine is named");
  return OkStatus();
}

}  // namespace

StatusOr<std::vector<ManifestLine>> MakeSpeechSet(
    const SpeechSetOptions& options, const Vocabularies& vocabularies,
    const Synthesizers& synthesizers) {
  LT_RETURN_IF_ERROR(CheckOptions(options));
  return Maker(options, vocabularies, synthesizers).Make();
}

}  // namespace longtake::speech_data
