// What deploy/ holds for Prometheus and Grafana uses metrics that exist, in
// expressions that parse. (That the documented metrics are the exposed ones is
// metrics_endpoint_test's business.)

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "common/testing/temp_dir.h"
#include "tests/support/metrics_text.h"
#include "tests/support/process.h"

namespace longtake {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kRoot = LONGTAKE_SOURCE_DIR;
const std::string kPrometheus = kRoot + "/deploy/prometheus/prometheus.yml";
const std::string kAlerts = kRoot + "/deploy/prometheus/alerts.yml";
const std::string kDashboard = kRoot + "/deploy/grafana/longtake.json";

MetricsByName Documented() {
  return ParseMetricsDoc(ReadTextFile(kRoot + "/docs/metrics.md"), "longtake_");
}

std::vector<std::string> Undocumented(const std::string& text) {
  const MetricsByName documented = Documented();
  std::vector<std::string> unknown;
  for (const std::string& name : MetricNamesIn(text, documented)) {
    if (!documented.contains(name)) unknown.push_back(name);
  }
  return unknown;
}

std::vector<YAML::Node> Alerts() {
  std::vector<YAML::Node> alerts;
  for (const YAML::Node& group : YAML::LoadFile(kAlerts)["groups"]) {
    for (const YAML::Node& rule : group["rules"]) alerts.push_back(rule);
  }
  return alerts;
}

std::vector<nlohmann::json> Panels() {
  const auto dashboard =
      nlohmann::json::parse(ReadTextFile(kDashboard), nullptr, false);
  return dashboard.at("panels").get<std::vector<nlohmann::json>>();
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ::tolower);
  return text;
}

bool HasPromtool() {
  return std::system("command -v promtool >/dev/null 2>&1") == 0;
}

ProcessResult Promtool(const std::vector<std::string>& arguments) {
  TempDir dir;
  std::vector<std::string> argv = {"/usr/bin/env", "promtool"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return RunProcess(argv, dir.Join("promtool"));
}

TEST(DeployTest, OnlyDocumentedMetricsAreUsed) {
  ASSERT_GT(Documented().size(), 40u);
  for (const std::string& path : {kPrometheus, kAlerts, kDashboard}) {
    const std::string text = ReadTextFile(path);
    ASSERT_FALSE(text.empty()) << path;
    EXPECT_THAT(Undocumented(text), IsEmpty()) << path;
  }
  EXPECT_THAT(MetricNamesIn(ReadTextFile(kDashboard), Documented()),
              testing::Contains("longtake_worker_segment_seconds"));
}

TEST(DeployTest, LabelsOfMetricsAreTheDocumentedOnes) {
  const MetricsByName documented = Documented();
  std::set<std::string> known = {"job", "instance", "le"};
  for (const auto& [name, facts] : documented) {
    known.insert(facts.labels.begin(), facts.labels.end());
  }
  static const std::regex kMatcher("([a-z_]+)(=~|!~|!=|=)\\\\?\"");
  static const std::regex kGrouping(
      "(by|on|without|ignoring) \\(([a-z_, ]*)\\)");
  static const std::regex kWord("[a-z_]+");
  const std::string text = ReadTextFile(kAlerts) + ReadTextFile(kDashboard);
  std::set<std::string> used;
  const std::sregex_iterator end;
  for (std::sregex_iterator it(text.begin(), text.end(), kMatcher); it != end;
       ++it) {
    used.insert((*it)[1]);
  }
  for (std::sregex_iterator it(text.begin(), text.end(), kGrouping); it != end;
       ++it) {
    const std::string list = (*it)[2];
    for (std::sregex_iterator word(list.begin(), list.end(), kWord);
         word != end; ++word) {
      used.insert(word->str());
    }
  }
  EXPECT_THAT(used, testing::Contains("pool"));
  for (const std::string& label : used) {
    EXPECT_TRUE(known.contains(label)) << label << " is no metric's label";
  }
}

TEST(DeployTest, EveryAlertSaysWhatItMeansAndWhatToDo) {
  std::set<std::string> names;
  const std::string operations = ReadTextFile(kRoot + "/docs/operations.md");
  for (const YAML::Node& rule : Alerts()) {
    const auto name = rule["alert"].as<std::string>();
    EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
    EXPECT_TRUE(name.starts_with("Longtake")) << name;
    const auto severity = rule["labels"]["severity"].as<std::string>("");
    EXPECT_TRUE(severity == "page" || severity == "ticket") << name;
    for (const char* key : {"summary", "description"}) {
      EXPECT_NE(rule["annotations"][key].as<std::string>(""), "") << name;
    }
    EXPECT_EQ(rule["annotations"]["runbook"].as<std::string>(""),
              "docs/operations.md#" + Lower(name));
    if (!operations.empty()) {
      EXPECT_THAT(operations, HasSubstr("# " + name + "\n"))
          << "docs/operations.md has no heading for it";
    }
  }
  EXPECT_GE(names.size(), 12u);
}

TEST(DeployTest, TheScrapeConfigurationNamesTheJobsThatRulesUse) {
  const YAML::Node config = YAML::LoadFile(kPrometheus);
  EXPECT_EQ(config["rule_files"][0].as<std::string>(), "alerts.yml");
  std::set<std::string> jobs;
  for (const YAML::Node& job : config["scrape_configs"]) {
    jobs.insert(job["job_name"].as<std::string>());
  }
  static const std::regex kJob("job=\\\\?\"([^\"\\\\]+)");
  const std::string text = ReadTextFile(kAlerts) + ReadTextFile(kDashboard);
  int used = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), kJob), end; it != end;
       ++it, ++used) {
    EXPECT_TRUE(jobs.contains((*it)[1])) << it->str();
  }
  EXPECT_GT(used, 0);
}

TEST(DeployTest, DashboardPanelsAreWholeAndDoNotOverlap) {
  std::set<int> ids;
  std::set<std::pair<int, int>> cells;
  for (const nlohmann::json& panel : Panels()) {
    const std::string title = panel.at("title");
    EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second) << title;
    const auto& at = panel.at("gridPos");
    EXPECT_LE(at.at("x").get<int>() + at.at("w").get<int>(), 24) << title;
    for (int x = at.at("x"); x < at["x"].get<int>() + at["w"].get<int>(); ++x) {
      for (int y = at.at("y"); y < at["y"].get<int>() + at["h"].get<int>();
           ++y) {
        EXPECT_TRUE(cells.insert({x, y}).second) << title << " overlaps";
      }
    }
    if (panel.at("type") == "row") continue;
    EXPECT_NE(panel.value("description", ""), "") << title;
    EXPECT_FALSE(panel.at("targets").empty()) << title;
    std::set<std::string> refs;
    for (const auto& target : panel.at("targets")) {
      EXPECT_TRUE(refs.insert(target.at("refId").get<std::string>()).second)
          << title;
      EXPECT_NE(target.value("expr", ""), "") << title;
      EXPECT_EQ(target.at("datasource").at("uid"), "${datasource}") << title;
    }
  }
  EXPECT_GE(ids.size(), 30u);
}

TEST(DeployTest, DashboardVariablesAreDeclaredAndUsed) {
  const std::string text = ReadTextFile(kDashboard);
  const auto dashboard = nlohmann::json::parse(text, nullptr, false);
  std::set<std::string> declared;
  for (const auto& variable : dashboard.at("templating").at("list")) {
    declared.insert(variable.at("name").get<std::string>());
  }
  std::set<std::string> used;
  static const std::regex kUse("\\$\\{?([a-z_]+)");
  for (std::sregex_iterator it(text.begin(), text.end(), kUse), end; it != end;
       ++it) {
    if (!(*it)[1].str().starts_with("__")) used.insert((*it)[1]);
  }
  EXPECT_EQ(used, declared);
}

TEST(DeployTest, PromtoolAcceptsConfigurationAndRules) {
  if (!HasPromtool()) GTEST_SKIP() << "promtool (Debian: prometheus) is absent";
  const ProcessResult config = Promtool({"check", "config", kPrometheus});
  EXPECT_EQ(config.code, 0) << config.out << config.err;
  const ProcessResult rules = Promtool({"check", "rules", kAlerts});
  EXPECT_EQ(rules.code, 0) << rules.out << rules.err;
}

TEST(DeployTest, AlertsFireWhenTheyShould) {
  if (!HasPromtool()) GTEST_SKIP() << "promtool (Debian: prometheus) is absent";
  const ProcessResult tests =
      Promtool({"test", "rules", kRoot + "/tests/unit/deploy/alerts_test.yml"});
  EXPECT_EQ(tests.code, 0) << tests.out << tests.err;
}

TEST(DeployTest, PromtoolAcceptsTheDashboardsExpressions) {
  if (!HasPromtool()) GTEST_SKIP() << "promtool (Debian: prometheus) is absent";
  static const std::regex kVariable("\\$[a-z]+");
  nlohmann::json rules = nlohmann::json::array();
  for (const nlohmann::json& panel : Panels()) {
    for (const auto& target : panel.value("targets", nlohmann::json::array())) {
      std::string expression = target.at("expr");
      for (size_t at = 0; (at = expression.find("$__rate_interval", at)) !=
                          std::string::npos;) {
        expression.replace(at, sizeof("$__rate_interval") - 1, "5m");
      }
      rules.push_back({{"record", fmt::format("panel:{}", rules.size())},
                       {"expr", std::regex_replace(expression, kVariable,
                                                   std::string(".*"))}});
    }
  }
  TempDir dir;
  const std::string path = dir.Join("panels.yml");
  // JSON is YAML.
  std::ofstream(path) << nlohmann::json{
      {"groups", {{{"name", "panels"}, {"rules", rules}}}}};
  const ProcessResult checked = Promtool({"check", "rules", path});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_GE(rules.size(), 40u);
}

}  // namespace
}  // namespace longtake
