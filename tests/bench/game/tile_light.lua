-- Light of 300 wandering lamps, flooded over 512 * 512 tiles with walls, 80 frames.
local side, falloff = 512, 6
local wall, light, queue = {}, {}, {}
local steps = { -side, -1, 1, side }
local seed = 42
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return math.floor(seed / 65536)
end
local function flood(from, level)
  if light[from] >= level then return end
  light[from] = level
  local head, tail = 1, 1
  queue[1] = from
  while head <= tail do
    local at = queue[head]
    head = head + 1
    local next = light[at] - falloff
    if not wall[at] and next > 0 then
      for i = 1, 4 do
        local to = at + steps[i]
        if light[to] < next then
          light[to] = next
          tail = tail + 1
          queue[tail] = to
        end
      end
    end
  end
end
for i = 0, side * side - 1 do wall[i] = true end
for y = 1, side - 2 do
  for x = 1, side - 2 do wall[y * side + x] = draw() % 4 == 0 end
end
local sum = 0
for _ = 1, 80 do
  for i = 0, side * side - 1 do light[i] = 0 end
  for _ = 1, 300 do
    local x = draw() % (side - 2) + 1
    local y = draw() % (side - 2) + 1
    flood(y * side + x, 255)
  end
  for i = 0, side * side - 1 do sum = sum + light[i] end
end
print(string.format("%d", sum))
