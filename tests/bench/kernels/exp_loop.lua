local exp = math.exp
local sum = 0
for i = 1, 30000000 do sum = sum + exp(1 / i) end
print(string.format("%.4f", sum))
