-- ARGV[7…]: task, worker, epoch, attempt, error, 1 = the job fails too, 1 =
-- avoid this worker, not before.
local id, worker = ARGV[7], ARGV[8]
local epoch, attempt = tonumber(ARGV[9]), tonumber(ARGV[10])
local task, lease, answer =
  find_attempt(id, worker, epoch, attempt, HAS_FAILED)
if not task then return answer end
local fatal = ARGV[12] == '1'
local function add_once(list, name)
  for _, known in ipairs(list or {}) do
    if known == name then return list end
  end
  list = list or {}
  table.insert(list, name)
  return list
end

unindex(id, task)
task.nb = tonumber(ARGV[14])
close_lease(task, lease, HAS_FAILED, fatal and FAILED or WAITING)
task.f = (task.f or 0) + 1
task.er = ARGV[11]
task.fw = add_once(task.fw, worker)
if ARGV[13] == '1' then task.av = add_once(task.av, worker) end
index(id, task)
put_task(id, task)
if fatal then end_job({'failed', ARGV[11], '', '0'}) end
commit(id, worker)
return accept(0)
