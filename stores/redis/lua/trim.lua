-- trim, format 1: forgets side outputs that have been sent.
-- KEYS   meta outbox
-- ARGV   generation:text through:integer
-- RESULT 1 trimmed
-- RESULT -1 moved
local standing = redis.call('HMGET', KEYS[1], 'generation', 'outboxFirst')
if standing[1] ~= ARGV[1] then return { -1 } end
local first = tonumber(standing[2] or 1)
local sent = math.min(tonumber(ARGV[2]) - first + 1, redis.call('LLEN', KEYS[2]))
if sent > 0 then
  redis.call('LTRIM', KEYS[2], sent, -1)
  redis.call('HSET', KEYS[1], 'outboxFirst', first + sent)
end
return { 1 }
