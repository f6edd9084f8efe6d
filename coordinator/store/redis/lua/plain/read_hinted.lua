-- The tasks that hints name, and what of their job decides about them, at one
-- moment. KEYS: the job, its tasks, specs, queued; ARGV: task ids. Empty: no such
-- job; else state, tenant and binding, then value ('' = not queued), record and
-- spec of each.
local fields = redis.call('HMGET', KEYS[1], 'state', 'tenant', 'binding')
if not fields[1] then return {} end
local values = redis.call('HMGET', KEYS[4], unpack(ARGV))
local records = redis.call('HMGET', KEYS[2], unpack(ARGV))
local specs = redis.call('HMGET', KEYS[3], unpack(ARGV))
local found = {fields[1], fields[2] or '', fields[3] or ''}
for i = 1, #ARGV do
  found[#found + 1] = values[i] or ''
  found[#found + 1] = records[i] or ''
  found[#found + 1] = specs[i] or ''
end
return found
