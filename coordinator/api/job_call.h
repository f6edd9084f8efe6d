#pragma once
// The shapes that most calls of the Farm service have: something is done to one
// job, or to one worker, and the answer shows it as it is then.

#include <functional>
#include <string>

#include "common/rpc/convert.h"
#include "coordinator/api/call_context.h"

namespace longtake::coordinator {

// `act` is called with the scheduler and the request, and gives the JobView,
// for callers who may see the job. For the rest see Serve.
template <typename Request, typename Response, typename Act>
grpc::ServerUnaryReactor* ServeJob(CallContext& context,
                                   grpc::CallbackServerContext* rpc,
                                   const Request* request, Response* response,
                                   Act act) {
  return Serve(
      context, rpc, kToSeeJobs,
      [&context, request, response, act](const Caller& caller) -> Status {
        LT_RETURN_IF_ERROR(
            CheckJob(context.scheduler, caller, request->job_id()));
        LT_ASSIGN_OR_RETURN(const JobView job,
                            act(context.scheduler, *request));
        *response->mutable_job() = ToProto(job);
        return OkStatus();
      });
}

// `act` is called with the scheduler and the worker's id, and gives the
// WorkerView, for operators.
template <typename Request, typename Response, typename Act>
grpc::ServerUnaryReactor* ServeWorker(CallContext& context,
                                      grpc::CallbackServerContext* rpc,
                                      const Request* request,
                                      Response* response, Act act) {
  return Serve(context, rpc, kToOperate,
               [&context, request, response, act](const Caller&) -> Status {
                 LT_ASSIGN_OR_RETURN(
                     const WorkerView worker,
                     std::invoke(act, context.scheduler, request->worker_id()));
                 *response->mutable_worker() = ToProto(worker);
                 return OkStatus();
               });
}

}  // namespace longtake::coordinator
