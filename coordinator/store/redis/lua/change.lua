-- Changes a live job. ARGV[7…9]: paused (0, 1), priority, window; '' = as it is.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(0) end
if not is_live() then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
if ARGV[9] ~= '' then job.window = tonumber(ARGV[9]) end
if ARGV[7] ~= '' then job.paused = tonumber(ARGV[7]) end
if ARGV[8] ~= '' or ARGV[7] == '1' then withdraw() end
if ARGV[8] ~= '' then job.priority = tonumber(ARGV[8]) end
top_up()
commit('', '', 0)
return accept(0)
