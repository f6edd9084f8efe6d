#pragma once
// The plots of a film's report. Pure.

#include <string>
#include <vector>

#include "client/report/plot.h"
#include "worker/quality/film_measures.h"

namespace longtake::client {

// A plot with what a reader has to know about it.
struct FilmPlot {
  std::string title;
  std::string text;  // what it shows, one or two sentences
  // Names of the curves, by their styles; empty where there is one.
  std::vector<std::pair<std::string, std::string>> legend;  // style, name
  TimePlot plot;
};

// Those for which something was measured, in the order of a report.
std::vector<FilmPlot> PlotsOf(const worker::FilmMeasures& film);

}  // namespace longtake::client
