-- Shortest ways between 80 pairs of places on a grid of 512 * 512 with obstacles, by A*.
local side, far = 512, 1000000000
local abs, floor = math.abs, math.floor
local wall, cost, heap, count = {}, {}, {}, 0
local steps = { -side, -1, 1, side }
local seed = 42
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return floor(seed / 65536)
end
local function distance(a, b)
  return abs(floor(a / side) - floor(b / side)) + abs(a % side - b % side)
end
local function push(key)
  count = count + 1
  local i = count
  while i > 1 do
    local parent = floor(i / 2)
    if key >= heap[parent] then break end
    heap[i] = heap[parent]
    i = parent
  end
  heap[i] = key
end
local function pop()
  local top, key = heap[1], heap[count]
  count = count - 1
  local i, child = 1, 2
  while child <= count do
    if child < count and heap[child + 1] < heap[child] then child = child + 1 end
    if key <= heap[child] then break end
    heap[i] = heap[child]
    i, child = child, 2 * child
  end
  heap[i] = key
  return top
end
local function search(start, goal)
  for i = 0, side * side - 1 do cost[i] = far end
  cost[start] = 0
  count = 0
  push(distance(start, goal) * side * side + start)
  while count > 0 do
    local best = pop()
    local at = best % (side * side)
    local so_far = cost[at]
    if at == goal then return so_far end
    -- Else a better way to the place was found after this one.
    if floor(best / (side * side)) <= so_far + distance(at, goal) then
      for i = 1, 4 do
        local to = at + steps[i]
        if not wall[to] and so_far + 1 < cost[to] then
          cost[to] = so_far + 1
          push((so_far + 1 + distance(to, goal)) * side * side + to)
        end
      end
    end
  end
  return -1
end
local function place()
  local x = draw() % (side - 2) + 1
  local y = draw() % (side - 2) + 1
  return y * side + x
end
for i = 0, side * side - 1 do wall[i] = true end
for y = 1, side - 2 do
  for x = 1, side - 2 do wall[y * side + x] = draw() % 10 < 3 end
end
local sum = 0
for _ = 1, 80 do
  local start = place()
  sum = sum + search(start, place())
end
print(string.format("%d", sum))
