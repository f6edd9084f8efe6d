-- One task, and what of its job decides about it, at one moment. KEYS: the job,
-- its tasks, specs, results, queued. Empty: no such job; {0}: no such task.
local id = ARGV[1]
local fields = redis.call('HMGET', KEYS[1], 'state', 'tenant', 'binding')
if not fields[1] then return {} end
local record = redis.call('HGET', KEYS[2], id)
if not record then return {0} end
return {record, redis.call('HGET', KEYS[3], id) or '',
        redis.call('HGET', KEYS[4], id) or '',
        redis.call('HEXISTS', KEYS[5], id), fields[1], fields[2] or '',
        fields[3] or ''}
