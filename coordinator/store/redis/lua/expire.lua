-- ARGV[7…]: task, attempt, 1 = task and job fail, with this error.
local id, attempt = ARGV[7], tonumber(ARGV[8])
if not load_job() then return no_job() end
local task = get_task(id)
if not task then return no_task() end
if is_repeated_request() then return accept(0) end
local lease = find_lease(task, attempt)
if not lease or lease[6] > now then
  return refuse('ABORTED', 'the lease of ' .. id .. ' has not run out')
end
local fatal, worker = ARGV[9] == '1', lease[3]
unindex(id, task)
close_lease(task, lease, EXPIRED, fatal and FAILED or READY)
task.x = (task.x or 0) + 1
if fatal then task.er = ARGV[10] end
index(id, task)
put_task(id, task)
if fatal then end_job({'failed', ARGV[10], '', '0'}) end
top_up()
commit(id, worker, 0)
return accept(0)
