-- outbox, format 1: the oldest side outputs.
-- KEYS   meta outbox
-- ARGV   generation:text limit:integer
-- RESULT 1 read first:integer outputs:bytes*
-- RESULT -1 moved
--
-- first: serial number of the first output; the others follow on.
local standing = redis.call('HMGET', KEYS[1], 'generation', 'outboxFirst')
if standing[1] ~= ARGV[1] then return { -1 } end
local limit = tonumber(ARGV[2])
-- To LRANGE, -1 would mean all.
local answer = limit == 0 and {} or redis.call('LRANGE', KEYS[2], 0, limit - 1)
table.insert(answer, 1, 1)
table.insert(answer, 2, tonumber(standing[2] or 1))
return answer
