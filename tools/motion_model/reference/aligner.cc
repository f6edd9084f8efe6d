#include "tools/motion_model/reference/aligner.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tools/motion_model/reference/best_path.h"
#include "tools/motion_model/reference/cepstra.h"
#include "tools/motion_model/reference/first_guess.h"
#include "tools/motion_model/reference/long_glides.h"
#include "tools/motion_model/reference/phone_models.h"
#include "tools/motion_model/reference/phones.h"
#include "tools/motion_model/reference/silent_closures.h"

namespace longtake::reference {
namespace {

// A pause lasts at least this many frames; shorter ones are closures.
constexpr int kSilenceNodes = 6;
// In the first guess, quieter than this for so long is silence.
constexpr float kSilentDb = -40;
constexpr int kSilentFrames = 20;

// A frame's part of the score counts no worse than this: citation forms have
// single frames that no model knows.
constexpr float kWorstScore = 10;
// What a recording loses where all phones are as short as they can be: where
// there is more text than speech.
constexpr double kSqueezed = 10;

// What is known of one recording while its model is being learned.
struct Work {
  std::vector<Slot> slots;
  std::vector<Node> chain;
  std::vector<int> slot_of_node;
  std::vector<int> rows;  // emissions that the chain uses
};

int StatesOf(const Slot& slot) {
  return slot.ipa == kPause ? 1 : kStatesPerPhone;
}

// The chain with emissions numbered as in PhoneInventory.
void BuildChain(const PhoneInventory& inventory, const PhoneModels& models,
                Work* work) {
  std::vector<Node>& chain = work->chain;
  chain.clear();
  work->slot_of_node.clear();
  const auto add = [&](int slot, int emission) {
    Node node;
    node.emission = emission;
    node.log_stay = models.LogStay(emission);
    node.log_leave = models.LogLeave(emission);
    chain.push_back(node);
    work->slot_of_node.push_back(slot);
  };
  int before_silence = -1;
  const int slots = static_cast<int>(work->slots.size());
  for (int s = 0; s < slots; ++s) {
    const int emission = inventory.EmissionOf(work->slots[s].ipa);
    const int first = static_cast<int>(chain.size());
    if (work->slots[s].ipa == kPause) {
      before_silence = first - 1;
      for (int i = 0; i < kSilenceNodes; ++i) add(s, emission);
      continue;
    }
    for (int k = 0; k < kStatesPerPhone; ++k) add(s, emission + k);
    const bool after_silence = s > 0 && work->slots[s - 1].ipa == kPause;
    if (after_silence) chain[first].bypass_from = before_silence;
    if (s == 0 || (s == 1 && after_silence)) chain[first].may_begin = true;
    const bool last =
        s + 1 == slots || (s + 2 == slots && work->slots[s + 1].ipa == kPause);
    if (last) chain.back().may_end = true;
  }
  chain.front().may_begin = true;
  chain.back().may_end = true;
}

// Renumbers the chain's emissions to the rows that a table of its own needs.
void UseOwnRows(Work* work) {
  std::map<int, int> row;
  for (const Node& node : work->chain) row.emplace(node.emission, 0);
  work->rows.clear();
  for (auto& [emission, at] : row) {
    at = static_cast<int>(work->rows.size());
    work->rows.push_back(emission);
  }
  for (Node& node : work->chain) node.emission = row[node.emission];
}

Labels LabelsFromSlots(const PhoneInventory& inventory, const Work& work,
                       const std::vector<int>& slot_of,
                       const std::vector<float>& loudness_db) {
  Labels labels(slot_of.size(), kSilenceEmission);
  for (size_t begin = 0, end; begin < slot_of.size(); begin = end) {
    end = begin;
    while (end < slot_of.size() && slot_of[end] == slot_of[begin]) ++end;
    const Slot& slot = work.slots[slot_of[begin]];
    const auto states = static_cast<size_t>(StatesOf(slot));
    for (size_t f = begin; f < end; ++f) {
      labels[f] = inventory.EmissionOf(slot.ipa) +
                  static_cast<int>((f - begin) * states / (end - begin));
    }
  }
  for (size_t begin = 0, end; begin < labels.size(); begin = end + 1) {
    end = begin;
    while (end < labels.size() && loudness_db[end] < kSilentDb) ++end;
    if (end - begin < kSilentFrames) continue;
    std::fill(labels.begin() + static_cast<int64_t>(begin),
              labels.begin() + static_cast<int64_t>(end), kSilenceEmission);
  }
  return labels;
}

StatusOr<BestPath> PathOf(const Work& work, const PhoneModels& models,
                          const std::vector<Feature>& frames, float weight) {
  std::vector<float> table(frames.size() * work.rows.size());
  for (size_t row = 0; row < work.rows.size(); ++row) {
    models.LogDensities(
        work.rows[row], frames,
        std::span(table).subspan(row * frames.size(), frames.size()));
  }
  return FindBestPath(work.chain, {table, static_cast<int>(frames.size())},
                      weight);
}

std::vector<std::vector<Feature>> FeaturesOf(
    std::span<const SoundFrames> sounds) {
  const Scale scale = MeasureScale(sounds);
  std::vector<std::vector<Feature>> features;
  for (const SoundFrames& s : sounds) {
    features.push_back(Features(s.cepstra, scale));
  }
  return features;
}

std::vector<TimedPhone> PhonesOf(const Work& work, const BestPath& path) {
  std::vector<TimedPhone> phones;
  int last = -1;
  for (size_t f = 0; f < path.nodes.size(); ++f) {
    const int slot = work.slot_of_node[path.nodes[f]];
    const int at = static_cast<int>(f);
    if (slot != last) phones.push_back({at, at, work.slots[slot].ipa});
    phones.back().end_frame = at + 1;
    last = slot;
  }
  return phones;
}

// See Alignment::score.
double AcousticScore(const PhoneModels& models, const Labels& labels,
                     const std::vector<Feature>& frames) {
  std::vector<float> own(frames.size());
  std::vector<float> best(frames.size(), -HUGE_VALF);
  std::vector<float> logs(frames.size());
  for (int e = 0; e < models.emissions(); ++e) {
    models.LogDensities(e, frames, logs);
    for (size_t f = 0; f < frames.size(); ++f) {
      best[f] = std::max(best[f], logs[f]);
      if (labels[f] == e) own[f] = logs[f];
    }
  }
  double sum = 0;
  int count = 0;
  for (size_t f = 0; f < frames.size(); ++f) {
    if (labels[f] == kSilenceEmission) continue;
    sum += std::max(own[f] - best[f], -kWorstScore);
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

double ShareOfSqueezed(const std::vector<TimedPhone>& phones) {
  int spoken = 0;
  int squeezed = 0;
  for (const TimedPhone& p : phones) {
    if (p.ipa == kPause) continue;
    ++spoken;
    squeezed += p.end_frame - p.begin_frame <= kStatesPerPhone ? 1 : 0;
  }
  return spoken > 0 ? static_cast<double>(squeezed) / spoken : 0;
}

class Training {
 public:
  Training(std::span<const Recording> recordings, const AlignerOptions& options)
      : recordings_(recordings), options_(options) {}

  std::vector<std::optional<Alignment>> Run() {
    GuessAll();
    PhoneModels models(inventory_->emissions());
    for (const int gaussians : options_.rounds) {
      models.Learn(features_, labels_, gaussians);
      AlignAll(models);
    }
    std::vector<std::optional<Alignment>> out(recordings_.size());
    for (size_t r = 0; r < recordings_.size(); ++r) {
      if (!paths_[r]) continue;
      out[r] = Alignment{PhonesOf(work_[r], *paths_[r])};
      out[r]->score = AcousticScore(models, labels_[r], features_[r]) -
                      kSqueezed * ShareOfSqueezed(out[r]->phones);
      ShareOutSilence(loudness_db_[r], &out[r]->phones);
      ShortenGlides(&out[r]->phones);
    }
    return out;
  }

 private:
  void GuessAll() {
    std::vector<SoundFrames> sounds;
    std::vector<SoundFrames> guides;
    std::vector<std::string> phones;
    work_.resize(recordings_.size());
    for (size_t r = 0; r < recordings_.size(); ++r) {
      sounds.push_back(Analyze(recordings_[r].samples));
      guides.push_back(Analyze(recordings_[r].guide.samples));
      work_[r].slots = SlotsOf(recordings_[r].guide, guides[r].loudness_db);
      for (const Slot& slot : work_[r].slots) phones.push_back(slot.ipa);
    }
    inventory_.emplace(phones, options_.least_count);
    features_ = FeaturesOf(sounds);
    const auto guide_features = FeaturesOf(guides);
    for (size_t r = 0; r < recordings_.size(); ++r) {
      labels_.push_back(LabelsFromSlots(
          *inventory_, work_[r],
          GuessSlots(work_[r].slots, features_[r], guide_features[r]),
          sounds[r].loudness_db));
    }
    paths_.resize(recordings_.size());
    for (SoundFrames& s : sounds) {
      loudness_db_.push_back(std::move(s.loudness_db));
    }
  }

  void AlignAll(const PhoneModels& models) {
    for (size_t r = 0; r < recordings_.size(); ++r) {
      BuildChain(*inventory_, models, &work_[r]);
      UseOwnRows(&work_[r]);
      auto path =
          PathOf(work_[r], models, features_[r], options_.density_weight);
      if (!path.ok()) {
        labels_[r].clear();  // too short for its text: teaches nothing
        paths_[r].reset();
        continue;
      }
      paths_[r] = *std::move(path);
      for (size_t f = 0; f < labels_[r].size(); ++f) {
        const Node& node = work_[r].chain[paths_[r]->nodes[f]];
        labels_[r][f] = work_[r].rows[node.emission];
      }
    }
  }

  std::span<const Recording> recordings_;
  const AlignerOptions& options_;
  std::optional<PhoneInventory> inventory_;
  std::vector<Work> work_;
  std::vector<std::vector<Feature>> features_;
  std::vector<std::vector<float>> loudness_db_;
  std::vector<Labels> labels_;
  std::vector<std::optional<BestPath>> paths_;
};

}  // namespace

std::vector<std::optional<Alignment>> Align(
    std::span<const Recording> recordings, const AlignerOptions& options) {
  return Training(recordings, options).Run();
}

}  // namespace longtake::reference
