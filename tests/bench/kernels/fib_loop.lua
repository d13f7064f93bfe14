local tobit = require("bit").tobit
local function fibonacci(n)
  local a, b = 0, 1
  for _ = 1, n do a, b = b, tobit(a + b) end
  return a
end
local sum = 0
for i = 0, 100 - 1 do sum = sum + fibonacci(10000000 + i) end
print(string.format("%d", sum))
