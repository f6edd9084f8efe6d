#include "tools/motion_model/reference/agreement.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "worker/engine/phonetics/teacher_curves.h"

namespace longtake::reference {
namespace {

using worker::Viseme;
using worker::VisemeOf;

constexpr double kFrameSeconds = 0.02;
constexpr double kClosureTolerance = 0.067;

// Neighbours of one viseme made one.
struct Stretch {
  double begin = 0, end = 0;
  Viseme viseme = worker::kVisemeSil;
};
std::vector<Stretch> Stretches(Phones phones) {
  std::vector<Stretch> out;
  for (const worker::PhoneSegment& p : phones) {
    const Viseme viseme = VisemeOf(p.phone);
    if (!out.empty() && out.back().viseme == viseme) {
      out.back().end = p.end;
    } else {
      out.push_back({p.begin, p.end, viseme});
    }
  }
  return out;
}

std::vector<Viseme> VisemesOf(const std::vector<Stretch>& stretches) {
  std::vector<Viseme> out;
  for (const Stretch& s : stretches) out.push_back(s.viseme);
  return out;
}

Viseme VisemeAt(Phones phones, double seconds) {
  const auto after = std::upper_bound(
      phones.begin(), phones.end(), seconds,
      [](double t, const worker::PhoneSegment& p) { return t < p.begin; });
  if (after == phones.begin()) return worker::kVisemeSil;
  const worker::PhoneSegment& p = *(after - 1);
  return seconds < p.end ? VisemeOf(p.phone) : worker::kVisemeSil;
}

std::vector<double> ClosureCentres(Phones phones) {
  std::vector<double> centres;
  for (const Stretch& s : Stretches(phones)) {
    if (s.viseme == worker::kVisemePP) centres.push_back((s.begin + s.end) / 2);
  }
  return centres;
}

int64_t CountNear(const std::vector<double>& of,
                  const std::vector<double>& to) {
  return std::count_if(of.begin(), of.end(), [&](double t) {
    return std::any_of(to.begin(), to.end(), [&](double u) {
      return std::abs(t - u) < kClosureTolerance;
    });
  });
}

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto at =
      values.begin() +
      static_cast<int64_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

BoundaryErrors Summarize(const std::vector<double>& errors_ms) {
  std::vector<double> absolute;
  for (const double e : errors_ms) absolute.push_back(std::abs(e));
  return {static_cast<int64_t>(errors_ms.size()), Quantile(errors_ms, 0.5),
          Quantile(absolute, 0.5), Quantile(absolute, 0.9)};
}

double Share(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

std::vector<std::pair<int, int>> MatchVisemes(std::span<const Viseme> truth,
                                              std::span<const Viseme> found) {
  const int n = static_cast<int>(truth.size());
  const int m = static_cast<int>(found.size());
  std::vector<int> cost(static_cast<size_t>(n + 1) * (m + 1));
  const auto at = [&](int i, int j) -> int& {
    return cost[static_cast<size_t>(i) * (m + 1) + j];
  };
  const auto replace = [&](int i, int j) {
    return at(i - 1, j - 1) + (truth[i - 1] == found[j - 1] ? 0 : 1);
  };
  for (int i = 0; i <= n; ++i) {
    for (int j = 0; j <= m; ++j) {
      if (i == 0 || j == 0) {
        at(i, j) = i + j;
        continue;
      }
      at(i, j) = std::min({replace(i, j), at(i - 1, j) + 1, at(i, j - 1) + 1});
    }
  }
  std::vector<std::pair<int, int>> pairs;
  for (int i = n, j = m; i > 0 && j > 0;) {
    if (at(i, j) == replace(i, j)) {
      --i;
      --j;
      if (truth[i] == found[j]) pairs.emplace_back(i, j);
    } else if (at(i, j) == at(i - 1, j) + 1) {
      --i;
    } else {
      --j;
    }
  }
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

void Agreement::Add(Phones truth, Phones found) {
  if (truth.empty() || found.empty()) return;
  AddFrames(truth, found);
  AddBoundaries(truth, found);
  AddClosures(truth, found);
}

void Agreement::AddFrames(Phones truth, Phones found) {
  const double end = truth.back().end;
  for (double t = kFrameSeconds / 2; t < end; t += kFrameSeconds) {
    const Viseme is = VisemeAt(truth, t);
    const Viseme said = VisemeAt(found, t);
    ++frames_;
    silence_same_ +=
        (is == worker::kVisemeSil) == (said == worker::kVisemeSil) ? 1 : 0;
    if (is == worker::kVisemeSil) continue;
    ++spoken_;
    viseme_same_ += is == said ? 1 : 0;
    const worker::MouthCurves x = worker::TeacherCurvesAt(truth, t);
    const worker::MouthCurves y = worker::TeacherCurvesAt(found, t);
    for (int c = 0; c < worker::kMouthCurves; ++c) {
      Sums& s = curves_[c];
      s.x += x[c];
      s.y += y[c];
      s.xx += x[c] * x[c];
      s.yy += y[c] * y[c];
      s.xy += x[c] * y[c];
    }
  }
}

void Agreement::AddBoundaries(Phones truth, Phones found) {
  const std::vector<Stretch> a = Stretches(truth);
  const std::vector<Stretch> b = Stretches(found);
  for (const Stretch& s : a) {
    if (s.viseme != worker::kVisemeSil) seconds_spoken_ += s.end - s.begin;
  }
  int last_i = -1;
  int last_j = -1;
  for (const auto& [i, j] : MatchVisemes(VisemesOf(a), VisemesOf(b))) {
    if (a[i].viseme != worker::kVisemeSil) {
      seconds_pronounced_ += a[i].end - a[i].begin;
    }
    // A boundary is shared only where the phones before it agree too.
    if (i > 0 && last_i == i - 1 && last_j == j - 1) {
      errors_ms_[a[i].viseme].push_back(1000 * (b[j].begin - a[i].begin));
    }
    last_i = i;
    last_j = j;
  }
}

void Agreement::AddClosures(Phones truth, Phones found) {
  const std::vector<double> is = ClosureCentres(truth);
  const std::vector<double> said = ClosureCentres(found);
  true_closures_ += static_cast<int64_t>(is.size());
  found_closures_ += static_cast<int64_t>(said.size());
  true_met_ += CountNear(is, said);
  found_met_ += CountNear(said, is);
}

AgreementReport Agreement::Report() const {
  AgreementReport report;
  report.visemes = Share(viseme_same_, spoken_);
  report.pronounced =
      seconds_spoken_ > 0 ? seconds_pronounced_ / seconds_spoken_ : 0;
  report.silence = Share(silence_same_, frames_);
  report.closure_recall = Share(true_met_, true_closures_);
  report.closure_precision = Share(found_met_, found_closures_);
  const auto n = static_cast<double>(spoken_);
  for (const Sums& s : curves_) {
    const double spread =
        std::sqrt((n * s.xx - s.x * s.x) * (n * s.yy - s.y * s.y));
    if (spread > 0) {
      report.mean_r += (n * s.xy - s.x * s.y) / spread / worker::kMouthCurves;
    }
  }
  std::vector<double> all;
  for (int v = 0; v < worker::kVisemes; ++v) {
    all.insert(all.end(), errors_ms_[v].begin(), errors_ms_[v].end());
    report.by_viseme[v] = Summarize(errors_ms_[v]);
  }
  report.all = Summarize(all);
  return report;
}

}  // namespace longtake::reference
