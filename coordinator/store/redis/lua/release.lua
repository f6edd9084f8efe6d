-- ARGV[7…]: task, worker, epoch, attempt.
local id, worker = ARGV[7], ARGV[8]
local epoch, attempt = tonumber(ARGV[9]), tonumber(ARGV[10])
local task, lease, answer =
  find_attempt(id, worker, epoch, attempt, RELEASED)
if not task then return answer end
unindex(id, task)
close_lease(task, lease, RELEASED, READY)
index(id, task)
put_task(id, task)
top_up()
commit(id, worker)
return accept(0)
