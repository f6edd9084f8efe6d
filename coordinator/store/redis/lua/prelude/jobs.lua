-- Pins a job to an engine build; nil, or what forbids it.
local function why_not_bind(name, digest)
  if not is_live() then return 'the job is ' .. texts.state end
  if texts.binding_digest ~= '' and texts.binding_digest ~= digest or
     texts.binding_digest == '' and texts.engine ~= name then
    return 'the job is bound to another engine build'
  end
end
local function bind(digest, json)
  texts.state = 'running'
  if texts.binding_digest ~= '' then return end
  texts.binding_digest = digest
  redis.call('HSET', JOB, 'binding', json)
  reroute()
end

-- Ends the job; what is open is cancelled. `outcome` is {state, error, digest
-- and size of the take}; the step is legal.
local function end_job(outcome)
  texts.state = outcome[1]
  redis.call('HSET', JOB, 'error', outcome[2], 'take', outcome[3],
    'take_bytes', outcome[4], 'ended_at', ARGV[1])
  if open_tasks() == 0 then return end
  for _, entry in ipairs(all_tasks()) do
    local id, task = entry.id, entry.task
    if task.s <= WAITING then
      unindex(id, task)
      while task.L do
        close_lease(task, task.L[#task.L], JOB_ENDED, CANCELLED)
      end
      if task.s ~= CANCELLED then step(task, CANCELLED) end
      index(id, task)
      put_task(id, task)
    end
  end
end
