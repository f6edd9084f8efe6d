-- A failed or cancelled job goes back to work. ARGV[7]: 1 = drop all tasks and
-- the binding; [8]: n tasks that were lost follow, then those to drop.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(0) end
if not is_legal(JOB_STEPS, texts.state, 'queued') then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
local unbind, lost_count = ARGV[7] == '1', tonumber(ARGV[8])
local lost, dropped = {}, {}
for i = 9, #ARGV do
  if i < 9 + lost_count then lost[ARGV[i]] = true else dropped[ARGV[i]] = true end
end
texts.state = 'queued'
redis.call('HSET', JOB, 'error', '', 'take', '', 'take_bytes', '0')
redis.call('HDEL', JOB, 'ended_at')
if unbind then
  redis.call('HDEL', JOB, 'binding', 'segments', 'seams', 'total_frames')
  texts.binding_digest = ''
  job.route = job.route + 1
end
-- Indices and progress are counted from scratch.
local tasks = all_tasks()
for _, entry in ipairs(tasks) do unindex(entry.id, entry.task) end
-- What a restored job had counted in another life.
if redis.call('HEXISTS', JOB, 'segments') == 0 then job.segments_total = 0 end
job.frames_total = tonumber(redis.call('HGET', JOB, 'total_frames') or 0)
job.frames_done, job.segments_done, job.segments_rendered = 0, 0, 0
for _, entry in ipairs(tasks) do
  local id, task = entry.id, entry.task
  if unbind or dropped[id] then
    drop_task(id, task)
  else
    if task.s ~= SUCCEEDED or lost[id] then
      reopen(id, task)
      put_task(id, task)
    end
    index(id, task)
  end
end
top_up()
commit('', '', 0)
return accept(0)
