-- Ends a live job. ARGV[7…10]: state, error, digest and size of the take.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(0) end
if not is_live() or not is_legal(JOB_STEPS, texts.state, ARGV[7]) then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
end_job({ARGV[7], ARGV[8], ARGV[9], ARGV[10]})
commit('', '', 0)
return accept(0)
