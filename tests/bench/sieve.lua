local function count(limit)
  local composite = {}
  for i = 0, limit - 1 do composite[i] = false end
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
for _ = 1, 10 do sum = sum + count(5000000) end
print(sum)
