-- open, format 1: finds a shard's generation, or begins one where the shard has no meta.
-- KEYS   meta
-- ARGV   generation:text format:integer shards:integer rules:text
-- RESULT 1 opened generation:text format:integer
--
-- All other keys of a shard have the generation in their names. So keys that outlived their meta are out of reach at
-- once, and the shard is folded again from position 0 beside them; `sweep` deletes them. rules: what the caller last
-- claimed the shard under, for it may go on without claiming it again.
local meta = KEYS[1]
local stored = redis.call('HMGET', meta, 'generation', 'format')
if not stored[1] then
  redis.call('HSET', meta, 'generation', ARGV[1], 'format', ARGV[2], 'shards', ARGV[3], 'rules', ARGV[4], 'position', 0, 'frozen', 0)
  stored = { ARGV[1], ARGV[2] }
end
return { 1, stored[1], tonumber(stored[2]) }
