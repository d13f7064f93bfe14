local ffi = require("ffi")
local function matrix(n, seed)
  local m = ffi.new("double[?]", n * n)
  for i = 0, n - 1 do
    for j = 0, n - 1 do m[i * n + j] = (i * seed + j) % 17 / 16 end
  end
  return m
end
local function multiply(a, b, n)
  local c = ffi.new("double[?]", n * n)
  for i = 0, n - 1 do
    for k = 0, n - 1 do
      local x = a[i * n + k]
      for j = 0, n - 1 do c[i * n + j] = c[i * n + j] + x * b[k * n + j] end
    end
  end
  return c
end
local n = 1200
local c, trace = multiply(matrix(n, 3), matrix(n, 7), n), 0
for i = 0, n - 1 do trace = trace + c[i * n + i] end
print(string.format("%.6f", trace))
