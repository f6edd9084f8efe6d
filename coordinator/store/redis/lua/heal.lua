-- A live job makes again what was lost of it. ARGV[7…]: task, worker, epoch and
-- attempt of whoever found it out (task '' = no attempt did), n; n times a task
-- whose result is lost and how often it was before; tasks to drop.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(0) end
if not is_live() then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
local finder, worker, lost_count = ARGV[7], ARGV[8], tonumber(ARGV[11])
local dropped, lost = {}, {}
if finder ~= '' then
  local task, _, answer =
    find_attempt(finder, worker, tonumber(ARGV[9]), tonumber(ARGV[10]))
  if not task then return answer end
  dropped[finder] = task
end
local first_drop = 12 + 2 * lost_count
for i = 12, first_drop - 1, 2 do
  local id, times = ARGV[i], tonumber(ARGV[i + 1])
  local task = get_task(id)
  if not task or task.s ~= SUCCEEDED or (task.ls or 0) ~= times then
    return refuse('ABORTED', id .. ' was put back already')
  end
  lost[#lost + 1] = {id = id, task = task, times = times}
end
for i = first_drop, #ARGV do
  dropped[ARGV[i]] = dropped[ARGV[i]] or get_task(ARGV[i])
end

for _, entry in ipairs(lost) do
  local id, task = entry.id, entry.task
  unindex(id, task)
  reopen(id, task)
  task.ls = entry.times + 1
  index(id, task)
  put_task(id, task)
end
for id, task in pairs(dropped) do
  unindex(id, task)
  drop_task(id, task)
end
top_up()
commit(finder, worker, 0)
return accept(0)
