-- touched, format 1: citizens whose total is to be kept and told anew, longest waiting first.
-- KEYS   meta touched index
-- ARGV   generation:text limit:integer
-- RESULT 1 read position:integer citizens:bytes*
-- RESULT -1 moved
--
-- untold: after a freeze, the citizen up to whom all have been put on the list since ('' = nobody yet). They come last,
-- as many at a time as there is room for: a shard's citizens are too many for one call.
local LAST = '9007199254740991'
local meta, touched, index = KEYS[1], KEYS[2], KEYS[3]
local standing = redis.call('HMGET', meta, 'generation', 'position', 'untold')
if standing[1] ~= ARGV[1] then return { -1 } end
local limit, untold = tonumber(ARGV[2]), standing[3]
local function list() return redis.call('ZRANGEBYSCORE', touched, '-inf', '+inf', 'LIMIT', 0, limit) end
local answer = list()
local room = limit - #answer
if untold and room > 0 then
  local more = redis.call('ZRANGEBYLEX', index, untold == '' and '-' or '(' .. untold, '+', 'LIMIT', 0, room)
  for _, name in ipairs(more) do redis.call('ZADD', touched, 'NX', LAST, name) end
  if #more < room then redis.call('HDEL', meta, 'untold') else redis.call('HSET', meta, 'untold', more[#more]) end
  answer = list()
end
table.insert(answer, 1, 1)
table.insert(answer, 2, tonumber(standing[2]))
return answer
