-- Tasks and their attempts, from step to step.

-- Frames of the lease that is furthest.
local function count_frames(task)
  local frames = 0
  for _, lease in ipairs(task.L or {}) do
    frames = math.max(frames, lease[7])
  end
  task.fd = frames > 0 and frames or nil
end

local function step(task, to)
  assert(is_legal(TASK_STEPS, task.s, to),
    'a task may not go from ' .. task.s .. ' to ' .. to)
  task.s = to
end

-- One more lease of a task that is not indexed.
local function take_lease(task, worker, epoch, expires, backup, request)
  if backup == 0 then step(task, TAKEN) end
  task.a = task.a + 1
  task.w = worker
  task.L = task.L or {}
  table.insert(task.L, {task.a, epoch, worker, task.r or 0, now, expires, 0,
                        backup, '', request})
  count_frames(task)
end

-- Takes one lease off a task that is not indexed; with the last one it goes to
-- `next_state`.
local function close_lease(task, lease, how, next_state)
  task.C = task.C or {}
  table.insert(task.C, {lease[1], lease[2], lease[3], lease[4], lease[5], now,
                        how, lease[8]})
  if #task.C > ATTEMPTS_KEPT then table.remove(task.C, 1) end
  if lease[9] ~= '' then drops[#drops + 1] = lease[9] end
  for i, other in ipairs(task.L) do
    if other[1] == lease[1] then table.remove(task.L, i) break end
  end
  count_frames(task)
  if #task.L > 0 then
    task.w = task.L[#task.L][3]
    return
  end
  task.L = nil
  if next_state == READY then task.r = now end
  step(task, next_state)
end

-- Of tasks that are not indexed: to be done again as if it had never failed, and
-- gone with its leases.
local function reopen(id, task)
  if task.s ~= READY then step(task, READY) end
  task.f, task.x, task.fw, task.fd, task.fc = nil, nil, nil, nil, nil
  task.ls = nil
  task.r = now
  redis.call('HDEL', RESULTS, id)
end
local function drop_task(id, task)
  for _, lease in ipairs(task.L or {}) do
    if lease[9] ~= '' then drops[#drops + 1] = lease[9] end
  end
  job.attempt_floor = math.max(job.attempt_floor, task.a)
  redis.call('HDEL', TASKS, id)
  redis.call('HDEL', SPECS, id)
  redis.call('HDEL', RESULTS, id)
end

-- New tasks from id, record, spec at ARGV[first …]; how many were new.
local function append_tasks(first)
  local added = 0
  for i = first, #ARGV, 3 do
    local id = ARGV[i]
    if redis.call('HEXISTS', TASKS, id) == 0 then
      local task = cmsgpack.unpack(ARGV[i + 1])
      task.s, task.a, task.r = READY, job.attempt_floor, now
      task.i = job.next_index
      job.next_index = job.next_index + 1
      redis.call('HSET', SPECS, id, ARGV[i + 2])
      put_task(id, task)
      index(id, task)
      added = added + 1
    end
  end
  return added
end

-- The task and the lease of it that `worker` holds; else what to answer: OK when
-- this attempt was closed by `how` already.
local function find_attempt(id, worker, epoch, attempt, how)
  local task = load_job() and get_task(id)
  if has_forgotten then return nil, nil, no_job() end
  if task then
    local closed = how and find_closed(task, attempt, epoch)
    if closed and closed[7] == how then return nil, nil, accept(open_tasks()) end
    local lease = find_lease(task, attempt, epoch)
    if lease and lease[3] == worker then return task, lease end
  end
  return nil, nil, refuse('ABORTED', 'attempt ' .. attempt .. ' of ' .. id ..
    ' by ' .. worker .. ' holds no lease')
end

