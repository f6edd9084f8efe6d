-- Up to ARGV[3] entries of a queue's stream for a coordinator's hand. ARGV[1]:
-- the group; [2]: the coordinator's consumer; [4]: the consumer of what hands
-- gave back, which goes first. Entries are {id, fields}.
local stream, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local wanted, taken = tonumber(ARGV[3]), {}
if redis.call('EXISTS', stream) == 0 then return taken end
local pending =
  redis.pcall('XPENDING', stream, group, '-', '+', wanted, ARGV[4])
if pending.err then  -- no group yet
  redis.call('XGROUP', 'CREATE', stream, group, '0')
  pending = {}
end
if #pending > 0 then
  local claim = {'XCLAIM', stream, group, consumer, 0}
  for _, entry in ipairs(pending) do claim[#claim + 1] = entry[1] end
  for _, entry in ipairs(redis.call(unpack(claim))) do
    if entry then taken[#taken + 1] = entry end
  end
end
if #taken < wanted then
  local fresh = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT',
                           wanted - #taken, 'STREAMS', stream, '>')
  if fresh then
    for _, entry in ipairs(fresh[1][2]) do taken[#taken + 1] = entry end
  end
end
return taken
