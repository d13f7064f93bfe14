-- A height map of 256 * 256, by six octaves of noise, under 200 000 drops of rain and 20 rounds of slides.
local side = 256
local floor, max, min, sqrt = math.floor, math.max, math.min, math.sqrt
local heights = {}
local seed = 987654
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return seed / 4294967296
end
local function corner(x, y)
  local n = (x * 7919 + y * 104729) % 65521
  return (n * n % 65521) / 65521
end
local function smooth(t) return t * t * (3 - 2 * t) end
local function noise(x, y)
  local column, row = floor(x), floor(y)
  local u, v = smooth(x - column), smooth(y - row)
  local above = corner(column, row) * (1 - u) + corner(column + 1, row) * u
  local below = corner(column, row + 1) * (1 - u) + corner(column + 1, row + 1) * u
  return above * (1 - v) + below * v
end
local function land()
  for y = 0, side - 1 do
    for x = 0, side - 1 do
      local height, scale, weight = 0, 4 / side, 0.5
      for _ = 1, 6 do
        height = height + weight * noise(x * scale, y * scale)
        scale, weight = scale * 2, weight * 0.5
      end
      heights[y * side + x] = height
    end
  end
end
local function rain()
  local x, y = draw() * (side - 2), draw() * (side - 2)
  local dx, dy, speed, water, soil = 0, 0, 1, 1, 0
  for _ = 1, 30 do
    local column, row = floor(x), floor(y)
    local u, v, at = x - column, y - row, row * side + column
    local a, b, c, d = heights[at], heights[at + 1], heights[at + side], heights[at + side + 1]
    local height = (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v
    dx = dx * 0.05 - ((b - a) * (1 - v) + (d - c) * v) * 0.95
    dy = dy * 0.05 - ((c - a) * (1 - u) + (d - b) * u) * 0.95
    local length = sqrt(dx * dx + dy * dy)
    if length < 1e-12 then return end
    dx, dy = dx / length, dy / length
    x, y = x + dx, y + dy
    if x < 0 or y < 0 or x >= side - 1 or y >= side - 1 then return end
    local i, j = floor(x), floor(y)
    local s, t, to = x - i, y - j, j * side + i
    local next = (heights[to] * (1 - s) + heights[to + 1] * s) * (1 - t) + (heights[to + side] * (1 - s) + heights[to + side + 1] * s) * t
    local change = next - height
    local room, left = max(-change, 0.01) * speed * water * 4, 0
    if change > 0 then left = min(change, soil)
    elseif soil > room then left = (soil - room) * 0.3
    else left = -min((room - soil) * 0.3, -change) end
    soil = soil - left
    heights[at] = heights[at] + left * (1 - u) * (1 - v)
    heights[at + 1] = heights[at + 1] + left * u * (1 - v)
    heights[at + side] = heights[at + side] + left * (1 - u) * v
    heights[at + side + 1] = heights[at + side + 1] + left * u * v
    speed = sqrt(max(speed * speed - change * 4, 0))
    water = water * 0.99
  end
end
local steps = { -side, -1, 1, side }
local function slide()
  for y = 1, side - 2 do
    for x = 1, side - 2 do
      local at = y * side + x
      local lowest = at
      for i = 1, 4 do
        if heights[at + steps[i]] < heights[lowest] then lowest = at + steps[i] end
      end
      local steep = heights[at] - heights[lowest]
      if steep > 0.01 then
        heights[at] = heights[at] - (steep - 0.01) * 0.5
        heights[lowest] = heights[lowest] + (steep - 0.01) * 0.5
      end
    end
  end
end
land()
for _ = 1, 200000 do rain() end
for _ = 1, 20 do slide() end
local low, high, sum = heights[0], heights[0], 0
for i = 0, side * side - 1 do
  low, high, sum = min(low, heights[i]), max(high, heights[i]), sum + heights[i]
end
print(string.format("%.9f %.9f %.9f", low, high, sum / (side * side)))
