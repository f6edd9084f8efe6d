-- What every script may use: its text stands before each script's own.
--
-- Scripts about a job get these keys, all with the job's hash tag, and these
-- arguments first; docs/redis_schema.md describes what the keys hold.
local JOB, TASKS, SPECS, RESULTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local BACKLOG, QUEUED, DUE, LEASED = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local EVENTS = KEYS[9]
-- now: the coordinator's time in microseconds; a double holds them exactly
-- until 2255. REQUEST: names this call, '' when a repeat needs no name. MAKER:
-- the coordinator; SEEN: the job's version after the newest of its transitions
-- that was answered, 0 = none.
local now, EVENT_TEXT, CHANNEL, REQUEST, MAKER, SEEN =
  tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])

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
local has_forgotten = false  -- load_job
