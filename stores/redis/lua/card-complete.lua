-- card-complete, format 1: says through which arrival a card shard is complete; never backwards.
-- KEYS   meta
-- ARGV   generation:text expected:integer through:integer
-- RESULT 1 committed
-- RESULT 0 refused position:integer
-- RESULT -1 moved
local meta = KEYS[1]
local standing = redis.call('HMGET', meta, 'generation', 'position', 'through')
if standing[1] ~= ARGV[1] then return { -1 } end
local position = tonumber(standing[2])
if position ~= tonumber(ARGV[2]) then return { 0, position } end
if not standing[3] or tonumber(standing[3]) < tonumber(ARGV[3]) then redis.call('HSET', meta, 'through', ARGV[3]) end
return { 1 }
