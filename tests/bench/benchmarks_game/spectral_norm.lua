-- Spectral norm of an infinite matrix by its first 3000 × 3000 elements, as in the Computer Language Benchmarks Game.
local ffi = require("ffi")
local function element(i, j) return 1 / ((i + j) * (i + j + 1) / 2 + i + 1) end
local function times(v, out, n)
  for i = 0, n - 1 do
    local sum = 0
    for j = 0, n - 1 do sum = sum + element(i, j) * v[j] end
    out[i] = sum
  end
end
local function transposed_times(v, out, n)
  for i = 0, n - 1 do
    local sum = 0
    for j = 0, n - 1 do sum = sum + element(j, i) * v[j] end
    out[i] = sum
  end
end
local function norm(n)
  local u, v, between = ffi.new("double[?]", n), ffi.new("double[?]", n), ffi.new("double[?]", n)
  for i = 0, n - 1 do u[i] = 1 end
  for _ = 1, 10 do
    times(u, between, n)
    transposed_times(between, v, n)
    times(v, between, n)
    transposed_times(between, u, n)
  end
  local uv, vv = 0, 0
  for i = 0, n - 1 do
    uv = uv + u[i] * v[i]
    vv = vv + v[i] * v[i]
  end
  return math.sqrt(uv / vv)
end
print(string.format("%.9f", norm(3000)))
