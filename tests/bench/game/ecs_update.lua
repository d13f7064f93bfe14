-- 100 000 entities as a structure of arrays, four systems, 300 frames.
local count = 100000
local x, y, vx, vy, health, timer = {}, {}, {}, {}, {}, {}
local seed = 42
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return math.floor(seed / 65536)
end
local function move_all()
  for i = 1, count do
    if health[i] > 0 then
      x[i] = x[i] + vx[i] * 0.0625
      y[i] = y[i] + vy[i] * 0.0625
    end
  end
end
local function bounce()
  for i = 1, count do
    if x[i] < 0 or x[i] > 1000 then vx[i] = -vx[i] end
    if y[i] < 0 or y[i] > 1000 then vy[i] = -vy[i] end
  end
end
local function burn()
  for i = 1, count do
    if health[i] > 0 and x[i] > 400 and x[i] < 600 then health[i] = health[i] - 1 end
  end
end
local function tick()
  for i = 1, count do
    timer[i] = timer[i] - 1
    if timer[i] == 0 then
      timer[i] = 60
      if health[i] <= 0 then health[i] = 50 else health[i] = health[i] + 3 end
    end
  end
end
for i = 1, count do
  x[i] = draw() % 1000
  y[i] = draw() % 1000
  vx[i] = (draw() % 200 - 100) / 16
  vy[i] = (draw() % 200 - 100) / 16
  health[i] = draw() % 100 + 1
  timer[i] = draw() % 60 + 1
end
for _ = 1, 300 do
  move_all()
  bounce()
  burn()
  tick()
end
local function sum(xs)
  local total = 0
  for _, value in ipairs(xs) do total = total + value end
  return total
end
print(string.format("%d %d %d", sum(x), sum(y), sum(health)))
