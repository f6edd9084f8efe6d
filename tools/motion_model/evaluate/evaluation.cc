#include "tools/motion_model/evaluate/evaluation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "tools/motion_model/evaluate/recordings.h"
#include "tools/motion_model/evaluate/sounds.h"
#include "tools/motion_model/memory_pcm.h"

namespace longtake::evaluation {
namespace {

using worker::MotionScore;
using worker::MotionScorer;

constexpr double kCpuSeconds = 300;

// Folders are named by language; espeak-ng's code where it differs.
std::string SpokenLanguage(const std::string& folder) {
  return folder == "en" ? "en-us" : folder;
}

// How far a recording's length is from what a plot shows, seconds.
double FromIdeal(const std::vector<float>& samples) {
  return std::abs(kExampleSeconds - static_cast<double>(samples.size()) /
                                        worker::kAnalysisSampleRateHz);
}

double CpuSeconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

class Runner {
 public:
  Runner(const worker::SpeechMotionModel& model,
         const EvaluationOptions& options)
      : model_(model),
        options_(options),
        scratch_((std::filesystem::temp_directory_path() /
                  fmt::format("longtake-eval-{}", ::getpid()))
                     .string()) {}
  ~Runner() {
    std::error_code ignored;
    std::filesystem::remove(scratch_, ignored);
  }

  Status ScoreLanguage(const std::string& language, SetScores* scores,
                       Example* example) {
    LT_ASSIGN_OR_RETURN(
        const std::vector<Recording> recordings,
        ListRecordings(options_.recordings + "/" + language, options_.limit));
    MotionScorer plain, telephone, transcript, baseline;
    for (const Recording& recording : recordings) {
      LT_ASSIGN_OR_RETURN(const std::vector<float> samples,
                          ReadSound(recording.audio, scratch_));
      LT_ASSIGN_OR_RETURN(const auto phones,
                          worker::ReadPhones(recording.phones));
      const Script script = {recording.transcript, SpokenLanguage(language)};
      std::vector<worker::MouthCurves> curves;
      LT_RETURN_IF_ERROR(Add(model_, samples, phones, {}, &plain, &curves));
      if (FromIdeal(samples) < FromIdeal(example->samples)) {
        *example = {std::filesystem::path(recording.audio).stem().string(),
                    samples, phones, options_.rate, std::move(curves)};
      }
      LT_RETURN_IF_ERROR(Add(model_, samples, phones, script, &transcript));
      LT_RETURN_IF_ERROR(
          Add(model_, Telephone(samples), phones, {}, &telephone));
      LT_RETURN_IF_ERROR(Add(baseline_, samples, phones, {}, &baseline));
    }
    *scores = {plain.Score(), telephone.Score(), baseline.Score(),
               transcript.Score()};
    return OkStatus();
  }

  Status ScoreUnseen(Evaluation* evaluation) {
    MotionScorer model, baseline;
    for (const std::string& voice : options_.left_out) {
      LT_ASSIGN_OR_RETURN(
          const std::vector<Recording> recordings,
          ListRecordings(options_.speech + "/" + voice, options_.limit));
      for (const Recording& recording : recordings) {
        LT_ASSIGN_OR_RETURN(const std::vector<float> samples,
                            ReadSound(recording.audio, scratch_));
        LT_ASSIGN_OR_RETURN(const auto phones,
                            worker::ReadPhones(recording.phones));
        LT_RETURN_IF_ERROR(Add(model_, samples, phones, {}, &model));
        LT_RETURN_IF_ERROR(Add(baseline_, samples, phones, {}, &baseline));
      }
    }
    evaluation->unseen_voices = model.Score();
    evaluation->unseen_baseline = baseline.Score();
    return OkStatus();
  }

  Status ScoreNonSpeech(Evaluation* evaluation) {
    std::vector<NamedSound> sounds = NonSpeech(options_.seed);
    if (!options_.music.empty()) {
      LT_ASSIGN_OR_RETURN(std::vector<float> music, AllSounds(options_.music));
      sounds.push_back({"music", std::move(music)});
    }
    for (const NamedSound& sound : sounds) {
      LT_ASSIGN_OR_RETURN(evaluation->rest_jaw[sound.name],
                          MeanJaw(model_, sound.samples));
      LT_ASSIGN_OR_RETURN(evaluation->rest_jaw_baseline[sound.name],
                          MeanJaw(baseline_, sound.samples));
    }
    return OkStatus();
  }

  Status MeasureCpu(Evaluation* evaluation) {
    std::vector<float> speech;
    const size_t enough =
        static_cast<size_t>(kCpuSeconds * worker::kAnalysisSampleRateHz);
    LT_ASSIGN_OR_RETURN(
        const std::vector<Recording> recordings,
        ListRecordings(options_.recordings + "/" + options_.languages.front(),
                       0));
    while (speech.size() < enough) {
      for (const Recording& recording : recordings) {
        if (speech.size() >= enough) break;
        LT_ASSIGN_OR_RETURN(const std::vector<float> samples,
                            ReadSound(recording.audio, scratch_));
        speech.insert(speech.end(), samples.begin(), samples.end());
      }
    }
    const motion_tools::MemoryPcm pcm(std::move(speech));
    const double begin = CpuSeconds();
    LT_RETURN_IF_ERROR(
        MouthOf(model_, nullptr, pcm, {30, 1}, options_.seed, {}).status());
    evaluation->cpu_ms_per_second = 1000 * (CpuSeconds() - begin) / kCpuSeconds;
    return OkStatus();
  }

 private:
  Status Add(const worker::FineMotionModel& model, std::vector<float> samples,
             const std::vector<worker::PhoneSegment>& phones,
             const Script& script, MotionScorer* scorer,
             std::vector<worker::MouthCurves>* kept = nullptr) {
    const motion_tools::MemoryPcm pcm(std::move(samples));
    LT_ASSIGN_OR_RETURN(auto curves,
                        MouthOf(model, &model_.net(), pcm, options_.rate,
                                options_.seed, script));
    scorer->Add(options_.rate, curves, phones);
    if (kept != nullptr) *kept = std::move(curves);
    return OkStatus();
  }

  StatusOr<double> MeanJaw(const worker::FineMotionModel& model,
                           std::vector<float> samples) {
    const motion_tools::MemoryPcm pcm(std::move(samples));
    LT_ASSIGN_OR_RETURN(
        const auto curves,
        MouthOf(model, nullptr, pcm, options_.rate, options_.seed, {}));
    double sum = 0;
    for (const worker::MouthCurves& row : curves) {
      sum += row[worker::kCurveJaw];
    }
    return sum / static_cast<double>(std::max<size_t>(curves.size(), 1));
  }

  StatusOr<std::vector<float>> AllSounds(const std::string& directory) {
    std::vector<std::string> paths;
    std::error_code error;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory, error)) {
      paths.push_back(entry.path().string());
    }
    if (paths.empty()) return NotFound(directory + ": no sound files");
    std::sort(paths.begin(), paths.end());
    std::vector<float> all;
    for (const std::string& path : paths) {
      LT_ASSIGN_OR_RETURN(const std::vector<float> samples,
                          ReadSound(path, scratch_));
      all.insert(all.end(), samples.begin(), samples.end());
    }
    return all;
  }

  const worker::SpeechMotionModel& model_;
  const worker::BaselineMotionModel baseline_;
  const EvaluationOptions& options_;
  const std::string scratch_;
};

void Say(const std::string& set, const MotionScore& score) {
  fmt::print(
      "  {:10} r {:.3f}, closures {:.3f} (recall {:.2f}, precision {:.2f})"
      ", std {:.2f}, lag {:+.0f} ms, rest jaw {:.3f}\n",
      set, score.mean_r, score.closure_f1, score.closure_recall,
      score.closure_precision, score.mean_std_ratio, score.lag_ms,
      score.rest_jaw);
  std::fflush(stdout);
}

}  // namespace

double Evaluation::telephone_r_loss() const {
  double sum = 0;
  for (const auto& [language, scores] : languages) {
    sum += scores.plain.mean_r - scores.telephone.mean_r;
  }
  return languages.empty() ? 0 : sum / static_cast<double>(languages.size());
}

double Evaluation::nonspeech_jaw_open() const {
  double sum = 0;
  for (const auto& [name, jaw] : rest_jaw) sum += jaw;
  return rest_jaw.empty() ? 0 : sum / static_cast<double>(rest_jaw.size());
}

StatusOr<Evaluation> Evaluate(const worker::SpeechMotionModel& model,
                              const EvaluationOptions& options) {
  Evaluation evaluation;
  Runner runner(model, options);
  for (const std::string& language : options.languages) {
    SetScores& scores = evaluation.languages[language];
    LT_RETURN_IF_ERROR(runner.ScoreLanguage(language, &scores,
                                            &evaluation.examples[language]));
    fmt::print("{}: {:.0f} s, {} closures\n", language, scores.plain.seconds,
               scores.plain.closures);
    Say("plain", scores.plain);
    Say("transcript", scores.transcript);
    Say("telephone", scores.telephone);
    Say("baseline", scores.baseline);
  }
  if (!options.left_out.empty()) {
    LT_RETURN_IF_ERROR(runner.ScoreUnseen(&evaluation));
    fmt::print("unseen voices: {:.0f} s, {} closures\n",
               evaluation.unseen_voices.seconds,
               evaluation.unseen_voices.closures);
    Say("plain", evaluation.unseen_voices);
    Say("baseline", evaluation.unseen_baseline);
  }
  LT_RETURN_IF_ERROR(runner.ScoreNonSpeech(&evaluation));
  LT_RETURN_IF_ERROR(runner.MeasureCpu(&evaluation));
  return evaluation;
}

}  // namespace longtake::evaluation
