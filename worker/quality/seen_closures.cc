#include "worker/quality/seen_closures.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "worker/quality/sync_series.h"

namespace longtake::worker {
namespace {

// Two p, b or m with less than this between them close the lips once.
constexpr double kSameClosureSeconds = 0.03;
// A p, b or m that may have been said.
constexpr float kFaint = 0.15f;

bool Near(const Span& a, const Span& b) {
  return a.begin <= b.end + kSeenClosureTolerance &&
         a.end >= b.begin - kSeenClosureTolerance;
}

bool NearAny(const Span& a, std::span<const Span> spans) {
  return std::any_of(spans.begin(), spans.end(),
                     [&a](const Span& b) { return Near(a, b); });
}

// Where the lips are closest in a run of pictures: minima between which they
// part by kParted.
std::vector<size_t> Closest(std::span<const SeenMouth> run) {
  std::vector<size_t> minima;
  bool closing = true;
  size_t turn = 0;  // the closest since they close, else the widest
  for (size_t i = 1; i < run.size(); ++i) {
    const double rise = static_cast<double>(run[i].opening) - run[turn].opening;
    if (closing ? rise < 0 : rise > 0) {
      turn = i;
    } else if (std::abs(rise) > kParted) {
      if (closing) minima.push_back(turn);
      closing = !closing;
      turn = i;
    }
  }
  if (closing && !run.empty()) minima.push_back(turn);
  return minima;
}

// Shut lips in a row, made into closures: lips that part in between, if by less
// than it takes to be open, have shut twice.
void AddClosures(std::span<const SeenMouth> run, std::vector<Span>* closures) {
  for (const size_t at : Closest(run)) {
    const auto still_shut = [&](size_t i) {
      return run[i].opening <= run[at].opening + kParted;
    };
    size_t first = at, last = at;
    while (first > 0 && still_shut(first - 1)) --first;
    while (last + 1 < run.size() && still_shut(last + 1)) ++last;
    closures->push_back({run[first].seconds, run[last].seconds});
  }
}

// Where the lips are shut while something is said. A run ends where silence
// begins: lips that rest in a pause are neither right nor wrong.
std::vector<Span> ShutInSpeech(const SyncStretch& stretch, float shut) {
  std::vector<Span> closures;
  const std::span<const SeenMouth> seen = stretch.seen;
  size_t begin = 0;
  for (size_t i = 0; i <= seen.size(); ++i) {
    const HeardMouth* heard =
        i < seen.size() ? HeardAt(stretch.heard, seen[i].seconds) : nullptr;
    const bool counts =
        heard != nullptr && seen[i].opening < shut && heard->silence < kLikely;
    const bool gap = counts && i > begin &&
                     seen[i].seconds - seen[i - 1].seconds > kGapSeconds;
    if (counts && !gap) continue;
    AddClosures(seen.subspan(begin, i - begin), &closures);
    begin = counts ? i : i + 1;
  }
  return closures;
}

std::vector<Span> HeardClosures(const SyncStretch& stretch) {
  std::vector<Span> closures;
  for (const Span& run : RunsOf(stretch.heard, [](const HeardMouth& h) {
         return h.closes >= kLikely;
       })) {
    if (!closures.empty() &&
        run.begin - closures.back().end < kSameClosureSeconds) {
      closures.back().end = run.end;
    } else {
      closures.push_back(run);
    }
  }
  // Only those whose pictures were all seen.
  std::erase_if(closures, [&stretch](const Span& c) {
    return std::isnan(
               OpeningAt(stretch.seen, c.begin - kSeenClosureTolerance)) ||
           std::isnan(OpeningAt(stretch.seen, c.end + kSeenClosureTolerance));
  });
  return closures;
}

}  // namespace

LipLevel LipLevelOf(std::vector<float> openings) {
  if (openings.empty()) return {};
  std::sort(openings.begin(), openings.end());
  const auto at = [&openings](double share) {
    return static_cast<double>(openings[static_cast<size_t>(
        share * static_cast<double>(openings.size() - 1))]);
  };
  const double low = at(0.05), high = at(0.95);
  LipLevel level;
  level.shut = static_cast<float>(
      std::min(low + kShutShare * (high - low), kOpenBeyond));
  level.moves = high - low >= kLeastTravel;
  return level;
}

void CountClosures(const SyncStretch& stretch, const LipLevel& level,
                   ClosureCounts* counts, std::vector<SoughtClosure>* sought) {
  std::vector<Span> shut;
  if (level.moves) shut = ShutInSpeech(stretch, level.shut);
  const auto is_short = [](const Span& s) {
    return s.length() <= kLongestClosure;
  };
  const std::vector<Span> closures = HeardClosures(stretch);
  for (const Span& c : closures) {
    const bool seen = std::any_of(shut.begin(), shut.end(), [&](const Span& s) {
      return is_short(s) && Near(c, s);
    });
    ++counts->heard;
    counts->seen += seen;
    sought->push_back({c.begin, c.end, seen});
  }
  // Fainter ones excuse a closure, and so does a sound with lips nearly shut.
  const std::vector<Span> faint = RunsOf(
      stretch.heard, [](const HeardMouth& h) { return h.closes >= kFaint; });
  const std::vector<Span> narrow =
      RunsOf(stretch.heard,
             [](const HeardMouth& h) { return h.nearly_closes >= kLikely; });
  for (const Span& s : shut) {
    const bool right = is_short(s) && NearAny(s, faint);
    if (!right && is_short(s) && NearAny(s, narrow)) continue;
    ++counts->shown;
    counts->right += right;
  }
}

}  // namespace longtake::worker
