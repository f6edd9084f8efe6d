-- ARGV[7…]: task, worker, epoch, attempt, result, seams ('' = as they are),
-- outcome (state '' = none, error, digest and size of the take); then, for a
-- worker that takes the job's next render along: share, epoch,
-- expires, luck. Result: open tasks; with a next one its id, record and spec.
local id, worker, request = ARGV[7], ARGV[8], REQUEST
local epoch, attempt = tonumber(ARGV[9]), tonumber(ARGV[10])
local share = tonumber(ARGV[17] or 0)
local task, lease, answer =
  find_attempt(id, worker, epoch, attempt, COMPLETED)
local function accept_with(next_id, record)
  if not next_id then return accept(open_tasks()) end
  return accept(open_tasks(), next_id, record,
                redis.call('HGET', SPECS, next_id))
end
if not task then
  if answer[1] == 'OK' and share > 0 then
    for _, entry in ipairs(all_tasks()) do
      for _, held in ipairs(entry.task.L or {}) do
        if held[10] == request then
          return accept_with(entry.id, redis.call('HGET', TASKS, entry.id))
        end
      end
    end
  end
  return answer
end
REQUEST = ''  -- a repeat finds its closed attempt
if ARGV[13] ~= '' and not is_legal(JOB_STEPS, texts.state, ARGV[13]) then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end

unindex(id, task)
close_lease(task, lease, COMPLETED, SUCCEEDED)
if task.L then close_lease(task, task.L[1], SUPERSEDED, SUCCEEDED) end
task.w, task.fc, task.fd = worker, nil, task.e - task.b
redis.call('HSET', RESULTS, id, ARGV[11])
index(id, task)

-- Past the queue: from the backlog, where no hint leads to it. Nil, or the
-- task's id and its record as it is to be written.
local function stay()
  if not is_live() or job.paused ~= 0 or texts.binding_digest == '' or
     tonumber(ARGV[18]) < job.epoch or task.k ~= RENDER or
     total('leased') + tonumber(ARGV[20]) >= share then
    return nil
  end
  local next_id = redis.call('ZRANGE', BACKLOG, 0, 0)[1]
  local next_task = next_id and get_task(next_id)
  if not next_task or next_task.k ~= RENDER or next_task.nd ~= task.nd or
     next_task.av then
    return nil
  end
  unindex(next_id, next_task)
  take_lease(next_task, worker, tonumber(ARGV[18]), tonumber(ARGV[19]), 0,
             request)
  index(next_id, next_task)
  return next_id, cmsgpack.pack(next_task)
end
local next_id, next_record
if share > 0 and ARGV[13] == '' then next_id, next_record = stay() end
local record = cmsgpack.pack(task)
if next_id then
  redis.call('HSET', TASKS, id, record, next_id, next_record)
else
  redis.call('HSET', TASKS, id, record)
end
if ARGV[12] ~= '' then redis.call('HSET', JOB, 'seams', ARGV[12]) end
if ARGV[13] ~= '' then
  end_job({ARGV[13], ARGV[14], ARGV[15], ARGV[16]})
end
commit(id, worker)
return accept_with(next_id, next_record)
