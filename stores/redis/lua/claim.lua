-- claim, format 1: notes number of shards and rules that the caller has checked against what it read.
-- KEYS   meta
-- ARGV   generation:text expected:integer shards:integer rulesBefore:text rules:text
-- RESULT 1 claimed
-- RESULT 0 refused position:integer
-- RESULT -1 moved
--
-- Refused when position or rules are no longer those that were read: read again.
local meta = KEYS[1]
local generation, expected, shards, rulesBefore, rules = unpack(ARGV, 1, 5)
local standing = redis.call('HMGET', meta, 'generation', 'position', 'rules')
if standing[1] ~= generation then return { -1 } end
local position = tonumber(standing[2])
if position ~= tonumber(expected) or (standing[3] or '') ~= rulesBefore then return { 0, position } end
redis.call('HSET', meta, 'shards', shards, 'rules', rules)
return { 1 }
