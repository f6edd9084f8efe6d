-- One task with what of its job decides about it, at one moment.
local id = ARGV[5]
local fields = redis.call('HMGET', JOB, 'state', 'tenant', 'binding')
if not fields[1] then return no_job() end
local record = redis.call('HGET', TASKS, id)
if not record then return no_task() end
return {'OK', 0, 0, 0, {}, {}, record, redis.call('HGET', SPECS, id),
        redis.call('HGET', RESULTS, id) or '',
        redis.call('HEXISTS', QUEUED, id), fields[1], fields[2] or '',
        fields[3] or ''}
