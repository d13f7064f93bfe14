local function is_prime(n)
  for i = 2, n - 1 do
    if n % i == 0 then return false end
  end
  return true
end
local primes = 0
for n = 2, 60000 do
  if is_prime(n) then primes = primes + 1 end
end
print(primes)
