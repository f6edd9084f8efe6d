-- What every script may use: its text stands before each script's own.
--
-- Scripts about a job get these keys, all with the job's hash tag, and these
-- arguments first; docs/redis_schema.md describes what the keys hold.
local JOB, TASKS, SPECS, RESULTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local BACKLOG, QUEUED, DUE, LEASED = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local EVENTS = KEYS[9]
-- now: the coordinator's time in microseconds; a double holds them exactly
-- until 2255. REQUEST: names this call, '' when a repeat needs no name.
local now, EVENT_TEXT, CHANNEL, REQUEST =
  tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]

-- The server's time in microseconds.
local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- As in task_state.h, records.h (AttemptEnd) and job.h (TaskKind).
local READY, TAKEN, WAITING, SUCCEEDED, FAILED, CANCELLED = 0, 1, 2, 3, 4, 5
local COMPLETED, HAS_FAILED, RELEASED, EXPIRED = 0, 1, 2, 3
local OUTLIVED, JOB_ENDED, SUPERSEDED = 4, 5, 6
local PLAN, RENDER, ASSEMBLE, KINDS = 2, 3, 4, 5
local EVENTS_KEPT, ATTEMPTS_KEPT = 4096, 16

-- The tables of task_state.h and job_state.h (a test compares them).
local TASK_STEPS = ' 0>1 0>3 0>5 1>3 1>2 1>0 1>4 1>5 2>0 2>5 3>0 4>0 5>0 '
local JOB_STEPS = ' queued>running queued>failed queued>cancelled ' ..
  'running>succeeded running>failed running>cancelled ' ..
  'failed>queued cancelled>queued '
local function is_legal(steps, from, to)
  return string.find(steps, ' ' .. from .. '>' .. to .. ' ', 1, true) ~= nil
end

-- What transitions read of the job: texts, and the numbers, which are one field
-- (MessagePack), for reading and writing forty fields costs more than the rest.
local texts, loaded_texts  -- job_id, state, engine, binding_digest, request
local job                  -- numbers; ready, queued, leased, waiting by kind + 1
local hints, drops = {}, {}  -- for the caller: to enqueue, to take away

-- False when there is no such job.
local function load_job()
  local values = redis.call('HMGET', JOB, 'job_id', 'state', 'engine',
                            'binding_digest', 'request', 'numbers')
  if not values[1] then return false end
  texts = {
    job_id = values[1], state = values[2], engine = values[3],
    binding_digest = values[4] or '', request = values[5] or ''}
  loaded_texts = {texts.state, texts.binding_digest, texts.request}
  job = cmsgpack.unpack(values[6])
  return true
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
-- backup, hint, request}.
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

local function count(task, place, by)
  local by_kind = job[place]
  by_kind[task.k + 1] = by_kind[task.k + 1] + by
end
local function total(place)
  local by_kind, sum = job[place], 0
  for kind = 1, KINDS do sum = sum + by_kind[kind] end
  return sum
end
local function open_of(kind)
  return job.ready[kind + 1] + job.queued[kind + 1] + job.leased[kind + 1] +
    job.waiting[kind + 1]
end
local function open_tasks()
  return total('ready') + total('queued') + total('leased') + total('waiting')
end

-- As ContributionOf in progress.cc.
local function contribute(task, sign)
  if task.k ~= RENDER or task.g then return end
  local size = task.e - task.b
  if task.s == SUCCEEDED then
    job.frames_done = job.frames_done + sign * size
    job.segments_done = job.segments_done + sign
    if not task.fc then
      job.segments_rendered = job.segments_rendered + sign
    end
  elseif task.s == TAKEN then
    job.frames_done = job.frames_done + sign * math.min(task.fd or 0, size)
  end
end

-- As StageOf in progress.cc.
local function stage()
  if texts.state == 'succeeded' then return 'done' end
  if open_of(ASSEMBLE) > 0 then return 'assemble' end
  if open_of(RENDER) > 0 then return 'render' end
  if open_of(PLAN) > 0 then return 'plan' end
  if job.segments_total > 0 and job.segments_done == job.segments_total then
    return 'assemble'
  end
  return 'analyze'
end

local function hold(worker, by)
  if redis.call('HINCRBY', LEASED, worker, by) <= 0 then
    redis.call('HDEL', LEASED, worker)
  end
end

-- Out of, and into, backlog, queue, timers and counters, around every change of
-- a task's state.
local function unindex(id, task)
  if task.s == READY then
    if redis.call('HDEL', QUEUED, id) == 1 then
      count(task, 'queued', -1)
    else
      redis.call('ZREM', BACKLOG, id)
      count(task, 'ready', -1)
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

-- Answers. The first field is the status code, the second its message or the
-- result; version and route tell the caller where the job is now.
local function refuse(code, message, ...)
  return {code, message, job and job.version or 0, job and job.route or 0,
          {}, {}, ...}
end
local function no_job() return refuse('NOT_FOUND', 'no such job') end
local function no_task() return refuse('NOT_FOUND', 'no such task') end
local function accept(result, ...)
  return {'OK', result, job.version, job.route, hints, drops, ...}
end
-- The call was done already and its answer lost.
local function is_repeated_request()
  return REQUEST ~= '' and
    string.sub(texts.request, 1, #REQUEST + 1) == REQUEST .. ' '
end
local function repeated_result()
  return tonumber(string.sub(texts.request, #REQUEST + 2))
end

-- Writes the job and its event; the last thing a transition does. `result` is
-- what a repeated request is answered with.
local function commit(task_id, worker_id, result)
  job.version = job.version + 1
  if REQUEST ~= '' then
    texts.request = REQUEST .. ' ' .. string.format('%d', result or 0)
  end
  if EVENT_TEXT ~= '' then
    job.event = job.event + 1
    job.event_at = now
    redis.call('XADD', EVENTS, 'MAXLEN', '~', EVENTS_KEPT,
      string.format('%.0f-0', job.event), 'at', ARGV[1], 'text', EVENT_TEXT,
      'state', texts.state, 'stage', stage(), 'frames_total', job.frames_total,
      'frames_done', job.frames_done, 'segments_total', job.segments_total,
      'segments_done', job.segments_done, 'segments_rendered',
      job.segments_rendered, 'task', task_id or '', 'worker', worker_id or '')
  end
  redis.call('HSET', JOB, 'numbers', cmsgpack.pack(job))
  if texts.state ~= loaded_texts[1] or
     texts.binding_digest ~= loaded_texts[2] or
     texts.request ~= loaded_texts[3] then
    redis.call('HSET', JOB, 'state', texts.state, 'binding_digest',
               texts.binding_digest, 'request', texts.request)
  end
  -- For who watches the job: what makes no event shows nothing new.
  if EVENT_TEXT ~= '' or texts.state ~= loaded_texts[1] then
    redis.call('PUBLISH', CHANNEL, 'job ' .. texts.job_id)
  end
end

-- Of the lease that is furthest.
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
  if task then
    local closed = how and find_closed(task, attempt, epoch)
    if closed and closed[7] == how then return nil, nil, accept(open_tasks()) end
    local lease = find_lease(task, attempt, epoch)
    if lease and lease[3] == worker then return task, lease end
  end
  return nil, nil, refuse('ABORTED', 'attempt ' .. attempt .. ' of ' .. id ..
    ' by ' .. worker .. ' holds no lease')
end

