-- ARGV[7…]: task, epoch, attempt. An expiry that does not count any longer.
local id = ARGV[7]
local task = load_job() and get_task(id)
if has_forgotten then return no_job() end
local closed = task and
  find_closed(task, tonumber(ARGV[9]), tonumber(ARGV[8]))
if not closed or closed[7] ~= EXPIRED or (task.x or 0) == 0 then
  return refuse('OK', 0)
end
task.x = task.x - 1
closed[7] = OUTLIVED
put_task(id, task)
commit(id, '')
return accept(0)
