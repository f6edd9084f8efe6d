-- A ready task's result was found in the cache. ARGV[5…]: task, engine, digest
-- and JSON of its binding, result, seams ('' = as they are), outcome (state ''
-- = none, error, digest and size of the take). Result: open tasks.
local id = ARGV[5]
if not load_job() then return no_job() end
local task = get_task(id)
if not task then return no_task() end
if is_repeated_request() then return accept(open_tasks()) end
if task.s ~= READY then
  return refuse('ABORTED', 'task ' .. id .. ' is not ready')
end
local problem = why_not_bind(ARGV[6], ARGV[7])
if problem then return refuse('ABORTED', problem) end
if ARGV[11] ~= '' and not is_legal(JOB_STEPS, 'running', ARGV[11]) then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end

unindex(id, task)
bind(ARGV[7], ARGV[8])
step(task, SUCCEEDED)
task.fc, task.w = 1, nil
task.fd = task.e - task.b
redis.call('HSET', RESULTS, id, ARGV[9])
index(id, task)
put_task(id, task)
if ARGV[10] ~= '' then redis.call('HSET', JOB, 'seams', ARGV[10]) end
if ARGV[11] ~= '' then
  end_job({ARGV[11], ARGV[12], ARGV[13], ARGV[14]})
end
top_up()
commit(id, '', 0)
return accept(open_tasks())
