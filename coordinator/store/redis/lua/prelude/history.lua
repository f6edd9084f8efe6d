-- Whose transitions the job has: job.by holds, by coordinator, {version after
-- its newest transition, version after its own one before}. So a record that was
-- set back and went on is told from the one that it was: it lacks transitions
-- that their makers saw answered, whatever its version is by now. Of the makers
-- the newest MAKERS_KEPT are kept; job.by_floor is the highest version that may
-- be missing for it.
local MAKERS_KEPT = 16

-- Of the caller; where it is not kept, no less than what it saw.
local function newest_of_maker()
  local known = job.by and job.by[MAKER]
  if known then return known[1], known[2] end
  if (job.by_floor or 0) >= SEEN then return SEEN, SEEN end
  return 0, 0
end

local function forget_oldest_maker()
  local count, oldest = 0, nil
  for maker, known in pairs(job.by) do
    count = count + 1
    if not oldest or known[1] < job.by[oldest][1] then oldest = maker end
  end
  if count > MAKERS_KEPT then
    job.by_floor = math.max(job.by_floor or 0, job.by[oldest][1])
    job.by[oldest] = nil
  end
end

-- The version is the new one already.
local function note_maker()
  job.by = job.by or {}
  local known = job.by[MAKER]
  if known then
    known[1], known[2] = job.version, known[1]
  else
    job.by[MAKER] = {job.version, job.by_floor or 0}
    forget_oldest_maker()
  end
end
