// longtake pause, resume, priority, drain, readmit, queue: the farm's operator.

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "client/cli/command_line.h"
#include "client/cli/number_flags.h"
#include "client/farm/job_ids.h"
#include "client/report/print.h"
#include "client/report/report.h"
#include "client/report/tables.h"

namespace longtake::client {
namespace {

struct OperateFlags {
  FarmFlags farm;
  std::string job_id;
  std::string worker_id;
  int priority = 0;
};

using Operation = Status (*)(FarmConnection& farm, const OperateFlags& flags,
                             bool json);

CLI::App* Declare(CLI::App& app, const char* name, const char* description,
                  const char* example, std::shared_ptr<OperateFlags> flags,
                  CommandLine* line, Operation operation) {
  CLI::App* command = app.add_subcommand(name, description);
  AddFarmFlags(command, &flags->farm);
  AddCommonFlags(command, line);
  SetExample(command, example);
  command->callback([flags, line, operation] {
    line->run = [flags, line, operation] {
      LT_ASSIGN_OR_RETURN(const std::unique_ptr<FarmConnection> farm,
                          OpenFarm(flags->farm));
      return operation(*farm, *flags, line->json);
    };
  });
  return command;
}

void PrintJob(const JobView& job, bool json) {
  Print(stdout, (json ? JobJson(job) : JobStateText(job)) + "\n");
}

Status Pause(FarmConnection& farm, const OperateFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView job, farm.PauseJob(id));
  PrintJob(job, json);
  return OkStatus();
}

Status Resume(FarmConnection& farm, const OperateFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView job, farm.ResumeJob(id));
  PrintJob(job, json);
  return OkStatus();
}

Status Prioritize(FarmConnection& farm, const OperateFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const std::string id, ResolveJobId(farm, flags.job_id));
  LT_ASSIGN_OR_RETURN(const JobView job,
                      farm.SetJobPriority(id, flags.priority));
  if (json) {
    PrintJob(job, json);
  } else {
    Print(stdout, fmt::format("{}, priority {}\n", JobStateText(job),
                              job.spec.priority));
  }
  return OkStatus();
}

Status Drain(FarmConnection& farm, const OperateFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const WorkerView worker,
                      farm.DrainWorker(flags.worker_id));
  Print(stdout, json
                    ? WorkerJson(worker) + "\n"
                    : fmt::format("{} takes no more tasks; {} of {} slots are "
                                  "busy\n",
                                  worker.worker_id, worker.busy, worker.slots));
  return OkStatus();
}

Status Readmit(FarmConnection& farm, const OperateFlags& flags, bool json) {
  LT_ASSIGN_OR_RETURN(const WorkerView worker,
                      farm.ReadmitWorker(flags.worker_id));
  Print(stdout,
        json ? WorkerJson(worker) + "\n"
             : fmt::format("{} is given tasks again\n", worker.worker_id));
  return OkStatus();
}

Status Queue(FarmConnection& farm, const OperateFlags&, bool json) {
  LT_ASSIGN_OR_RETURN(const QueueView queue, farm.GetQueue());
  Print(stdout, json ? QueueJson(queue) + "\n" : QueueTables(queue));
  return OkStatus();
}

void AddJob(CLI::App* command, OperateFlags* flags) {
  command->add_option("JOB", flags->job_id, kJobHelp)->required();
}

void AddWorker(CLI::App* command, OperateFlags* flags) {
  command
      ->add_option("WORKER", flags->worker_id,
                   "the worker's id; longtake workers shows them")
      ->required();
}

}  // namespace

void AddPauseCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<OperateFlags>();
  AddJob(
      Declare(app, "pause", "Hand out no more of a job; what runs is finished",
              "longtake pause JOB --farm host:7400", flags, line, Pause),
      flags.get());
}

void AddResumeCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<OperateFlags>();
  AddJob(Declare(app, "resume", "Let a paused job go on",
                 "longtake resume JOB --farm host:7400", flags, line, Resume),
         flags.get());
}

void AddPriorityCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<OperateFlags>();
  CLI::App* command =
      Declare(app, "priority", "Let a job go before or after others",
              "longtake priority JOB 50\n  longtake priority JOB -10", flags,
              line, Prioritize);
  AddJob(command, flags.get());
  AddWholeNumber(command, "N", &flags->priority,
                 "higher goes first; 0 is usual", -kMaxPriority, kMaxPriority)
      ->required();
}

void AddDrainCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<OperateFlags>();
  AddWorker(
      Declare(app, "drain",
              "Let a worker finish or give back what it runs, and end",
              "longtake drain gpu-7 --farm host:7400", flags, line, Drain),
      flags.get());
}

void AddReadmitCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<OperateFlags>();
  AddWorker(
      Declare(app, "readmit", "Let a worker out of quarantine",
              "longtake readmit gpu-7 --farm host:7400", flags, line, Readmit),
      flags.get());
}

void AddQueueCommand(CLI::App& app, CommandLine* line) {
  const auto flags = std::make_shared<OperateFlags>();
  Declare(app, "queue",
          "What waits for workers, by pool and priority; tenants' shares",
          "longtake queue --farm host:7400", flags, line, Queue);
}

}  // namespace longtake::client
