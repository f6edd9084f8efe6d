#include "tests/support/metrics_text.h"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

namespace longtake {
namespace {

const char* const kHistogramEndings[] = {"_bucket", "_sum", "_count"};

// The histogram that a series belongs to, or its own name.
std::string FamilyOf(const std::string& name, const MetricsByName& known) {
  for (const std::string ending : kHistogramEndings) {
    if (!name.ends_with(ending)) continue;
    const std::string base = name.substr(0, name.size() - ending.size());
    const auto it = known.find(base);
    if (it != known.end() && it->second.type == "histogram") return base;
  }
  return name;
}

std::vector<std::string> Cells(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream text(row.substr(1));
  for (std::string cell; std::getline(text, cell, '|');) cells.push_back(cell);
  return cells;
}

std::set<std::string> InBackticks(const std::string& text) {
  static const std::regex kQuoted("`([^`]+)`");
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), kQuoted), end;
       it != end; ++it) {
    found.insert((*it)[1]);
  }
  return found;
}

std::string Trim(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string Join(const std::set<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ",") + word;
  return all;
}

}  // namespace

MetricsByName ParseExposition(const std::string& text) {
  static const std::regex kLabel("([a-z_]+)=\"");
  MetricsByName metrics;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      std::istringstream words(line.substr(7));
      std::string name, type;
      words >> name >> type;
      metrics[name].type = type;
    }
    if (line.empty() || line.front() == '#') continue;
    const size_t end = line.find_first_of("{ ");
    MetricFacts& facts = metrics[FamilyOf(line.substr(0, end), metrics)];
    facts.has_series = true;
    for (std::sregex_iterator it(line.begin(), line.end(), kLabel), stop;
         it != stop; ++it) {
      if ((*it)[1] != "le") facts.labels.insert((*it)[1]);
    }
  }
  return metrics;
}

MetricsByName ParseMetricsDoc(const std::string& markdown,
                              const std::string& prefix) {
  MetricsByName metrics;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `" + prefix)) continue;
    const std::vector<std::string> cells = Cells(line);
    if (cells.size() < 4) continue;
    const std::set<std::string> names = InBackticks(cells[0]);
    if (names.size() != 1) continue;
    MetricFacts& facts = metrics[*names.begin()];
    facts.type = Trim(cells[1]);
    facts.labels = InBackticks(cells[2]);
  }
  return metrics;
}

std::vector<std::string> CompareMetrics(const MetricsByName& documented,
                                        const MetricsByName& exposed) {
  std::vector<std::string> differences;
  for (const auto& [name, facts] : documented) {
    const auto it = exposed.find(name);
    if (it == exposed.end()) {
      differences.push_back(name + " is documented and not exposed");
      continue;
    }
    if (it->second.type != facts.type) {
      differences.push_back(name + " is documented as " + facts.type +
                            " and exposed as " + it->second.type);
    }
    if (it->second.has_series && it->second.labels != facts.labels) {
      differences.push_back(name + " is documented with labels {" +
                            Join(facts.labels) + "} and exposed with {" +
                            Join(it->second.labels) + "}");
    }
  }
  for (const auto& [name, facts] : exposed) {
    if (!documented.contains(name)) {
      differences.push_back(name + " is exposed and not documented");
    }
  }
  return differences;
}

double SeriesValue(const std::string& exposition, const std::string& series) {
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) {
      return std::strtod(line.c_str() + series.size(), nullptr);
    }
  }
  return -1;
}

double SumOfSeries(const std::string& exposition, const std::string& name,
                   const std::string& part) {
  double sum = 0;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    const bool is_it =
        line.starts_with(name + "{") || line.starts_with(name + " ");
    if (!is_it || line.find(part) == std::string::npos) continue;
    sum += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

std::set<std::string> MetricNamesIn(const std::string& text,
                                    const MetricsByName& known) {
  static const std::regex kName("longtake_(coordinator|worker)_[a-z0-9_]+");
  std::set<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), kName), end; it != end;
       ++it) {
    names.insert(FamilyOf(it->str(), known));
  }
  return names;
}

std::string ReadTextFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace longtake
