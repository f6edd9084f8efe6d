-- Takes a queue off the list unless it was used in the last ARGV[2] seconds.
local used = redis.call('ZSCORE', KEYS[1], ARGV[1])
if used and tonumber(redis.call('TIME')[1]) - tonumber(used) <
   tonumber(ARGV[2]) then
  return 0
end
return redis.call('ZREM', KEYS[1], ARGV[1])
