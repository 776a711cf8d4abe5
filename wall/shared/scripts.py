"""What Redis does in one step, for all controllers of a site: take, renew, release, write.

The fence is the site's epoch: who takes the lease raises it, and nothing is written under another.
"""

from __future__ import annotations

# KEYS: lease, epoch, batch. ARGV: holder, lease in ms, Unix seconds.
# Gives the new epoch, or 0 and who holds the lease. A holder takes back its own: it was restarted.
TAKE = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return {0, held} end
local epoch = math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, tonumber(ARGV[3]))
redis.call('SET', KEYS[2], string.format('%.0f', epoch))
redis.call('DEL', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {epoch, ARGV[1]}
"""

# KEYS: lease, epoch. ARGV: holder, lease in ms, epoch. Gives 1 when it is ours for so long again;
# one that ran out and that nobody else took is.
RENEW = """
if redis.call('GET', KEYS[2]) ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# KEYS: lease, epoch. ARGV: epoch.
RELEASE = """
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""

# KEYS: epoch, batch. ARGV: epoch, number of the batch, then each command as its length and words.
# A batch whose answer was lost comes again under its number and changes nothing more.
WRITE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[2]) then return 1 end
local at = 3
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, at + count))
  at = at + count + 1
end
redis.call('SET', KEYS[2], ARGV[2])
return 1
"""

# KEYS: epoch, stream, heads, contents, used, bytes, withdrawn. ARGV: epoch, most entries, most
# bytes, least entries, wall, its head before, number of entries; of each entry its number, hash,
# body, number of contents and their names; then name and body of contents. Gives {1, id of the
# last}, {0} under another epoch, {2, head} when they do not follow the head (some of them may be in
# already). `used` has for each content when it was named last: what is older than the stream goes.
# What was taken out by order (`withdrawn`) is not let in, whoever still had it.
PROVE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {0, ''} end
local wall, count, at = ARGV[5], tonumber(ARGV[7]), 8
local entries = {}
for i = 1, count do
  local names = tonumber(ARGV[at + 3])
  entries[i] = {at = at, names = names, head = ARGV[at] .. ':' .. ARGV[at + 1]}
  at = at + 4 + names
end
local head, first = redis.call('HGET', KEYS[3], wall), nil
if not head or head == ARGV[6] then first = 1 end
for i = 1, count do
  if entries[i].head == head then first = i + 1 end
end
if not first then return {2, head} end
local bytes = tonumber(redis.call('GET', KEYS[6]) or '0')
while at < #ARGV do
  if redis.call('HEXISTS', KEYS[7], ARGV[at]) == 0
      and redis.call('HSETNX', KEYS[4], ARGV[at], ARGV[at + 1]) == 1 then
    bytes = bytes + #ARGV[at + 1]
  end
  at = at + 2
end
local id
for i = first, count do
  local entry = entries[i]
  local body = ARGV[entry.at + 2]
  id = redis.call('XADD', KEYS[2], '*', 'body', body, 'hash', ARGV[entry.at + 1])
  bytes = bytes + #body
  local ms = string.match(id, '^%d+')
  for n = entry.at + 4, entry.at + 3 + entry.names do
    redis.call('ZADD', KEYS[5], ms, ARGV[n])
  end
  redis.call('HSET', KEYS[3], wall, entry.head)
end
local rounds, length = 0, redis.call('XLEN', KEYS[2])
while rounds < 20 and length > tonumber(ARGV[4])
    and (bytes > tonumber(ARGV[3]) or length > tonumber(ARGV[2])) do
  local few = math.min(50, length - tonumber(ARGV[4]))
  for _, old in ipairs(redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', few)) do
    bytes = bytes - #old[2][2]
    redis.call('XDEL', KEYS[2], old[1])
  end
  local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1][1]
  local before = '(' .. string.match(oldest, '^%d+')
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', before, 'LIMIT', 0, 1000)) do
    bytes = bytes - redis.call('HSTRLEN', KEYS[4], name)
    redis.call('HDEL', KEYS[4], name)
    redis.call('ZREM', KEYS[5], name)
  end
  rounds, length = rounds + 1, redis.call('XLEN', KEYS[2])
end
redis.call('SET', KEYS[6], string.format('%.0f', bytes))
if not id then
  local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
  id = last[1] and last[1][1] or '0-0'
end
return {1, id}
"""

# KEYS: contents, used, bytes, withdrawn. ARGV: name of a content and the order, in turn. Gives how
# many contents were there. Under no epoch: an order holds whoever leads.
WITHDRAW = """
local gone = 0
for at = 1, #ARGV, 2 do
  local name = ARGV[at]
  redis.call('HSETNX', KEYS[4], name, ARGV[at + 1])
  if redis.call('HEXISTS', KEYS[1], name) == 1 then
    gone = gone + 1
    redis.call('DECRBY', KEYS[3], redis.call('HSTRLEN', KEYS[1], name))
    redis.call('HDEL', KEYS[1], name)
  end
  redis.call('ZREM', KEYS[2], name)
end
return gone
"""
