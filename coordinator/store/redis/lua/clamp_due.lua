-- Brings leases and retries that are due later than ARGV[7] back to it: some
-- clock wrote them that was ahead. Result: how many.
if not load_job() then return no_job() end
local farthest = tonumber(ARGV[7])
local late = redis.call('ZRANGEBYSCORE', DUE, '(' .. ARGV[7], '+inf')
for _, member in ipairs(late) do
  local attempt, id = string.match(member, '^(%d+):(.*)$')
  local task = get_task(id)
  if attempt == '0' then
    task.nb = farthest
  else
    find_lease(task, tonumber(attempt))[6] = farthest
  end
  put_task(id, task)
  redis.call('ZADD', DUE, ARGV[7], member)
end
if #late > 0 then commit('', '') end
return accept(#late)
