-- Ends a live job. ARGV[5…8]: state, error, digest and size of the take.
if not load_job() then return no_job() end
if is_repeated_request() then return accept(0) end
if not is_live() or not is_legal(JOB_STEPS, texts.state, ARGV[5]) then
  return refuse('FAILED_PRECONDITION', 'the job is ' .. texts.state)
end
end_job({ARGV[5], ARGV[6], ARGV[7], ARGV[8]})
commit('', '', 0)
return accept(0)
