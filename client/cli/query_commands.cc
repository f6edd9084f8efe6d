// longtake list, show, segments, workers: what a farm knows.

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "client/cli/command_line.h"
#include "client/cli/number_flags.h"
#include "client/farm/job_ids.h"
#include "client/report/print.h"
#include "client/report/report.h"
#include "client/report/tables.h"

namespace longtake::client {
namespace {

constexpr int kMaxPageSize = 1000;

struct QueryFlags {
  FarmFlags farm;
  std::string job_id;
  std::string tenant;
  int limit = 100;
  bool all_tasks = false;
};

void PrintAnswer(bool json, const std::string& object,
                 const std::string& table) {
  Print(stdout, json ? object + "\n" : table);
}

StatusOr<std::vector<JobView>> ListUpTo(FarmConnection& farm,
                                        const std::string& tenant, int limit) {
  std::vector<JobView> jobs;
  std::string page_token;
  do {
    const int left = limit - static_cast<int>(jobs.size());
    LT_ASSIGN_OR_RETURN(
        JobList page,
        farm.ListJobs(tenant, std::min(left, kMaxPageSize), page_token));
    for (JobView& job : page.jobs) jobs.push_back(std::move(job));
    page_token = page.next_page_token;
  } while (!page_token.empty() && static_cast<int>(jobs.size()) < limit);
  return jobs;
}

Status List(const QueryFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::vector<JobView> jobs,
                      ListUpTo(*farm, flags.tenant, flags.limit));
  PrintAnswer(json, JobsJson(jobs), JobsTable(jobs, absl::Now()));
  return OkStatus();
}

Status Show(const QueryFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(*farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView job, farm->GetJob(id));
  PrintAnswer(json, JobJson(job), JobDetails(job, absl::Now()));
  return OkStatus();
}

Status Segments(const QueryFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(*farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const SegmentList list,
                      farm->ListSegments(id, flags.all_tasks));
  PrintAnswer(json, SegmentsJson(list.tasks, list.seams),
              SegmentsTable(list.tasks, list.seams));
  return OkStatus();
}

Status Workers(const QueryFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                      OpenFarm(flags.farm));
  LT_ASSIGN_OR_RETURN(const std::vector<WorkerView> workers,
                      farm->ListWorkers());
  PrintAnswer(json, WorkersJson(workers), WorkersTable(workers, absl::Now()));
  return OkStatus();
}

using Query = Status (*)(const QueryFlags&, bool json);

CLI::App* DeclareQuery(CLI::App& app, const char* name, const char* description,
                       const char* example, std::shared_ptr<QueryFlags> flags,
                       CommandLine* line, Query query) {
  CLI::App* command = app.add_subcommand(name, description);
  AddFarmFlags(command, &flags->farm);
  AddCommonFlags(command, line);
  SetExample(command, example);
  command->callback([flags, line, query] {
    line->run = [flags, line, query] { return query(*flags, line->json); };
  });
  return command;
}

}  // namespace

void AddListCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<QueryFlags>();
  CLI::App* command = DeclareQuery(app, "list", "Jobs, newest first",
                                   "longtake list --limit 20 --farm host:7400",
                                   flags, line, List);
  command->add_option("--tenant", flags->tenant, "only this tenant's [all]");
  AddWholeNumber(command, "--limit", &flags->limit, "at most so many", 1,
                 1000000)
      ->capture_default_str();
}

void AddShowCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<QueryFlags>();
  CLI::App* command =
      DeclareQuery(app, "show", "All about one job", "longtake show JOB --json",
                   flags, line, Show);
  command->add_option("JOB", flags->job_id, kJobHelp)->required();
}

void AddSegmentsCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<QueryFlags>();
  CLI::App* command = DeclareQuery(
      app, "segments", "A job's segments: workers, attempts, times, seams",
      "longtake segments JOB --all", flags, line, Segments);
  command->add_option("JOB", flags->job_id, kJobHelp)->required();
  command->add_flag("--all", flags->all_tasks, "all tasks, not only renders");
}

void AddWorkersCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<QueryFlags>();
  DeclareQuery(app, "workers", "Workers seen lately",
               "longtake workers --farm host:7400", flags, line, Workers);
}

}  // namespace longtake::client
