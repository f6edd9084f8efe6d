#include "worker/quality/film_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace longtake::worker {
namespace {

// A drift or a slope over less says nothing, seconds.
constexpr double kLeastDriftSeconds = 60;

// With less correlation an offset is a hint, and no figure.
constexpr double kJudgedOffsetR = 0.5;

double FilmSeconds(const FilmMeasures& film) {
  return film.timing.end_seconds - film.timing.begin_seconds;
}

// The value of a figure, and what is to be said about it.
struct Value {
  std::optional<double> number;
  std::string note;
};

std::string At(double seconds) {
  return fmt::format("at {}", TimeText(seconds));
}

Value Missing(const std::string& why) { return {std::nullopt, why}; }

Value OfLength(const FilmMeasures& f) {
  if (!f.sound) return Missing(f.why_no_sound);
  return {1000 * (f.sound->end_seconds - f.timing.end_seconds), ""};
}

Value OfSeams(const FilmMeasures& f) {
  if (!f.seams_known) {
    return Missing("its seams are only known of a take of ours");
  }
  if (f.seams.empty()) return Missing("one segment: there are no seams");
  const auto worst = std::max_element(
      f.seams.begin(), f.seams.end(),
      [](const FilmSeam& a, const FilmSeam& b) { return a.ratio < b.ratio; });
  return {worst->ratio,
          fmt::format("at {}, frame {}; {} looked at", TimeText(worst->seconds),
                      worst->frame,
                      f.seams_by_keyframe
                          ? "all keyframes"
                          : fmt::format("{} seams", f.seams.size()))};
}

Value OfFrozen(const FilmMeasures& f) {
  if (!f.sound) return Missing(f.why_no_sound);
  std::string note;
  if (!f.frozen_spans.empty()) note = At(f.frozen_spans[0].begin_seconds);
  const double silent = f.pictures.still_seconds - f.frozen_seconds;
  if (silent > 0) {
    note += fmt::format("{}still in silence for {:.1f} s",
                        note.empty() ? "" : "; ", silent);
  }
  return {f.frozen_seconds, note};
}

Value OfDuplicates(const FilmMeasures& f) {
  if (f.timing.frames == 0) return Missing("no pictures");
  const auto n = f.pictures.duplicates;
  return {100 * static_cast<double>(n) / static_cast<double>(f.timing.frames),
          n == 0
              ? ""
              : fmt::format("{}, the first at {}", n,
                            TimeText(f.pictures.duplicate_seconds.empty()
                                         ? 0
                                         : f.pictures.duplicate_seconds[0]))};
}

Value OfPicture(FigureId id, const FilmMeasures& f) {
  switch (id) {
    case FigureId::kFrames:
      if (!f.frames_expected) return Missing("the job is not known");
      return {static_cast<double>(f.timing.frames - *f.frames_expected), ""};
    case FigureId::kOffGrid:
      return {static_cast<double>(f.timing.off_grid + f.timing.not_later),
              f.timing.off_grid == 0 ? ""
                                     : fmt::format("by {:.1f} ms at most",
                                                   f.timing.worst_error_ms)};
    case FigureId::kMissing:
      return {static_cast<double>(f.timing.missing),
              f.timing.gap_seconds.empty() ? "" : At(f.timing.gap_seconds[0])};
    case FigureId::kLength:
      return OfLength(f);
    case FigureId::kBlack:
      return {static_cast<double>(f.pictures.black),
              f.pictures.black_spans.empty()
                  ? ""
                  : At(f.pictures.black_spans[0].begin_seconds)};
    case FigureId::kFrozen:
      return OfFrozen(f);
    case FigureId::kDuplicates:
      return OfDuplicates(f);
    case FigureId::kSeam:
      return OfSeams(f);
    case FigureId::kColour:
      if (!f.colour) return Missing("no picture was looked at");
      return {f.colour->delta_e_max, At(f.colour->worst_seconds)};
    case FigureId::kColourDrift:
      if (!f.colour) return Missing("no picture was looked at");
      return {f.colour->drift_delta_e, ""};
    default:
      return {};
  }
}

Value OfFace(FigureId id, const FilmMeasures& f) {
  if (id == FigureId::kFaceMissing) {
    if (f.identity) {
      const auto looked = static_cast<double>(f.identity->looked_at);
      return {100 * static_cast<double>(f.identity->without_face) / looked, ""};
    }
    // A film that should show somebody and doesn't.
    if (f.face_expected) return {100, f.why_no_face};
  }
  if (!f.identity) return Missing(f.why_no_face);
  const IdentityFigures& own = *f.identity;
  const std::string to = own.to_portrait ? "" : "to the film's own first face";
  switch (id) {
    case FigureId::kIdentityDistance:
      return {own.distance_max,
              fmt::format("{}, mean {:.3f}{}{}", At(own.worst_seconds),
                          own.distance_mean, to.empty() ? "" : ", ", to)};
    case FigureId::kIdentityCosine:
      return {own.cosine_min, fmt::format("mean {:.3f}{}{}", own.cosine_mean,
                                          to.empty() ? "" : ", ", to)};
    default:
      if (FilmSeconds(f) < kLeastDriftSeconds) {
        return Missing("shorter than a minute");
      }
      return {own.slope_per_minute * FilmSeconds(f) / 60,
              fmt::format("{:+.4f} a minute", own.slope_per_minute)};
  }
}

Value OfLips(FigureId id, const FilmMeasures& f) {
  if (!f.lip_sync) return Missing(f.why_no_lips);
  const LipSync& sync = *f.lip_sync;
  switch (id) {
    case FigureId::kOffset:
      if (!sync.offset_ms) return Missing("lips and sound don't correlate");
      if (sync.offset_r.value_or(0) < kJudgedOffsetR) {
        return Missing(
            fmt::format("perhaps {:+.0f} ms, at a correlation of {:.2f}",
                        *sync.offset_ms, sync.offset_r.value_or(0)));
      }
      return {sync.offset_ms,
              fmt::format("correlation {:.2f} there", *sync.offset_r)};
    case FigureId::kDrift: {
      const auto& trend = sync.offset_trend_ms_per_minute;
      if (!trend) return Missing("needs speech a minute apart");
      if (sync.offset_r.value_or(0) < kJudgedOffsetR) {
        return Missing("lips and sound hardly correlate");
      }
      return {*trend * FilmSeconds(f) / 60,
              fmt::format("{:+.1f} ppm", *trend * 1000 / 60)};
    }
    case FigureId::kCorrelation:
      if (!sync.opening_r) return Missing("less than a second of speech");
      return {sync.opening_r,
              fmt::format("over {:.0f} s", sync.measured_seconds)};
    case FigureId::kClosureRecall:
      if (!sync.closure_recall) return Missing("none was heard");
      return {100 * *sync.closure_recall,
              fmt::format("of {} heard", sync.closures_heard)};
    case FigureId::kClosurePrecision:
      if (!sync.closure_precision) return Missing("none was seen");
      return {100 * *sync.closure_precision, ""};
    default:
      if (!sync.silence_motion || !sync.speech_motion ||
          *sync.speech_motion <= 0) {
        return Missing("no pause of half a second, or no speech");
      }
      return {100 * *sync.silence_motion / *sync.speech_motion, ""};
  }
}

Value OfSound(FigureId id, const FilmMeasures& f) {
  if (!f.sound) return Missing(f.why_no_sound);
  if (!f.sound->loudness) return Missing("not of this sound");
  const LoudnessFigures& own = *f.sound->loudness;
  const auto& value =
      id == FigureId::kLoudness ? own.integrated_lufs : own.sample_peak_dbfs;
  if (!value) return Missing("the sound is silence");
  return {value, ""};
}

Value ValueOf(FigureId id, const FilmMeasures& f) {
  if (id <= FigureId::kColourDrift) return OfPicture(id, f);
  if (id <= FigureId::kIdentityDrift) return OfFace(id, f);
  if (id <= FigureId::kSilence) return OfLips(id, f);
  return OfSound(id, f);
}

Verdict Judge(double value, const FigureLimits& limits) {
  // Written so that a NaN fails.
  if (value >= limits.pass_low && value <= limits.pass_high) {
    return Verdict::kPass;
  }
  if (value >= limits.fail_low && value <= limits.fail_high) {
    return Verdict::kWarn;
  }
  return Verdict::kFail;
}

std::string Number(double value, const FigureKind& kind) {
  return fmt::format("{:.{}f}", value, kind.decimals);
}

std::string WithUnit(const std::string& number, const FigureKind& kind) {
  if (kind.unit.empty()) return number;
  return fmt::format("{}{}{}", number,
                     kind.unit == "%" || kind.unit == "x" ? "" : " ",
                     kind.unit);
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
    case Verdict::kNotMeasured:
      break;
  }
  return "not measured";
}

std::vector<Figure> JudgeFilm(const FilmMeasures& film) {
  std::vector<Figure> figures;
  for (const FigureKind& kind : kFigureKinds) {
    Value value = ValueOf(kind.id, film);
    Figure& figure = figures.emplace_back();
    figure.kind = &kind;
    figure.value = value.number;
    figure.note = std::move(value.note);
    if (figure.value) figure.verdict = Judge(*figure.value, kind.limits);
  }
  return figures;
}

Verdict OverallVerdict(const std::vector<Figure>& figures) {
  Verdict worst = Verdict::kPass;
  for (const Figure& figure : figures) {
    if (figure.verdict == Verdict::kNotMeasured) continue;
    worst = std::max(worst, figure.verdict);
  }
  return worst;
}

std::string FigureValueText(const Figure& figure) {
  if (!figure.value) return "-";
  return WithUnit(Number(*figure.value, *figure.kind), *figure.kind);
}

std::string FigureLimitsText(const FigureKind& kind) {
  const FigureLimits& l = kind.limits;
  const auto range = [&kind](double low, double high, const char* below,
                             const char* above, const char* outside) {
    const bool from = std::isfinite(low), to = std::isfinite(high);
    if (from && to && low != 0) {
      return fmt::format("{}{} to {}", outside, Number(low, kind),
                         WithUnit(Number(high, kind), kind));
    }
    if (to) return above + WithUnit(Number(high, kind), kind);
    if (from) return below + WithUnit(Number(low, kind), kind);
    return std::string();
  };
  if (l.pass_low == l.pass_high && l.fail_low == l.fail_high &&
      l.pass_low == l.fail_low) {
    return "none allowed";
  }
  const std::string fail = range(l.fail_low, l.fail_high, "fails below ",
                                 "fails above ", "fails outside ");
  return range(l.pass_low, l.pass_high, "at least ", "at most ", "") +
         (fail.empty() ? ", never fails" : ", " + fail);
}

std::string BreachLine(const std::vector<Figure>& figures) {
  std::string line;
  for (const Figure& figure : figures) {
    if (figure.verdict != Verdict::kFail) continue;
    if (!line.empty()) line += "; ";
    line += fmt::format("{}: {} ({}{}{})", figure.kind->title,
                        FigureValueText(figure), FigureLimitsText(*figure.kind),
                        figure.note.empty() ? "" : "; ", figure.note);
  }
  return line;
}

std::string TimeText(double seconds, int decimals) {
  const double unit = std::pow(10, decimals);
  const auto ticks =
      static_cast<int64_t>(std::llround(std::max(0.0, seconds) * unit));
  const auto per_second = static_cast<int64_t>(unit);
  const int64_t whole = ticks / per_second, part = ticks % per_second;
  std::string text = whole >= 3600
                         ? fmt::format("{}:{:02}:{:02}", whole / 3600,
                                       whole / 60 % 60, whole % 60)
                         : fmt::format("{}:{:02}", whole / 60, whole % 60);
  if (decimals > 0) text += fmt::format(".{:0{}}", part, decimals);
  return text;
}

}  // namespace longtake::worker
