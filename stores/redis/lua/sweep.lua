-- sweep, format 1: deletes keys of generations that are out of reach.
-- KEYS   meta stale*
-- ARGV   generation:text
-- RESULT 1 swept
-- RESULT -1 moved
--
-- The generation is compared again: were it no longer the one that the caller took for the current one, its keys
-- might be those of the current one.
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return { -1 } end
for i = 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
return { 1 }
