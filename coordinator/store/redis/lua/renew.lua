-- ARGV[7…]: task, worker, epoch, attempt, expires, frames done, least age of the
-- job's last event in microseconds.
local id, worker = ARGV[7], ARGV[8]
local task, lease, answer =
  find_attempt(id, worker, tonumber(ARGV[9]), tonumber(ARGV[10]))
if not task then return answer end
local before = task.fd or 0
contribute(task, -1)
lease[6] = math.max(lease[6], tonumber(ARGV[11]))
lease[7] = math.max(lease[7], tonumber(ARGV[12]))
count_frames(task)
contribute(task, 1)
redis.call('ZADD', DUE, lease[6], lease[1] .. ':' .. id)
put_task(id, task)
if (task.fd or 0) <= before or now - job.event_at < tonumber(ARGV[13]) then
  EVENT_TEXT = ''
end
commit(id, worker)
return accept(0)
