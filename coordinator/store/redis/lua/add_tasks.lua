-- More tasks. ARGV[5]: frames of the job, 0 = as it is; [6]: its segments, '' =
-- as they are; [7]: how many they are; then tasks. Result: how many were new.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(repeated_result()) end
if not is_live() then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
local frames = tonumber(ARGV[5])
if frames > 0 then
  redis.call('HSET', JOB, 'total_frames', ARGV[5])
  job.frames_total = frames
end
if ARGV[6] ~= '' then
  redis.call('HSET', JOB, 'segments', ARGV[6])
  job.segments_total = tonumber(ARGV[7])
end
local added = append_tasks(8)
top_up()
if added == 0 then EVENT_TEXT = '' end
commit('', '', added)
return accept(added)
