-- 100 balls in a box for 50 steps, 1500 times 10, as in Are We Fast Yet.
local abs = math.abs
local limit = 500
local Random = {}
Random.__index = Random
function Random:next()
  self.seed = (self.seed * 1309 + 13849) % 65536
  return self.seed
end
local Ball = {}
Ball.__index = Ball
function Ball.new(random)
  local ball = { x = random:next() % limit }
  ball.y = random:next() % limit
  ball.dx = random:next() % 300 - 150
  ball.dy = random:next() % 300 - 150
  return setmetatable(ball, Ball)
end
function Ball:step()
  local hit = false
  self.x = self.x + self.dx
  self.y = self.y + self.dy
  if self.x > limit then
    self.x = limit
    self.dx = -abs(self.dx)
    hit = true
  end
  if self.x < 0 then
    self.x = 0
    self.dx = abs(self.dx)
    hit = true
  end
  if self.y > limit then
    self.y = limit
    self.dy = -abs(self.dy)
    hit = true
  end
  if self.y < 0 then
    self.y = 0
    self.dy = abs(self.dy)
    hit = true
  end
  return hit
end
local function bounces()
  local random = setmetatable({ seed = 74755 }, Random)
  local balls = {}
  for i = 1, 100 do balls[i] = Ball.new(random) end
  local count = 0
  for _ = 1, 50 do
    for i = 1, #balls do
      if balls[i]:step() then count = count + 1 end
    end
  end
  return count
end
local sum = 0
for _ = 1, 15000 do
  local count = bounces()
  assert(count == 1331, "wrong result")
  sum = sum + count
end
print(sum)
