-- More tasks. ARGV[7]: frames of the job, 0 = as it is; [8]: its segments, '' =
-- as they are; [9]: how many they are; then tasks. Result: how many were new.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(repeated_result()) end
if not is_live() then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
local frames = tonumber(ARGV[7])
if frames > 0 then
  redis.call('HSET', JOB, 'total_frames', ARGV[7])
  job.frames_total = frames
end
if ARGV[8] ~= '' then
  redis.call('HSET', JOB, 'segments', ARGV[8])
  job.segments_total = tonumber(ARGV[9])
end
local added = append_tasks(10)
top_up()
if added == 0 then EVENT_TEXT = '' end
commit('', '', added)
return accept(added)
