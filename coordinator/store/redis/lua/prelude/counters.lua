-- Progress and counters of the job, moved with its tasks.

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
