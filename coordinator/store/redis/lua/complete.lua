-- ARGV[7…]: task, worker, epoch, attempt, result, seams ('' = as they are),
-- outcome (state '' = none, error, digest and size of the take). Result: open
-- tasks.
local id, worker = ARGV[7], ARGV[8]
local epoch, attempt = tonumber(ARGV[9]), tonumber(ARGV[10])
local task, lease, answer =
  find_attempt(id, worker, epoch, attempt, COMPLETED)
if not task then return answer end
REQUEST = ''  -- a repeat finds its closed attempt
if ARGV[13] ~= '' and not is_legal(JOB_STEPS, texts.state, ARGV[13]) then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end

unindex(id, task)
close_lease(task, lease, COMPLETED, SUCCEEDED)
if task.L then close_lease(task, task.L[1], SUPERSEDED, SUCCEEDED) end
task.w, task.fc, task.fd = worker, nil, task.e - task.b
redis.call('HSET', RESULTS, id, ARGV[11])
index(id, task)
put_task(id, task)
if ARGV[12] ~= '' then redis.call('HSET', JOB, 'seams', ARGV[12]) end
if ARGV[13] ~= '' then
  end_job({ARGV[13], ARGV[14], ARGV[15], ARGV[16]})
end
commit(id, worker)
return accept(open_tasks())
