-- ARGV[5…]: task, worker, epoch, attempt, result, seams ('' = as they are),
-- outcome (state '' = none, error, digest and size of the take). Result: open
-- tasks.
local id, worker = ARGV[5], ARGV[6]
local epoch, attempt = tonumber(ARGV[7]), tonumber(ARGV[8])
local task, lease, answer =
  find_attempt(id, worker, epoch, attempt, COMPLETED)
if not task then return answer end
REQUEST = ''  -- a repeat finds its closed attempt
if ARGV[11] ~= '' and not is_legal(JOB_STEPS, texts.state, ARGV[11]) then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end

unindex(id, task)
close_lease(task, lease, COMPLETED, SUCCEEDED)
if task.L then close_lease(task, task.L[1], SUPERSEDED, SUCCEEDED) end
task.w, task.fc, task.fd = worker, nil, task.e - task.b
redis.call('HSET', RESULTS, id, ARGV[9])
index(id, task)
put_task(id, task)
if ARGV[10] ~= '' then redis.call('HSET', JOB, 'seams', ARGV[10]) end
if ARGV[11] ~= '' then
  end_job({ARGV[11], ARGV[12], ARGV[13], ARGV[14]})
end
commit(id, worker)
return accept(open_tasks())
