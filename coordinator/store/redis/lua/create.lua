-- A job and its first tasks. ARGV[7]: how many field and value pairs of the job
-- follow, then tasks. A known job is left alone: EXISTS, or OK when this same
-- request made it.
if load_job() then
  if is_repeated_request() then return accept(0) end
  return refuse('EXISTS', '')
end
local pairs_count = tonumber(ARGV[7])
for i = 8, 7 + 2 * pairs_count, 2 do
  redis.call('HSET', JOB, ARGV[i], ARGV[i + 1])
end
load_job()
-- Above the versions of an earlier life of the job.
job.version = now_us()
append_tasks(8 + 2 * pairs_count)
top_up()
commit('', '', 0)
return accept(0)
