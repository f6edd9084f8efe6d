-- Where a task is: backlog, queue, timers, and who holds it.

-- Written with the job: who gives one lease back and takes another changes
-- nothing.
local holds = {}
local function hold(worker, by) holds[worker] = (holds[worker] or 0) + by end
local function write_holds()
  for worker, by in pairs(holds) do
    if by ~= 0 and redis.call('HINCRBY', LEASED, worker, by) <= 0 then
      redis.call('HDEL', LEASED, worker)
    end
  end
end

-- Out of, and into, backlog, queue, timers and counters, around every change of
-- a task's state.
local function unindex(id, task)
  if task.s == READY then
    if redis.call('ZREM', BACKLOG, id) == 1 then
      count(task, 'ready', -1)
    else
      redis.call('HDEL', QUEUED, id)
      count(task, 'queued', -1)
    end
  elseif task.s == TAKEN then
    count(task, 'leased', -1)
  elseif task.s == WAITING then
    count(task, 'waiting', -1)
    redis.call('ZREM', DUE, '0:' .. id)
  end
  for _, lease in ipairs(task.L or {}) do
    redis.call('ZREM', DUE, lease[1] .. ':' .. id)
    hold(lease[3], -1)
  end
  contribute(task, -1)
end
local function index(id, task)
  if task.s == READY then
    redis.call('ZADD', BACKLOG, task.i, id)
    count(task, 'ready', 1)
  elseif task.s == TAKEN then
    count(task, 'leased', 1)
  elseif task.s == WAITING then
    count(task, 'waiting', 1)
    redis.call('ZADD', DUE, task.nb, '0:' .. id)
  end
  for _, lease in ipairs(task.L or {}) do
    redis.call('ZADD', DUE, lease[6], lease[1] .. ':' .. id)
    hold(lease[3], 1)
  end
  contribute(task, 1)
end

-- What the caller adds to the queue's stream once the script has run: queue,
-- priority, task, its value in QUEUED, identity, avoided workers.
local function add_hint(id, task, value)
  local bound = texts.binding_digest ~= '' and texts.binding_digest or 'any'
  hints[#hints + 1] = {
    texts.engine .. '/' .. bound .. '/' .. (task.nd or '/0/'),
    string.format('%d', job.priority), id, value, task.id or '',
    task.av and cjson.encode(task.av) or ''}
end

-- From the backlog into the queue, up to the job's window.
local function top_up()
  if not is_live() or job.paused ~= 0 then return end
  local room = math.min(job.window - total('queued'), total('ready'))
  if room <= 0 then return end
  local time, popped = now_us(), redis.call('ZPOPMIN', BACKLOG, room)
  for i = 1, #popped, 2 do
    local id, nth = popped[i], (i - 1) / 2
    local task = get_task(id)
    -- Order in the queue, farm-wide: microseconds and three digits more.
    local value = string.format('%.0f%03d %d', time + math.floor(nth / 1000),
                                nth % 1000, job.route)
    redis.call('HSET', QUEUED, id, value)
    count(task, 'ready', -1)
    count(task, 'queued', 1)
    add_hint(id, task, value)
  end
end

-- The other way, all of them; their hints are stale from now on.
local function withdraw()
  local ids = redis.call('HKEYS', QUEUED)
  for _, id in ipairs(ids) do
    local task = get_task(id)
    redis.call('ZADD', BACKLOG, task.i, id)
    count(task, 'queued', -1)
    count(task, 'ready', 1)
  end
  redis.call('DEL', QUEUED)
end

-- What is queued belongs to another stream now: same order, new hints.
local function reroute()
  job.route = job.route + 1
  local flat = redis.call('HGETALL', QUEUED)
  for i = 1, #flat, 2 do
    local order = string.match(flat[i + 1], '^%d+')
    local value = order .. ' ' .. string.format('%d', job.route)
    redis.call('HSET', QUEUED, flat[i], value)
    add_hint(flat[i], get_task(flat[i]), value)
  end
end
