-- Hints anew for tasks whose hints were lost. ARGV[7…]: task and value, which it
-- still must have in QUEUED. Changes nothing.
if not load_job() then return no_job() end
for i = 7, #ARGV, 2 do
  if redis.call('HGET', QUEUED, ARGV[i]) == ARGV[i + 1] then
    add_hint(ARGV[i], get_task(ARGV[i]), ARGV[i + 1])
  end
end
return accept(0)
