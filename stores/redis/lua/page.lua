-- page, format 1: citizens in byte order, from the shard's own index.
-- KEYS   meta index
-- ARGV   generation:text after:text limit:integer
-- RESULT 1 read position:integer citizens:bytes*
-- RESULT -1 moved
--
-- after: '' = from the first.
local standing = redis.call('HMGET', KEYS[1], 'generation', 'position')
if standing[1] ~= ARGV[1] then return { -1 } end
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
local answer = redis.call('ZRANGEBYLEX', KEYS[2], from, '+', 'LIMIT', 0, ARGV[3])
table.insert(answer, 1, 1)
table.insert(answer, 2, tonumber(standing[2]))
return answer
