-- ARGV[5…]: task, worker, epoch, attempt.
local id, worker = ARGV[5], ARGV[6]
local epoch, attempt = tonumber(ARGV[7]), tonumber(ARGV[8])
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
