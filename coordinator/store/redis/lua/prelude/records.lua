-- Reads and writes the records of the job and its tasks.

-- False when there is no such job (has_forgotten is false then), or its record
-- is older than what the caller saw: what it would decide now would hide that.
local function load_job()
  local values = redis.call('HMGET', JOB, 'job_id', 'state', 'engine',
                            'binding_digest', 'request', 'numbers')
  if not values[1] then return false end
  texts = {
    job_id = values[1], state = values[2], engine = values[3],
    binding_digest = values[4] or '', request = values[5] or ''}
  loaded_texts = {texts.state, texts.binding_digest, texts.request}
  job = cmsgpack.unpack(values[6])
  has_forgotten = newest_of_maker() < SEEN
  return not has_forgotten
end

local function is_live() return texts.state == 'queued' or texts.state == 'running' end

local function get_task(id)
  local bytes = redis.call('HGET', TASKS, id)
  return bytes and cmsgpack.unpack(bytes) or nil
end
local function put_task(id, task)
  redis.call('HSET', TASKS, id, cmsgpack.pack(task))
end

-- Task ids and records of the whole job.
local function all_tasks()
  local flat, tasks = redis.call('HGETALL', TASKS), {}
  for i = 1, #flat, 2 do
    tasks[#tasks + 1] = {id = flat[i], task = cmsgpack.unpack(flat[i + 1])}
  end
  table.sort(tasks, function(a, b) return a.task.i < b.task.i end)
  return tasks
end

-- A lease is {attempt, epoch, worker, ready_at, leased_at, expires, frames,
-- backup, hint, request}; hint is of earlier coordinators, which left a lease's
-- entry in its stream.
local function find_lease(task, attempt, epoch)
  for _, lease in ipairs(task.L or {}) do
    if lease[1] == attempt and (not epoch or lease[2] == epoch) then
      return lease
    end
  end
end
-- A closed attempt is {attempt, epoch, worker, ready_at, leased_at, ended_at,
-- end, backup}.
local function find_closed(task, attempt, epoch)
  for _, closed in ipairs(task.C or {}) do
    if closed[1] == attempt and closed[2] == epoch then return closed end
  end
end
