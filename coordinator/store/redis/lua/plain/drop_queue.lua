-- Deletes a queue's stream if nothing is in it. Result: 1 = there is none now.
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('XLEN', KEYS[1]) > 0 then
  return 0
end
redis.call('UNLINK', KEYS[1])
return 1
