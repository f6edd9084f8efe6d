-- Deletes a job that has ended; KEYS[10] tells for ARGV[7] seconds that this was
-- no loss. Result: 1 = it is gone.
if load_job() and is_live() then return refuse('OK', 0) end
if has_forgotten then return no_job() end
redis.call('SET', KEYS[10], '1', 'EX', ARGV[7])
redis.call('UNLINK', unpack(KEYS, 1, 9))
return {'OK', 1, 0, 0, 0, 0, {}, {}}
