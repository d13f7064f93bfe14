-- Trees of arrays of depth 7, built and dropped, 1000 times 2, as in Are We Fast Yet.
local Random = {}
Random.__index = Random
function Random:next()
  self.seed = (self.seed * 1309 + 13849) % 65536
  return self.seed
end
local Storage = {}
Storage.__index = Storage
function Storage:tree(depth)
  self.count = self.count + 1
  local places = {}
  if depth == 1 then
    for i = 1, self.random:next() % 10 + 1 do places[i] = false end
  else
    for i = 1, 4 do places[i] = self:tree(depth - 1) end
  end
  return places
end
local count = 0
for _ = 1, 2000 do
  local storage = setmetatable({ count = 0, random = setmetatable({ seed = 74755 }, Random) }, Storage)
  local tree = storage:tree(7)
  assert(storage.count == 5461, "wrong result")
  count = count + #tree * storage.count
end
print(count)
