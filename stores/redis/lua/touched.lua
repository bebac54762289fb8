-- touched, format 1: citizens whose kept total is older than their set, longest waiting first.
-- KEYS   meta touched
-- ARGV   generation:text limit:integer
-- RESULT 1 read position:integer citizens:bytes*
-- RESULT -1 moved
local standing = redis.call('HMGET', KEYS[1], 'generation', 'position')
if standing[1] ~= ARGV[1] then return { -1 } end
local answer = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '+inf', 'LIMIT', 0, ARGV[2])
table.insert(answer, 1, 1)
table.insert(answer, 2, tonumber(standing[2]))
return answer
