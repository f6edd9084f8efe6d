-- ARGV[7]: a task that waits for its retry.
local id = ARGV[7]
if not load_job() then return no_job() end
local task = get_task(id)
if not task then return no_task() end
if is_repeated_request() then return accept(0) end
if task.s ~= WAITING or task.nb > now then
  return refuse('ABORTED', 'task ' .. id .. ' is not due')
end
unindex(id, task)
step(task, READY)
task.r = now
index(id, task)
put_task(id, task)
top_up()
commit(id, '', 0)
return accept(0)
