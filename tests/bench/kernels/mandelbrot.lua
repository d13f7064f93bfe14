local function escape(cx, cy)
  local x, y, n = 0.0, 0.0, 0
  while n < 200 and x * x + y * y <= 4 do
    x, y = x * x - y * y + cx, 2 * x * y + cy
    n = n + 1
  end
  return n
end
local sum, size = 0, 2000
for row = 0, size - 1 do
  for column = 0, size - 1 do sum = sum + escape(column * 3 / size - 2.2, row * 2 / size - 1) end
end
print(sum)
