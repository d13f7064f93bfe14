-- Fannkuch: the most flips that bring the first of n numbers to 0, over all permutations of 10, as in the Computer Language Benchmarks Game.
local function flips(perm)
  local flips = 0
  while perm[0] ~= 0 do
    local low, high = 0, perm[0]
    while low < high do
      perm[low], perm[high] = perm[high], perm[low]
      low, high = low + 1, high - 1
    end
    flips = flips + 1
  end
  return flips
end
local function fannkuch(n)
  local first, perm, count = {}, {}, {}
  for i = 0, n - 1 do first[i], perm[i], count[i] = i, 0, 0 end
  local most, checksum, even, r = 0, 0, true, n
  while true do
    while r > 1 do
      count[r - 1] = r
      r = r - 1
    end
    for i = 0, n - 1 do perm[i] = first[i] end
    local found = flips(perm)
    if found > most then most = found end
    checksum = checksum + (even and found or -found)
    even = not even
    while true do
      if r == n then return checksum, most end
      local front = first[0]
      for i = 0, r - 1 do first[i] = first[i + 1] end
      first[r] = front
      count[r] = count[r] - 1
      if count[r] > 0 then break end
      r = r + 1
    end
  end
end
local n = 10
local checksum, most = fannkuch(n)
print(checksum .. "\nPfannkuchen(" .. n .. ") = " .. most)
