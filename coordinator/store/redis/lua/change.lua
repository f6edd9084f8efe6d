-- Changes a live job. ARGV[5…7]: paused (0, 1), priority, window; '' = as it is.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(0) end
if not is_live() then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
if ARGV[7] ~= '' then job.window = tonumber(ARGV[7]) end
if ARGV[5] ~= '' then job.paused = tonumber(ARGV[5]) end
if ARGV[6] ~= '' or ARGV[5] == '1' then withdraw() end
if ARGV[6] ~= '' then job.priority = tonumber(ARGV[6]) end
top_up()
commit('', '', 0)
return accept(0)
