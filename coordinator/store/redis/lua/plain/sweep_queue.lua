-- Makes a queue's stream whole. ARGV[1]: the group; [2]: the consumer of what is
-- given back; [3]: idle milliseconds after which a coordinator's hand is dead;
-- [4]: after which a lease is; [5]: after which a consumer with nothing is
-- removed; [6]: how many entries at most. Result: entries given back.
local stream, group, returned = KEYS[1], ARGV[1], ARGV[2]
local hand_idle, limit = tonumber(ARGV[3]), tonumber(ARGV[6])
local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, group)
if consumers.err then return 0 end  -- no stream, or no group yet
local healed = 0
for _, flat in ipairs(consumers) do
  local consumer = {}
  for i = 1, #flat, 2 do consumer[flat[i]] = flat[i + 1] end
  if consumer.pending == 0 and consumer.name ~= returned and
     consumer.idle > tonumber(ARGV[5]) then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer.name)
  elseif string.sub(consumer.name, 1, 2) == 'c:' and consumer.pending > 0 then
    local held = redis.call('XPENDING', stream, group, 'IDLE', hand_idle, '-',
                            '+', limit, consumer.name)
    for _, entry in ipairs(held) do
      redis.call('XCLAIM', stream, group, returned, 0, entry[1], 'JUSTID')
      healed = healed + 1
    end
  end
end
local claimed = redis.call('XAUTOCLAIM', stream, group, returned,
                           tonumber(ARGV[4]), '0-0', 'COUNT', limit, 'JUSTID')
return healed + #claimed[2]
