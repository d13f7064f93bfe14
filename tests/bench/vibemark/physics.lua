-- 1500 disks fall into a box: pairs by sort and sweep, five rounds of impulses a step, 2000 steps.
local count, steps, rounds, size, step = 1500, 2000, 5, 100.0, 0.015625
local floor, sqrt = math.floor, math.sqrt
local bodies, order, contacts, found = {}, {}, {}, 0
local function integrate()
  for i = 1, count do
    local body = bodies[i]
    body.vy = body.vy - 10 * step
    body.x = body.x + body.vx * step
    body.y = body.y + body.vy * step
    if body.x < body.radius then
      body.x, body.vx = body.radius, -body.vx * 0.5
    elseif body.x > size - body.radius then
      body.x, body.vx = size - body.radius, -body.vx * 0.5
    end
    if body.y < body.radius then body.y, body.vy = body.radius, -body.vy * 0.5 end
  end
end
local function sort()
  for i = 2, count do
    local moved = order[i]
    local edge = moved.x - moved.radius
    local at = i
    while at > 1 do
      local before = order[at - 1]
      if before.x - before.radius <= edge then break end
      order[at] = before
      at = at - 1
    end
    order[at] = moved
  end
end
local function collide()
  contacts, found = {}, 0
  for i = 1, count do
    local a = order[i]
    local ax, ay, ar = a.x, a.y, a.radius
    for k = i + 1, count do
      local b = order[k]
      if b.x - b.radius > ax + ar then break end
      local dx, dy, reach = b.x - ax, b.y - ay, ar + b.radius
      local square = dx * dx + dy * dy
      if square < reach * reach and square > 0 then
        local distance = sqrt(square)
        found = found + 1
        contacts[found] = {a = a, b = b, nx = dx / distance, ny = dy / distance, depth = reach - distance}
      end
    end
  end
end
local function solve()
  for i = 1, found do
    local c = contacts[i]
    local a, b, nx, ny = c.a, c.b, c.nx, c.ny
    local speed = (b.vx - a.vx) * nx + (b.vy - a.vy) * ny
    local push = (c.depth * 2 - speed * 1.25) / (a.weight + b.weight)
    if push > 0 then
      a.vx = a.vx - push * a.weight * nx
      a.vy = a.vy - push * a.weight * ny
      b.vx = b.vx + push * b.weight * nx
      b.vy = b.vy + push * b.weight * ny
    end
  end
end
local seed = 42
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return floor(seed / 65536)
end
for i = 1, count do
  local radius = 0.4 + draw() % 64 / 100
  local x = 1.5 + draw() % 9700 / 100
  bodies[i] = {x = x, y = 2 + (i - 1) / 4, vx = 0, vy = 0, radius = radius, weight = 1 / (radius * radius)}
  order[i] = bodies[i]
end
for _ = 1, steps do
  integrate()
  sort()
  collide()
  for _ = 1, rounds do solve() end
end
local hash = 0
for i = 1, count do hash = (hash * 31 + floor(bodies[i].x * 1000) + floor(bodies[i].y * 1000)) % 16777216 end
print(string.format("%d %d", found, hash))
