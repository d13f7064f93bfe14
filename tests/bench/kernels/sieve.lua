local ffi = require("ffi")
local function count(limit)
  local composite = ffi.new("bool[?]", limit)
  local primes = 0
  for n = 2, limit - 1 do
    if not composite[n] then
      primes = primes + 1
      for m = n * n, limit - 1, n do composite[m] = true end
    end
  end
  return primes
end
local sum = 0
for _ = 1, 30 do sum = sum + count(5000000) end
print(sum)
