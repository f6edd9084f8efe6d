-- Deletes a worker that was not seen since ARGV[1]. Result: 1 = there is none.
local seen = redis.call('HGET', KEYS[1], 'seen')
if seen and tonumber(seen) >= tonumber(ARGV[1]) then return 0 end
redis.call('UNLINK', KEYS[1])
return 1
