-- A ready task's result was found in the cache. ARGV[7…]: task, engine, digest
-- and JSON of its binding, result, seams ('' = as they are), outcome (state ''
-- = none, error, digest and size of the take). Result: open tasks.
local id = ARGV[7]
if not load_job() then return no_job() end
local task = get_task(id)
if not task then return no_task() end
if is_repeated_request() then return accept(open_tasks()) end
if task.s ~= READY then
  return refuse('ABORTED', 'task ' .. id .. ' is not ready')
end
local problem = why_not_bind(ARGV[8], ARGV[9])
if problem then return refuse('ABORTED', problem) end
if ARGV[13] ~= '' and not is_legal(JOB_STEPS, 'running', ARGV[13]) then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end

unindex(id, task)
bind(ARGV[9], ARGV[10])
step(task, SUCCEEDED)
task.fc, task.w = 1, nil
task.fd = task.e - task.b
redis.call('HSET', RESULTS, id, ARGV[11])
index(id, task)
put_task(id, task)
if ARGV[12] ~= '' then redis.call('HSET', JOB, 'seams', ARGV[12]) end
if ARGV[13] ~= '' then
  end_job({ARGV[13], ARGV[14], ARGV[15], ARGV[16]})
end
top_up()
commit(id, '', 0)
return accept(open_tasks())
