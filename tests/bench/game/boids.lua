-- 4000 boids, their neighbours found by a grid of cells, 240 steps.
local cells, count = 32, 4000
local floor, max, min, sqrt = math.floor, math.max, math.min, math.sqrt
local first, after, order = {}, {}, {}
local seed = 42
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return floor(seed / 65536)
end
local function cell(v) return min(max(floor(v), 0), cells - 1) end
local function sort_into_cells(boids)
  for c = 0, cells * cells do first[c] = 0 end
  for i = 1, count do
    local c = cell(boids[i].y) * cells + cell(boids[i].x) + 1
    first[c] = first[c] + 1
  end
  after[0] = 0
  for c = 1, cells * cells do
    first[c] = first[c] + first[c - 1]
    after[c] = first[c]
  end
  for i = 1, count do
    local c = cell(boids[i].y) * cells + cell(boids[i].x)
    order[after[c]] = i
    after[c] = after[c] + 1
  end
end
local function steer(boids, b)
  local x, y, vx, vy, away_x, away_y, near = 0, 0, 0, 0, 0, 0, 0
  local left, right = max(cell(b.x) - 1, 0), min(cell(b.x) + 2, cells)
  for row = max(cell(b.y) - 1, 0), min(cell(b.y) + 2, cells) - 1 do
    for k = first[row * cells + left], first[row * cells + right] - 1 do
      local o = boids[order[k]]
      local dx, dy = o.x - b.x, o.y - b.y
      local d = dx * dx + dy * dy
      if d < 1 then
        x, y, vx, vy, near = x + o.x, y + o.y, vx + o.vx, vy + o.vy, near + 1
        if d < 0.0625 then away_x, away_y = away_x - dx, away_y - dy end
      end
    end
  end
  local next_vx = b.vx + ((x / near - b.x) * 0.01 + (vx / near - b.vx) * 0.1 + away_x * 0.05)
  local next_vy = b.vy + ((y / near - b.y) * 0.01 + (vy / near - b.vy) * 0.1 + away_y * 0.05)
  if b.x < 1 then next_vx = next_vx + 0.01 end
  if b.x > 31 then next_vx = next_vx - 0.01 end
  if b.y < 1 then next_vy = next_vy + 0.01 end
  if b.y > 31 then next_vy = next_vy - 0.01 end
  local speed = sqrt(next_vx * next_vx + next_vy * next_vy)
  if speed > 0.125 then next_vx, next_vy = next_vx * (0.125 / speed), next_vy * (0.125 / speed) end
  return { x = b.x + next_vx, y = b.y + next_vy, vx = next_vx, vy = next_vy }
end
local boids = {}
for i = 1, count do
  local x, y = draw() / 2048, draw() / 2048
  boids[i] = { x = x, y = y, vx = draw() / 524288, vy = draw() / 524288 }
end
for _ = 1, 240 do
  sort_into_cells(boids)
  local moved = {}
  for i = 1, count do moved[i] = steer(boids, boids[i]) end
  boids = moved
end
local x, y = 0, 0
for _, b in ipairs(boids) do x, y = x + b.x, y + b.y end
print(string.format("%d %d", x * 1000, y * 1000))
