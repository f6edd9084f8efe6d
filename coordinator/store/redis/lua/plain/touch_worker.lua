-- Notes that a worker was seen at ARGV[1]; its fields, or nothing.
local fields = redis.call('HMGET', KEYS[1], 'record', 'seen', 'draining',
                          'health')
if not fields[1] then return {} end
if tonumber(fields[2]) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'seen', ARGV[1])
  fields[2] = ARGV[1]
end
return {fields[1], fields[2], fields[3], fields[4] or ''}
