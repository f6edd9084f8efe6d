#include "tools/motion_model/own/trusted_parts.h"

#include <algorithm>
#include <cmath>

#include "tools/motion_model/curve_file.h"

namespace longtake::own {
namespace {

double Seconds(int64_t us) { return static_cast<double>(us) * 1e-6; }

// Clauses [first, last] of those that were found.
Part PartOf(const std::vector<TranscriptClause>& found, size_t first,
            size_t last, const std::vector<worker::KeyPhone>& phones,
            double seconds) {
  // Half of the way to the words outside, which are not to be heard.
  const double before =
      first == 0 ? 0
                 : Seconds(found[first].begin_us + found[first - 1].end_us) / 2;
  const double after =
      last + 1 == found.size()
          ? seconds
          : Seconds(found[last].end_us + found[last + 1].begin_us) / 2;
  Part part;
  part.begin =
      std::max({0.0, before, Seconds(found[first].begin_us) - kMargin});
  part.end = std::min({seconds, after, Seconds(found[last].end_us) + kMargin});
  for (const worker::KeyPhone& p : phones) {
    if (p.start_us < found[first].begin_us || p.end_us() > found[last].end_us) {
      continue;
    }
    const double end = std::min(Seconds(p.end_us()), part.end) - part.begin;
    const double begin = Seconds(p.start_us) - part.begin;
    if (begin < end) part.phones.push_back({begin, end, p.phone});
  }
  return part;
}

}  // namespace

std::vector<Part> TrustedParts(const worker::PlacedTranscript& placed,
                               double seconds) {
  std::vector<TranscriptClause> found;
  double believed = 0;
  for (const TranscriptClause& clause : placed.clauses) {
    if (clause.found) found.push_back(clause);
    if (clause.found && clause.trust >= kLeastTrust) ++believed;
  }
  if (believed < kLeastShare * static_cast<double>(placed.clauses.size())) {
    return {};
  }
  std::vector<Part> parts;
  for (size_t first = 0; first < found.size();) {
    if (found[first].trust < kLeastTrust) {
      ++first;
      continue;
    }
    size_t last = first;
    while (last + 1 < found.size() && found[last + 1].trust >= kLeastTrust &&
           Seconds(found[last + 1].begin_us - found[last].end_us) <=
               kLongestPause) {
      ++last;
    }
    Part part = PartOf(found, first, last, placed.phones, seconds);
    if (part.end - part.begin >= kShortestPart && !part.phones.empty()) {
      parts.push_back(std::move(part));
    }
    first = last + 1;
  }
  return parts;
}

std::vector<Part> SeenParts(std::span<const worker::MouthCurves> curves) {
  const double step = motion_tools::kCurveStepSeconds;
  std::vector<Part> parts;
  Part part;
  bool seen = false;
  const auto finish = [&] {
    if (part.end - part.begin >= kShortestPart) parts.push_back(part);
  };
  for (size_t k = 0; k < curves.size(); ++k) {
    if (std::isnan(curves[k][worker::kCurveJaw])) continue;
    const double t = static_cast<double>(k) * step;
    if (!seen || t - part.end > kLongestPause) {
      finish();
      part.begin = t;
    }
    part.end = t;
    seen = true;
  }
  finish();
  return parts;
}

}  // namespace longtake::own
