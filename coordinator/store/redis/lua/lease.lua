-- A lease on a task. ARGV[7…]: task, worker, epoch, expires, 1 = backup, engine,
-- digest and JSON of its binding.
-- Returns the task's record, spec and, when refused, its value in QUEUED.
local id, worker = ARGV[7], ARGV[8]
local epoch, expires = tonumber(ARGV[9]), tonumber(ARGV[10])
local backup = ARGV[11] == '1'
if not load_job() then return no_job() end
local task = get_task(id)
if not task then return no_task() end
local function done()
  return accept(0, redis.call('HGET', TASKS, id), redis.call('HGET', SPECS, id))
end
local function abort(message)
  return refuse('ABORTED', message, redis.call('HGET', QUEUED, id) or '')
end
for _, lease in ipairs(task.L or {}) do
  if lease[10] == REQUEST then return done() end
end
REQUEST = ''
local free = task.s == READY
if backup then
  free = task.L ~= nil and #task.L == 1 and task.L[1][3] ~= worker
end
if not free then return abort('task ' .. id .. ' is not free') end
if job.paused ~= 0 then return abort('the job is paused') end
if epoch < job.epoch then
  return abort('the job was rebuilt under a later epoch')
end
local problem = why_not_bind(ARGV[12], ARGV[13])
if problem then return abort(problem) end

unindex(id, task)
bind(ARGV[13], ARGV[14])
take_lease(task, worker, epoch, expires, backup and 1 or 0, ARGV[4])
index(id, task)
put_task(id, task)
top_up()
commit(id, worker)
return done()
