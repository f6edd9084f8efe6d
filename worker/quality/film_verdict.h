#pragma once
// What the measures of a film mean: each figure with its limits and a verdict.
// Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/quality/film_limits.h"
#include "worker/quality/film_measures.h"

namespace longtake::worker {

enum class Verdict { kPass, kWarn, kFail, kNotMeasured };

// "pass", "warn", "fail", "not measured".
std::string_view VerdictName(Verdict verdict);

struct Figure {
  const FigureKind* kind = nullptr;  // of kFigureKinds
  std::optional<double> value;       // absent: not measured
  Verdict verdict = Verdict::kNotMeasured;
  std::string note;  // where, or why there is no value; may be empty
};

// One for each of kFigureKinds, in that order.
std::vector<Figure> JudgeFilm(const FilmMeasures& film);

// The worst; kPass where nothing was measured.
Verdict OverallVerdict(const std::vector<Figure>& figures);

// "2.31", "+4.2 ms", "0": of a figure that was measured.
std::string FigureValueText(const Figure& figure);
// "at most 0.40, fails above 0.50"; "-22 to 22 ms, fails beyond -40 to 60".
std::string FigureLimitsText(const FigureKind& kind);

// Of figures that fail, one line: "Worst seam 7.31x (fails above 5.00x, at
// 0:09.03); …". Empty where none does.
std::string BreachLine(const std::vector<Figure>& figures);

// 67.25 -> "1:07.25", 4000 -> "1:06:40".
std::string TimeText(double seconds, int decimals = 2);

}  // namespace longtake::worker
