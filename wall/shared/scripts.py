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
