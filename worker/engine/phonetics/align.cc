#include "worker/engine/phonetics/align.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace longtake::worker {
namespace {

constexpr float kNever = -1e30f;
// The path is settled this far behind the newest step, so that the search's
// memory and what a change of the text can reach stay bounded: 30 s.
constexpr int64_t kSettleSteps = 1500;
constexpr int64_t kSettleEvery = 500;

// Before word b, and after the last word (b = words), lies boundary b with two
// states of its own: silence and filler, speech that isn't in the text. Then
// the word's phones.
struct State {
  PhoneClass phone = kSilence;
  int32_t boundary = 0;  // or the word's index
  bool filler = false;
  bool in_word = false;
  bool first = false, last = false;  // of its word
};

struct Graph {
  std::vector<State> states;
  std::vector<int32_t> offset;  // of each boundary's silence

  explicit Graph(std::span<const SpokenWord> words) {
    for (size_t b = 0; b <= words.size(); ++b) {
      offset.push_back(static_cast<int32_t>(states.size()));
      const auto boundary = static_cast<int32_t>(b);
      states.push_back({.boundary = boundary});
      states.push_back({.boundary = boundary, .filler = true});
      if (b == words.size()) break;
      const auto& phones = words[b].phones;
      for (size_t i = 0; i < phones.size(); ++i) {
        states.push_back({.phone = phones[i],
                          .boundary = boundary,
                          .in_word = true,
                          .first = i == 0,
                          .last = i + 1 == phones.size()});
      }
    }
    offset.push_back(static_cast<int32_t>(states.size()));
  }
  int32_t boundaries() const { return static_cast<int32_t>(offset.size()) - 1; }
};

// One step's hypotheses: the states from `first` on.
struct Column {
  int32_t first = 0;
  std::vector<int32_t> from;  // state at the step before
};

class Search {
 public:
  Search(std::span<const float> log_phones, std::span<const SpokenWord> words,
         std::span<const StepRange> allowed, const AlignOptions& options)
      : log_phones_(log_phones),
        allowed_(allowed),
        options_(options),
        graph_(words),
        steps_(static_cast<int64_t>(log_phones.size()) / kPhoneClasses) {}

  // The state at each step of the best path; empty where there are no steps.
  std::vector<int32_t> Run() {
    for (int64_t t = 0; t < steps_; ++t) {
      Advance(t);
      if ((t + 1) % kSettleEvery == 0) Settle(t);
    }
    if (steps_ == 0) return {};
    Trace(steps_ - 1, BestEnd(), settled_);
    return std::move(path_);
  }

 private:
  struct Node {
    float score = kNever;
    int32_t from = 0;
  };
  void Raise(float score, int32_t from, Node* node) const {
    if (score > node->score) *node = {score, from};
  }

  float Old(int32_t state) const {
    const int32_t at = state - first_;
    return at >= 0 && at < static_cast<int32_t>(scores_.size()) ? scores_[at]
                                                                : kNever;
  }

  // Boundary b between two steps, given boundary b - 1.
  Node Between(int32_t b, const Node& before) const {
    Node node;
    const int32_t silence = graph_.offset[b];
    if (b > 0) {
      Raise(before.score - static_cast<float>(options_.skip_word), before.from,
            &node);
      Raise(Old(silence - 1), silence - 1, &node);
    }
    Raise(Old(silence), silence, &node);
    Raise(Old(silence + 1), silence + 1, &node);
    return node;
  }

  float Emit(const State& state, int64_t t) const {
    const float* row = log_phones_.data() + t * kPhoneClasses;
    const float scale = static_cast<float>(options_.scale);
    if (state.filler) {
      return scale * *std::max_element(row + 1, row + kPhoneClasses) -
             static_cast<float>(options_.filler_step);
    }
    if (state.in_word && !allowed_.empty()) {
      const StepRange& range = allowed_[state.boundary];
      if (t < range.begin || t >= range.end) return kNever;
    }
    return scale * row[state.phone];
  }

  void Advance(int64_t t) {
    const float floor = best_ - static_cast<float>(options_.beam);
    Column column;
    std::vector<float> scores;
    float best = kNever;
    int32_t b = t == 0 ? 0 : graph_.states[first_].boundary;
    column.first = graph_.offset[b];
    Node node;
    for (; b < graph_.boundaries(); ++b) {
      node = t == 0 && b == 0 ? Node{0, -1} : Between(b, node);
      const bool reached =
          graph_.offset[b] < first_ + static_cast<int32_t>(scores_.size());
      if (node.score < floor && !reached) break;
      for (int32_t s = graph_.offset[b]; s < graph_.offset[b + 1]; ++s) {
        const State& state = graph_.states[s];
        Node to;
        Raise(Old(s), s, &to);
        if (state.in_word && !state.first) {
          Raise(Old(s - 1), s - 1, &to);
        } else {
          const double price = state.in_word  ? 0
                               : state.filler ? options_.enter_filler
                                              : options_.enter_silence;
          Raise(node.score - static_cast<float>(price), node.from, &to);
        }
        const float score = to.score <= kNever / 2 || to.score < floor
                                ? kNever
                                : to.score + Emit(state, t);
        scores.push_back(score);
        column.from.push_back(to.from);
        best = std::max(best, score);
      }
    }
    Trim(&column, &scores, best);
    first_ = column.first;
    scores_ = std::move(scores);
    best_ = best;
    columns_.push_back(std::move(column));
  }

  // Drops whole boundaries at both ends that fell out of the beam.
  void Trim(Column* column, std::vector<float>* scores, float best) const {
    const float floor = best - static_cast<float>(options_.beam);
    const auto alive = [floor](float score) { return score >= floor; };
    const auto begin = std::find_if(scores->begin(), scores->end(), alive);
    const auto end = std::find_if(scores->rbegin(), scores->rend(), alive);
    const int64_t live_first = begin - scores->begin();
    const int32_t boundary =
        graph_.states[column->first + static_cast<int32_t>(live_first)]
            .boundary;
    const int64_t drop = graph_.offset[boundary] - column->first;
    const int64_t keep = scores->rend() - end;
    scores->resize(static_cast<size_t>(keep));
    column->from.resize(static_cast<size_t>(keep));
    scores->erase(scores->begin(), scores->begin() + drop);
    column->from.erase(column->from.begin(), column->from.begin() + drop);
    column->first += static_cast<int32_t>(drop);
  }

  int32_t StateBefore(int64_t t, int32_t state) const {
    const Column& column = columns_[static_cast<size_t>(t - settled_)];
    return column.from[static_cast<size_t>(state - column.first)];
  }

  // Writes the path of `state` at step t back to step `until`.
  void Trace(int64_t t, int32_t state, int64_t until) {
    path_.resize(static_cast<size_t>(
        std::max<int64_t>(t + 1, static_cast<int64_t>(path_.size()))));
    for (; t >= until; --t) {
      path_[static_cast<size_t>(t)] = state;
      state = StateBefore(t, state);
    }
  }

  // Fixes what lies kSettleSteps behind step t by the path that is best now;
  // hypotheses that come from elsewhere are given up.
  void Settle(int64_t t) {
    const int64_t until = t - kSettleSteps;
    if (until <= settled_) return;
    const auto ancestor = [&](int32_t state) {
      for (int64_t k = t; k > until; --k) state = StateBefore(k, state);
      return state;
    };
    const auto top = std::max_element(scores_.begin(), scores_.end());
    const int32_t winner =
        ancestor(first_ + static_cast<int32_t>(top - scores_.begin()));
    for (size_t i = 0; i < scores_.size(); ++i) {
      if (scores_[i] <= kNever / 2) continue;
      if (ancestor(first_ + static_cast<int32_t>(i)) != winner) {
        scores_[i] = kNever;
      }
    }
    Trace(until, winner, settled_);
    columns_.erase(columns_.begin(), columns_.begin() + (until + 1 - settled_));
    settled_ = until + 1;
  }

  // The last step's state with the best way to the end of the text.
  int32_t BestEnd() const {
    Node node;
    for (int32_t b = graph_.states[first_].boundary; b < graph_.boundaries();
         ++b) {
      node = Between(b, node);
    }
    if (node.score > kNever / 2) return node.from;
    const auto top = std::max_element(scores_.begin(), scores_.end());
    return first_ + static_cast<int32_t>(top - scores_.begin());
  }

  const std::span<const float> log_phones_;
  const std::span<const StepRange> allowed_;
  const AlignOptions options_;
  const Graph graph_;
  const int64_t steps_;
  int32_t first_ = 0;
  std::vector<float> scores_;
  float best_ = 0;
  std::vector<Column> columns_;  // of the steps from settled_ on
  int64_t settled_ = 0;
  std::vector<int32_t> path_;

 public:
  const Graph& graph() const { return graph_; }
};

double WordFit(std::span<const float> log_phones, const AlignedWord& word,
               const SpokenWord& spoken) {
  double sum = 0;
  for (size_t i = 0; i < word.starts.size(); ++i) {
    const int64_t end =
        i + 1 < word.starts.size() ? word.starts[i + 1] : word.end;
    for (int64_t t = word.starts[i]; t < end; ++t) {
      const float* row = log_phones.data() + t * kPhoneClasses;
      sum +=
          row[spoken.phones[i]] - *std::max_element(row, row + kPhoneClasses);
    }
  }
  return sum / static_cast<double>(word.end - word.begin);
}

}  // namespace

std::vector<AlignedWord> AlignWords(std::span<const float> log_phones,
                                    std::span<const SpokenWord> words,
                                    std::span<const StepRange> allowed,
                                    const AlignOptions& options) {
  Search search(log_phones, words, allowed, options);
  const std::vector<int32_t> path = search.Run();
  const Graph& graph = search.graph();
  std::vector<AlignedWord> aligned(words.size());
  for (size_t t = 0; t < path.size(); ++t) {
    const State& state = graph.states[path[t]];
    if (!state.in_word) continue;
    AlignedWord& word = aligned[state.boundary];
    const auto step = static_cast<int64_t>(t);
    if (t == 0 || path[t] != path[t - 1]) word.starts.push_back(step);
    word.end = step + 1;
  }
  for (size_t w = 0; w < words.size(); ++w) {
    AlignedWord& word = aligned[w];
    word.found = word.starts.size() == words[w].phones.size();
    if (!word.found) {
      word = {};
      continue;
    }
    word.begin = word.starts.front();
    word.fit = WordFit(log_phones, word, words[w]);
  }
  return aligned;
}

}  // namespace longtake::worker
